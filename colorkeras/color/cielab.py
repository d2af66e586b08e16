"""sRGB to CIELAB without Keras: the arithmetic for arrays of any library, and its NumPy form.

`srgb` uses the same arithmetic on tensors. Reports on stored images load no deep-learning library.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from colorkeras.color.constants import SRGB_LUMINANCE

# Linear sRGB → XYZ and the D65 2° white, with the digits of scikit-image's `xyz_from_rgb`.
XYZ_FROM_RGB = np.array(
    [[0.412453, 0.357580, 0.180423], SRGB_LUMINANCE, [0.019334, 0.119193, 0.950227]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
RGB_FROM_XYZ = np.linalg.inv(XYZ_FROM_RGB)
# CIE 1976 L*a*b*: f(t) = t^⅓ above the threshold, a line below it (scikit-image's digits).
LAB_THRESHOLD, LAB_SLOPE, LAB_OFFSET = 0.008856, 7.787, 16.0 / 116.0
LAB_INVERSE_THRESHOLD = 0.2068966
# IEC 61966-2-1 (sRGB) transfer curve.
SRGB_THRESHOLD, SRGB_SLOPE, SRGB_OFFSET, SRGB_GAMMA = 0.04045, 12.92, 0.055, 2.4
# The linear value of each of the 256 levels: looking it up is cheaper than the power.
_LEVELS = np.arange(256) / 255.0
LINEAR_OF_LEVEL = np.where(
    _LEVELS > SRGB_THRESHOLD,
    ((_LEVELS + SRGB_OFFSET) / (1.0 + SRGB_OFFSET)) ** SRGB_GAMMA,
    _LEVELS / SRGB_SLOPE,
).astype("float32")


def levels_to_lab(rgb: np.ndarray) -> np.ndarray:
    """8-bit sRGB → CIELAB (D65, 2°); the NumPy form of `srgb.rgb_to_lab`.

    Args:
        rgb: (..., 3) uint8 sRGB.

    Returns:
        (..., 3) float32: L* in [0, 100], a* and b*.
    """
    red, green, blue = np.moveaxis(LINEAR_OF_LEVEL[rgb], -1, 0)
    return np.stack(linear_to_lab((red, green, blue), np.where), axis=-1)


def linear_to_lab(channels: Sequence[Any], where: Callable[..., Any]) -> list[Any]:
    """Linear sRGB → CIELAB.

    Args:
        channels: red, green and blue in [0, 1], arrays or tensors of one shape.
        where: the `where` of their library.

    Returns:
        L*, a* and b*, of the same shape.
    """
    x, y, z = (_lab_curve(c, where) for c in matrix(XYZ_FROM_RGB / WHITE[:, None], channels))
    return [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]


def lab_to_xyz(channels: Sequence[Any], where: Callable[..., Any]) -> list[Any]:
    """CIELAB → XYZ, each as a share of the white; the inverse of `linear_to_lab`'s last step.

    Args:
        channels: L*, a* and b*, arrays or tensors of one shape.
        where: the `where` of their library.

    Returns:
        X, Y and Z of the same shape; 1 is the white. `RGB_FROM_XYZ * WHITE` makes linear sRGB.
    """
    lightness, a, b = channels
    y = (lightness + 16.0) / 116.0
    return [_lab_curve_inverse(t, where) for t in (y + a / 500.0, y, y - b / 200.0)]


def _lab_curve_inverse(f: Any, where: Callable[..., Any]) -> Any:
    return where(f > LAB_INVERSE_THRESHOLD, f * f * f, (f - LAB_OFFSET) / LAB_SLOPE)


def _lab_curve(t: Any, where: Callable[..., Any]) -> Any:
    # The power gets 1 where the line is used: the infinite slope of the power at zero, times 0,
    # would give NaN gradients.
    upper = t > LAB_THRESHOLD
    root = where(upper, t, 1.0) ** (1.0 / 3.0)
    return where(upper, root, LAB_SLOPE * t + LAB_OFFSET)


def matrix(rows: np.ndarray, channels: Sequence[Any]) -> list[Any]:
    """A 3×3 matrix times three channels: without a matrix product, which accelerators round."""
    return [sum(float(m) * c for m, c in zip(row, channels, strict=True)) for row in rows]
