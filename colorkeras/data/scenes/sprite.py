"""Sprites: objects painted once on a transparent canvas, then stamped into many images.

A village would need hundreds of drawing calls; a stamp needs only a few. The variants of an object
are painted when they are first used, from constant seeds.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .canvas import Canvas, Sprite
from .light import PLAIN, Light
from .palette import chance
from .stage import SUMMER, WINTER, Season, Stage

VARIANTS = 20  # of each object, season and lighting
_SIZES = (32, 64, 128, 256)  # pixels; an object is painted at the next larger size, then resized


class Kind(NamedTuple):
    """An object: painter(stage, x, y, size) stands it on x, y; extents in units of its size."""

    painter: Callable[[Stage, float, float, float], None]
    half_width: float
    above: float
    below: float
    parts: tuple[str, ...] = ()
    leafy: bool = False  # looks different in every season, not only under snow
    windowed: bool = False  # looks different when lamps are lit


@lru_cache(maxsize=800)
def _painted(kind: Kind, variant: int, size: int, season: Season, light: Light) -> Sprite:
    rows = round((kind.above + kind.below) * size)
    canvas = Canvas(rows, 2 * round(kind.half_width * size), kind.parts, transparent=True)
    rng = np.random.default_rng(variant)
    kind.painter(Stage(canvas, rng, light, season), canvas.width / 2, kind.above * size, size)
    return canvas.sprite(gain=2.0 if light.lamps else 1.0)


def stamp(stage: Stage, kind: Kind, x: float, y: float, size: float, distance: float = 0.0) -> None:
    """A random variant of an object, standing on x, y; `size` in pixels.

    `distance` is 0 (near) to 1 (lost in the haze).
    """
    painted_size = next((known for known in _SIZES if known >= size), _SIZES[-1])
    variant = int(stage.rng.integers(VARIANTS))
    season = stage.season if kind.leafy or stage.season is WINTER else SUMMER
    light = PLAIN[kind.windowed and stage.light.lamps]
    sprite = _painted(kind, variant, painted_size, season, light).resized(size / painted_size)
    if chance(stage.rng, 0.5):
        sprite = sprite._replace(planes=sprite.planes[:, :, ::-1])
    left, top = round(x) - sprite.planes.shape[2] // 2, round(y - kind.above * size)
    stage.canvas.stamp(sprite, left, top, stage.light, distance)
