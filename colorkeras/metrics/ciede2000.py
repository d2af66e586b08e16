"""The CIEDE2000 color difference between two CIELAB images."""

import math

from keras import ops

from colorkeras.color.srgb import Tensor, as_float32, channels_of


def ciede2000(lab1: Tensor, lab2: Tensor) -> Tensor:
    """CIEDE2000 color difference with kL = kC = kH = 1.

    Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula: Implementation Notes,
    Supplementary Test Data, and Mathematical Observations", 2005. The symbols are theirs; angles
    are in radians.

    Args:
        lab1: (..., 3) CIELAB: L* in [0, 100], a* and b*.
        lab2: the same shape.

    Returns:
        (...) float32 differences in ΔE units, at least 0.

    Raises:
        ValueError: when the last axis is not 3.
    """
    l1, a1, b1 = channels_of(as_float32(lab1))
    l2, a2, b2 = channels_of(as_float32(lab2))
    mean_c = (_length(a1, b1) + _length(a2, b2)) / 2.0
    a_factor = 1.5 - 0.5 * _strong_chroma(mean_c)  # 1 + G
    a1, a2 = a_factor * a1, a_factor * a2
    c1, c2 = _length(a1, b1), _length(a2, b2)
    mean_l, mean_c = (l1 + l2) / 2.0, (c1 + c2) / 2.0
    mean_h, delta_h = _hues(a1, b1, a2, b2)
    delta_hue = 2.0 * ops.sqrt(c1 * c2) * ops.sin(delta_h / 2.0)

    t = 1.0 - 0.17 * ops.cos(mean_h - math.radians(30.0)) + 0.24 * ops.cos(2.0 * mean_h)
    t = t + 0.32 * ops.cos(3.0 * mean_h + math.radians(6.0))
    t = t - 0.20 * ops.cos(4.0 * mean_h - math.radians(63.0))
    turn = math.radians(60.0) * ops.exp(-ops.square((ops.rad2deg(mean_h) - 275.0) / 25.0))  # 2 Δθ
    l50 = ops.square(mean_l - 50.0)
    s_l = 1.0 + 0.015 * l50 / ops.sqrt(20.0 + l50)
    s_c, s_h = 1.0 + 0.045 * mean_c, 1.0 + 0.015 * mean_c * t
    rotation = -2.0 * _strong_chroma(mean_c) * ops.sin(turn)

    lightness, chroma, hue = (l2 - l1) / s_l, (c2 - c1) / s_c, delta_hue / s_h
    squared = lightness**2 + chroma**2 + hue**2 + rotation * chroma * hue
    return ops.sqrt(ops.maximum(squared, 0.0))


def _strong_chroma(c: Tensor) -> Tensor:
    c7 = ops.square(c * c * c) * c  # a general power would take as long as everything else
    return ops.sqrt(c7 / (c7 + 25.0**7))


def _length(a: Tensor, b: Tensor) -> Tensor:
    return ops.sqrt(a * a + b * b)


def _hues(a1: Tensor, b1: Tensor, a2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Mean hue in [0, 2π) and signed hue difference in [-π, π] of two chroma vectors."""
    h1, h2 = (ops.arctan2(b, a) for a, b in ((a1, b1), (a2, b2)))
    h1, h2 = (ops.where(h < 0.0, h + 2.0 * math.pi, h) for h in (h1, h2))
    colored = ops.logical_and(_length(a1, b1) > 0.0, _length(a2, b2) > 0.0)
    difference = h2 - h1
    # Exactly opposite hues count as not wrapped; 1e-6 allows for float32's rounding of 2π.
    wrapped = ops.abs(difference) > math.pi + 1e-6
    turn = 2.0 * math.pi * ops.sign(difference)
    delta = ops.where(colored, ops.where(wrapped, difference - turn, difference), 0.0)
    mean = (h1 + h2) / 2.0
    mean = ops.where(wrapped, ops.where(mean < math.pi, mean + math.pi, mean - math.pi), mean)
    # A neutral color has no hue: then the other color's hue is the mean.
    neutral = ops.where(_length(a1, b1) > 0.0, h1, h2)
    return ops.where(colored, mean, neutral), delta
