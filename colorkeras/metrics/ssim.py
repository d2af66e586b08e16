"""Structural similarity of 8-bit images: Wang et al. 2004, with their window and constants."""

import numpy as np
from keras import ops

from colorkeras.color.srgb import Tensor

WINDOW = 11  # pixels of a side
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255.0) ** 2, (0.03 * 255.0) ** 2


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """The mean over the windows that lie inside the image, and over the channels.

    Args:
        x: (batch, height, width, channels) float32 in [0, 255]; no side shorter than WINDOW.
        y: the same shape and range.

    Returns:
        (batch,) float32, at most 1.
    """
    # Centred, because E[x²] - E[x]² of values up to 255 would lose the digits of flat regions.
    x, y = x - 128.0, y - 128.0
    # One blur of the four maps together. Otherwise XLA inlines one pass into the other, and each
    # pixel needs 121 products instead of 22 (20 times slower on a CPU).
    maps = ops.concatenate([x, y, x * x + y * y, x * y], axis=0)
    mean_x, mean_y, squares, product = ops.split(_blur(maps), 4, axis=0)
    variances = squares - mean_x * mean_x - mean_y * mean_y
    covariance = product - mean_x * mean_y
    mean_x, mean_y = mean_x + 128.0, mean_y + 128.0
    luminance = (2.0 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    contrast_structure = (2.0 * covariance + _C2) / (variances + _C2)
    return ops.mean(luminance * contrast_structure, axis=(1, 2))


def _blur(maps: Tensor) -> Tensor:
    """Gaussian window, "valid": (n, H, W, C) → (n, H - 10, (W - 10) · C)."""
    # Sums of shifted slices: a convolution would be computed in TensorFloat-32 on accelerators.
    # Columns and channels are one axis, so that the innermost loop is long.
    _, height, width, channels = maps.shape
    maps = ops.reshape(maps, (-1, height, width * channels))
    rows, columns = height - WINDOW + 1, (width - WINDOW + 1) * channels
    offsets = np.arange(WINDOW) - WINDOW // 2
    window = np.exp(-(offsets**2) / (2.0 * _SIGMA**2))
    weights = [float(w) for w in window / window.sum()]
    maps = sum(w * maps[:, i : i + rows] for i, w in enumerate(weights))
    starts = range(0, WINDOW * channels, channels)
    return sum(w * maps[:, :, i : i + columns] for i, w in zip(starts, weights, strict=True))
