"""Sprites: objects painted once on a transparent canvas, then stamped into many pictures.

A village would take hundreds of small drawing calls; a stamp takes a handful. The variants of an
object are painted on first use, from constant seeds.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from .canvas import Canvas
from .light import PLAIN, Light
from .palette import chance
from .stage import SUMMER, WINTER, Season, Stage

VARIANTS = 24  # of each object, season and lighting
_SMALLEST = 32  # pixels; sizes are painted at powers of two from here on


class Kind(NamedTuple):
    """An object: painter(stage, x, y, size) stands it on x, y; extents in units of its size."""

    painter: Callable[[Stage, float, float, float], None]
    half_width: float
    above: float
    below: float
    parts: tuple[str, ...] = ()
    leafy: bool = False  # looks different in every season, not just under snow
    windowed: bool = False  # looks different when lamps are lit


@lru_cache(maxsize=1024)
def _painted(kind: Kind, variant: int, size: int, season: Season, light: Light) -> np.ndarray:
    """The sprite's planes (3 + parts + 1, rows, columns), premultiplied; the last lets through."""
    width = 2 * round(kind.half_width * size)
    rows = round((kind.above + kind.below) * size)
    canvas = Canvas(rows, width, kind.parts, transparent=True)
    rng = np.random.default_rng(variant)
    kind.painter(Stage(canvas, rng, light, season), width / 2, kind.above * size, size)
    canvas.planes.setflags(write=False)
    return canvas.planes


def stamp(stage: Stage, kind: Kind, x: float, y: float, size: float, distance: float = 0.0) -> None:
    """A random variant of an object, standing on x, y; `size` in pixels.

    `distance` is 0 (near) to 1 (lost in the haze).
    """
    painted_size = _SMALLEST
    while painted_size < size:
        painted_size *= 2
    variant = int(stage.rng.integers(VARIANTS))
    season = stage.season if kind.leafy or stage.season is WINTER else SUMMER
    light = PLAIN[kind.windowed and stage.light.lamps]
    planes = _painted(kind, variant, painted_size, season, light)
    count, rows, columns = planes.shape
    scale = size / painted_size
    rows, columns = max(2, round(rows * scale)), max(2, round(columns * scale))
    # One tall image: all planes are resized in a single call.
    tall = cv2.resize(
        planes.reshape(-1, planes.shape[2]), (columns, count * rows), interpolation=cv2.INTER_LINEAR
    )
    planes = tall.reshape(count, rows, columns)
    if chance(stage.rng, 0.5):
        planes = planes[:, :, ::-1]
    left, top = round(x) - columns // 2, round(y - kind.above * size)
    stage.canvas.stamp(planes, kind.parts, left, top, stage.light, distance)
