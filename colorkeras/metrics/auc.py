"""Area under the curve of chroma errors: of a pixel, and balanced over color classes.

Zhang, Isola, Efros, "Colorful Image Colorization", 2016, section 3.1. A pixel's AuC is the share of
the thresholds 0, 1, …, 150 that are not below its distance in the ab plane. The raw metric is the
mean over pixels. The class-balanced one weights a pixel by 1 / p of the class of its true color
(Eq. 4 with λ = 0), so that the many greyish pixels do not decide alone.

Two deviations from the paper: p is the distribution of the evaluated originals themselves, where
the paper has that of ImageNet, which is published nowhere as text; and it is not smoothed. With it
the weighted mean over pixels is the mean over classes of the AuC in each class. (On 700 photographs
smoothing with the paper's σ = 5 moved the value of grey by 0.001.)
"""

import numpy as np
from keras import ops

from colorkeras.color.classes import CLASSES, nearest_class
from colorkeras.color.srgb import Tensor
from colorkeras.metrics.definitions import AUC_THRESHOLDS

THRESHOLDS = AUC_THRESHOLDS
# CIELAB units up to which two ab are the same: XLA may round those of equal pixels differently,
# inside a vector and in the rest after the last vector. One level of a channel is at least 0.02.
_SAME_COLOR = 1e-3


def missed_thresholds(distance: Tensor) -> Tensor:
    """How many of the thresholds miss a pixel; its AuC is 1 - missed / THRESHOLDS.

    Args:
        distance: float32 distances in the ab plane, in CIELAB units.

    Returns:
        The same shape, float32 whole numbers from 0 to THRESHOLDS.
    """
    # Those below the distance miss the pixel: ceil(distance) of them. "Within" includes equality,
    # so that the truth itself scores 1, as in Zhang et al.
    apart = ops.where(distance > _SAME_COLOR, distance, 0.0)
    return ops.minimum(ops.ceil(apart), float(THRESHOLDS))


def sum_by_class(values: Tensor, ab: Tensor) -> Tensor:
    """Sum the values of an image's pixels, apart for each color class.

    Args:
        values: (batch, height, width) whole numbers of at most THRESHOLDS; of images with up to
            14 million pixels.
        ab: (batch, height, width, 2) float32 CIELAB a*, b* of the true colors.

    Returns:
        (batch, 313) int32.
    """
    batch, classes = ops.shape(values)[0], len(CLASSES)
    images = ops.reshape(ops.arange(batch, dtype="int32"), (-1, 1, 1))
    ids = ops.reshape(nearest_class(ab) + classes * images, (-1,))
    # In integers, because the order of the sum differs by device.
    flat = ops.reshape(ops.cast(values, "int32"), (-1,))
    return ops.reshape(ops.segment_sum(flat, ids, batch * classes), (-1, classes))


def rebalanced(missed: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The class-balanced AuC of a set of images, as one value of each image.

    The value of the set is the mean of the returned values: the sum of w · AuC over all pixels of
    all images over the sum of w, with w = 1 / p of the pixel's class. Classes that
    do not occur do not count.

    Args:
        missed: (images, 313) whole numbers: the sum of `missed_thresholds` of the pixels of each
            class.
        counts: (images, 313) whole numbers: their number.

    Returns:
        (images,) float64. That of an image with rare colors may exceed 1.
    """
    seen = counts.any(axis=0)
    counts, missed = counts[:, seen].astype(np.float64), missed[:, seen].astype(np.float64)
    weights = len(counts) / (counts.shape[1] * counts.sum(axis=0))
    return (counts - missed / THRESHOLDS) @ weights
