"""Time of day: one light that colors the sky, the haze and every material of an image."""

from dataclasses import dataclass, replace

import numpy as np

from .palette import mix, pick, rgb


@dataclass(frozen=True, eq=False)
class Light:
    """The light of one image; colors are (3,) float32 in levels, `tint` a factor per channel."""

    name: str
    zenith: np.ndarray
    horizon: np.ndarray
    haze: np.ndarray
    cloud_lit: np.ndarray
    cloud_shade: np.ndarray
    sun: np.ndarray
    tint: np.ndarray
    lamps: bool = False  # whether windows are lit

    def on(self, color: np.ndarray, distance: float = 0.0) -> np.ndarray:
        """A material color seen in this light, at a distance from 0 (near) to 1 (all haze)."""
        lit = color * self.tint
        return mix(lit, self.haze, distance) if distance else lit


DAY = Light(
    "day",
    zenith=rgb(76, 136, 204),
    horizon=rgb(182, 216, 238),
    haze=rgb(168, 196, 222),
    cloud_lit=rgb(252, 250, 246),
    cloud_shade=rgb(178, 192, 214),
    sun=rgb(255, 246, 214),
    tint=rgb(1.0, 1.0, 0.98),
)
GOLDEN = Light(
    "golden",
    zenith=rgb(96, 130, 186),
    horizon=rgb(255, 206, 138),
    haze=rgb(232, 186, 148),
    cloud_lit=rgb(255, 224, 176),
    cloud_shade=rgb(196, 148, 142),
    sun=rgb(255, 236, 170),
    tint=rgb(1.02, 0.9, 0.74),
)
DUSK = Light(
    "dusk",
    zenith=rgb(58, 56, 116),
    horizon=rgb(244, 142, 108),
    haze=rgb(150, 106, 134),
    cloud_lit=rgb(248, 156, 130),
    cloud_shade=rgb(112, 84, 130),
    sun=rgb(255, 208, 136),
    tint=rgb(0.72, 0.56, 0.62),
    lamps=True,
)
OVERCAST = Light(
    "overcast",
    zenith=rgb(140, 158, 184),
    horizon=rgb(206, 214, 222),
    haze=rgb(178, 190, 204),
    cloud_lit=rgb(218, 224, 230),
    cloud_shade=rgb(136, 152, 176),
    sun=rgb(232, 234, 232),
    tint=rgb(0.86, 0.9, 0.92),
)
NIGHT = Light(
    "night",
    zenith=rgb(18, 26, 66),
    horizon=rgb(66, 88, 142),
    haze=rgb(52, 66, 112),
    cloud_lit=rgb(86, 100, 148),
    cloud_shade=rgb(38, 48, 92),
    sun=rgb(236, 232, 206),
    tint=rgb(0.46, 0.52, 0.76),
    lamps=True,
)

# Sprites are painted in plain light, with windows dark or lit, and take their tint when stamped.
PLAIN = replace(DAY, tint=rgb(1.0, 1.0, 1.0)), replace(DAY, tint=rgb(1.0, 1.0, 1.0), lamps=True)

# Day is listed more often than the rest: it is the common case of photographs.
_LIGHTS = (DAY, DAY, DAY, DAY, GOLDEN, GOLDEN, DUSK, OVERCAST, NIGHT)


def draw_light(rng: np.random.Generator) -> Light:
    """Draw the light of a landscape at random."""
    return pick(rng, _LIGHTS)
