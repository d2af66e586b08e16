"""The CIEDE2000 formula for arrays of any library: NumPy in reports, `keras.ops` in evaluation."""

import math
from collections.abc import Sequence
from typing import Any


def difference(lab1: Sequence[Any], lab2: Sequence[Any], xp: Any) -> Any:
    """CIEDE2000 color difference with kL = kC = kH = 1.

    Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula: Implementation Notes,
    Supplementary Test Data, and Mathematical Observations", 2005. The symbols are theirs; angles
    are in radians.

    Args:
        lab1: L* in [0, 100], a* and b*: three float32 arrays of one shape.
        lab2: the same.
        xp: the library of the arrays: `numpy` or `keras.ops`.

    Returns:
        Of that shape: differences in ΔE units, at least 0.
    """
    (l1, a1, b1), (l2, a2, b2) = lab1, lab2
    mean_c = (_length(a1, b1, xp) + _length(a2, b2, xp)) / 2.0
    a_factor = 1.5 - 0.5 * _strong_chroma(mean_c, xp)  # 1 + G
    a1, a2 = a_factor * a1, a_factor * a2
    c1, c2 = _length(a1, b1, xp), _length(a2, b2, xp)
    mean_l, mean_c = (l1 + l2) / 2.0, (c1 + c2) / 2.0
    mean_h, delta_h = _hues(a1, b1, a2, b2, xp)
    delta_hue = 2.0 * xp.sqrt(c1 * c2) * xp.sin(delta_h / 2.0)

    t = 1.0 - 0.17 * xp.cos(mean_h - math.radians(30.0)) + 0.24 * xp.cos(2.0 * mean_h)
    t = t + 0.32 * xp.cos(3.0 * mean_h + math.radians(6.0))
    t = t - 0.20 * xp.cos(4.0 * mean_h - math.radians(63.0))
    turn = math.radians(60.0) * xp.exp(-xp.square((xp.rad2deg(mean_h) - 275.0) / 25.0))  # 2 Δθ
    l50 = xp.square(mean_l - 50.0)
    s_l = 1.0 + 0.015 * l50 / xp.sqrt(20.0 + l50)
    s_c, s_h = 1.0 + 0.045 * mean_c, 1.0 + 0.015 * mean_c * t
    rotation = -2.0 * _strong_chroma(mean_c, xp) * xp.sin(turn)

    lightness, chroma, hue = (l2 - l1) / s_l, (c2 - c1) / s_c, delta_hue / s_h
    squared = lightness**2 + chroma**2 + hue**2 + rotation * chroma * hue
    return xp.sqrt(xp.maximum(squared, 0.0))


def _strong_chroma(c: Any, xp: Any) -> Any:
    c7 = xp.square(c * c * c) * c  # a general power would take as long as everything else
    return xp.sqrt(c7 / (c7 + 25.0**7))


def _length(a: Any, b: Any, xp: Any) -> Any:
    return xp.sqrt(a * a + b * b)


def _hues(a1: Any, b1: Any, a2: Any, b2: Any, xp: Any) -> tuple[Any, Any]:
    """Mean hue in [0, 2π) and signed hue difference in [-π, π] of two chroma vectors."""
    h1, h2 = (xp.arctan2(b, a) for a, b in ((a1, b1), (a2, b2)))
    h1, h2 = (xp.where(h < 0.0, h + 2.0 * math.pi, h) for h in (h1, h2))
    colored = xp.logical_and(_length(a1, b1, xp) > 0.0, _length(a2, b2, xp) > 0.0)
    difference = h2 - h1
    # Exactly opposite hues count as not wrapped; 1e-6 allows for float32's rounding of 2π.
    wrapped = xp.abs(difference) > math.pi + 1e-6
    turn = 2.0 * math.pi * xp.sign(difference)
    delta = xp.where(colored, xp.where(wrapped, difference - turn, difference), 0.0)
    mean = (h1 + h2) / 2.0
    mean = xp.where(wrapped, xp.where(mean < math.pi, mean + math.pi, mean - math.pi), mean)
    # A neutral color has no hue: then the other color's hue is the mean.
    neutral = xp.where(_length(a1, b1, xp) > 0.0, h1, h2)
    return xp.where(colored, mean, neutral), delta
