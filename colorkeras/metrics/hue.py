"""The error of hue alone: how far the predicted color is turned, whatever its strength.

CIE 15:2004, Colorimetry, section 8.2.1: the hue angle of a color is that of (a*, b*) in the CIELAB
plane, its chroma the distance from grey. A greyish pixel has nearly no hue, so each pixel counts by
the chroma of its true color.
"""

import math

from keras import ops

from colorkeras.color.srgb import Tensor, channels_of

# CIELAB units of chroma below which a color counts as grey. Rounding to 8 bits turns such hues.
GREY_CHROMA = 1.0
# Degrees that a pixel without a hue is wrong by: the mean of the difference to a random hue.
NO_HUE = 90.0


def hue_error(ab: Tensor, ab_truth: Tensor) -> Tensor:
    """Mean difference of hue of each image, weighted by the chroma of the truth.

    Args:
        ab: (batch, height, width, 2) float32 CIELAB a*, b* of the prediction.
        ab_truth: the same of the truth. Its pixels of chroma below GREY_CHROMA have no weight.

    Returns:
        (batch,) float32 degrees in [0, 180], where a pixel whose prediction is grey counts NO_HUE;
        nan where the truth is grey: where the mean weight is below GREY_CHROMA.
    """
    (a, b), (a_truth, b_truth) = channels_of(ab, 2), channels_of(ab_truth, 2)
    # One angle between two vectors, instead of the difference of two angles that wrap.
    turn = ops.arctan2(ops.abs(a_truth * b - b_truth * a), a_truth * a + b_truth * b)
    has_hue = chroma(ab) >= GREY_CHROMA
    error = ops.where(has_hue, turn * (180.0 / math.pi), NO_HUE)
    strength = chroma(ab_truth)
    weight = ops.where(strength >= GREY_CHROMA, strength, 0.0)
    mean_weight = ops.mean(weight, axis=(1, 2))
    is_grey = mean_weight < GREY_CHROMA
    mean = ops.mean(weight * error, axis=(1, 2)) / ops.where(is_grey, 1.0, mean_weight)
    return ops.where(is_grey, float("nan"), mean)


def chroma(ab: Tensor) -> Tensor:
    """CIELAB chroma C* of (..., 2) a*, b*: the distance from grey."""
    a, b = channels_of(ab, 2)
    return ops.sqrt(a * a + b * b)
