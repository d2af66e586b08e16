"""What every painter of a scene uses: canvas, random numbers, light and season."""

from dataclasses import dataclass

import numpy as np

from .canvas import Canvas
from .light import Light
from .palette import SNOW, rgb


@dataclass(frozen=True, eq=False)
class Season:
    """The looks of the plants at a time of year.

    `crowns` lists the kinds of broadleaf tree: color (3,) in levels and the texture of the leaves.
    """

    name: str
    grass: np.ndarray
    crowns: tuple[tuple[np.ndarray, str], ...]


SPRING = Season(
    "spring",
    grass=rgb(116, 174, 64),
    crowns=((rgb(128, 178, 66), "foliage"), (rgb(238, 176, 192), "blossom")),
)
SUMMER = Season(
    "summer",
    grass=rgb(108, 152, 58),
    crowns=((rgb(66, 122, 46), "foliage"), (rgb(88, 136, 52), "foliage")),
)
AUTUMN = Season(
    "autumn",
    grass=rgb(162, 152, 72),
    crowns=(
        (rgb(208, 112, 42), "autumn"),
        (rgb(222, 166, 54), "autumn"),
        (rgb(188, 78, 48), "autumn"),
    ),
)
WINTER = Season("winter", grass=SNOW, crowns=())
SEASONS = (SPRING, SUMMER, SUMMER, AUTUMN, WINTER)


@dataclass(frozen=True, eq=False)
class Stage:
    """One image that is being painted, and its light and season."""

    canvas: Canvas
    rng: np.random.Generator
    light: Light
    season: Season

    @property
    def unit(self) -> float:
        """Pixels per nominal pixel of an image whose shorter side is 160."""
        return self.canvas.unit

    @property
    def extent(self) -> float:
        """The height in pixels to which objects are scaled; narrow images have smaller objects."""
        return min(self.canvas.height, 1.25 * self.canvas.width)

    def vary(self, color: np.ndarray, amount: float = 0.14) -> np.ndarray:
        """The color at another brightness, so that the gray level does not show the material."""
        return color * np.float32(self.rng.uniform(1 - amount, 1 + amount))
