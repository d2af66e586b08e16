"""The color of light: make an image warmer or cooler, as a photographic filter does."""

import numpy as np

from colorkeras.color.srgb_curve import decoded, encoded

_DAYLIGHT = 1e6 / 6504  # mired of D65
MOST_MIRED = 100.0  # the range of the approximation below ends at 40 mired (25,000 K)
# Linear sRGB from XYZ (IEC 61966-2-1).
_RGB_FROM_XYZ = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)


def warmed(color: np.ndarray, mired: float) -> np.ndarray:
    """Shift the color of the light, as a filter of so many mired does before a lens.

    Red, green and blue light is multiplied by what a black body of the other temperature has of it.
    Wratten filter 85 has 112 mired, 80A has -131.

    Args:
        color: (..., 3) float32 sRGB in [0, 1].
        mired: above 0 is warmer, from -`MOST_MIRED` to `MOST_MIRED`.

    Returns:
        The same shape, float32 in [0, 1].
    """
    gains = _black_body(_DAYLIGHT + mired) / _black_body(_DAYLIGHT)
    light = decoded(color) * (gains / gains[1]).astype(np.float32)
    return encoded(np.clip(light, 0, 1))


def _black_body(mired: float) -> np.ndarray:
    """Linear sRGB of a black body, by Kim et al., "Design of Advanced Color Temperature Control
    System for HDTV Applications", 2002: the cubic in 10^3 / T, from 1,667 to 25,000 K."""
    t = mired / 1000
    if mired > 250:  # below 4,000 K
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if mired > 450:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif mired > 250:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    return _RGB_FROM_XYZ @ np.array([x / y, 1.0, (1 - x - y) / y])
