"""Houses and churches of the landscapes."""

from collections.abc import Iterable, Sequence

import numpy as np

from .canvas import Region, ring
from .figure import Figure
from .palette import (
    BRICK,
    COPPER,
    GLASS,
    INK,
    LAMPLIGHT,
    PLASTER,
    ROOF_TILE,
    SLATE,
    SNOW,
    STONE,
    THATCH,
    TIMBER,
    WHITE,
    chance,
    mix,
    pick,
    ramp,
    rgb,
)
from .sprite import Kind
from .stage import WINTER, Stage
from .texture import crop

Box = tuple[float, float, float, float]  # left, bottom, right, top
Material = tuple[np.ndarray, str, float, float]  # color, texture, texture scale, contrast

_SHADOW = rgb(38, 46, 50)
# The texture is what a gray image shows of a material.
_WALLS: tuple[Material, ...] = (
    (PLASTER, "plaster", 0.6, 0.035),
    (PLASTER, "plaster", 0.6, 0.035),
    (BRICK, "brick", 0.34, 0.13),
    (STONE, "stone", 0.24, 0.11),
    (TIMBER, "planks", 0.16, 0.13),
)
_ROOFS: tuple[Material, ...] = (
    (ROOF_TILE, "tiles", 0.3, 0.14),
    (ROOF_TILE, "tiles", 0.3, 0.14),
    (SLATE, "slate", 0.3, 0.12),
    (THATCH, "straw", 0.55, 0.14),
)


class _Building(Figure):
    """A figure with walls, doors and windows."""

    def panes(self, boxes: Iterable[Box]) -> Region:
        """The union of boxes (left, bottom, right, top)."""
        corners = [self.points((x0, y0), (x0, y1), (x1, y1), (x1, y0)) for x0, y0, x1, y1 in boxes]
        return self.stage.canvas.polygons(corners)

    def paint(self, region: Region, color: np.ndarray, shade: np.ndarray | None = None) -> None:
        """Paint a color over a region."""
        self.stage.canvas.paint(region, color, shade)

    def cover(self, region: Region, material: Material, brightness: float = 1.0) -> None:
        """Paint a wall or a roof: color, texture, scale, contrast."""
        color, name, scale, contrast = material
        grain = crop(name, self.stage.rng, region.shape, max(scale, 0.1) * self.size / 30)
        self.paint(region, color, np.float32(brightness) * (1 + np.float32(contrast) * grain))

    def door(self, left: float, right: float, height: float) -> None:
        """An ambiguous door with a frame, boards and a luma that does not tell its hue."""
        canvas, rng = self.stage.canvas, self.stage.rng
        rim = 0.02
        self.paint(self.panes([(left - rim, 0, right + rim, height + rim)]), WHITE * 0.9)
        region = self.panes([(left, 0, right, height)])
        luma = 132 * rng.uniform(0.8, 1.15)
        boards = crop("planks", rng, region.shape, 0.12 * self.size / 30)
        canvas.paint_part(region, "door", luma, 1 + np.float32(0.08) * boards)

    def windows(self, boxes: Sequence[Box]) -> None:
        """Framed windows, lamplit after dark."""
        rim = 0.018
        grown = [(x0 - rim, y0 - rim, x1 + rim, y1 + rim) for x0, y0, x1, y1 in boxes]
        self.paint(self.panes(grown), WHITE)
        panes = self.panes(boxes)
        self.paint(panes, LAMPLIGHT if self.stage.light.lamps else GLASS)


def _ground_shadow(house: _Building, width: float) -> None:
    canvas = house.stage.canvas
    x = house.x + width / 2 * house.size
    shadow = canvas.glow(x, house.y, 0.42 * width * house.size, 0.09 * house.size)
    house.paint(shadow.scaled(0.5), _SHADOW)


def _roof(stage: Stage) -> Material:
    """A roof material, half hidden by snow in winter."""
    color, name, scale, contrast = _varied(stage, pick(stage.rng, _ROOFS))
    if stage.season is WINTER:
        color = mix(color, SNOW, 0.75)
    return color, name, scale, contrast


def _varied(stage: Stage, material: Material) -> Material:
    color, name, scale, contrast = material
    return stage.vary(color), name, scale, contrast


def _paint_house(stage: Stage, x: float, y: float, size: float) -> None:
    """A house seen at a corner; `size` is the height of its gable in pixels."""
    rng = stage.rng
    gable, long = rng.uniform(0.5, 0.65), rng.uniform(0.7, 1.15)
    eaves, ridge = rng.uniform(0.42, 0.55), rng.uniform(0.85, 1.0)
    end, middle = gable + long, gable / 2
    house = _Building(stage, x - end / 2 * size, y, size)
    _ground_shadow(house, end)
    wall = _varied(stage, pick(rng, _WALLS))
    roof = _roof(stage)
    house.cover(house.region((0, 0), (0, eaves), (middle, ridge), (gable, eaves), (gable, 0)), wall)
    house.cover(house.region((gable, 0), (gable, eaves), (end, eaves), (end, 0)), wall, 0.8)
    if chance(rng, 0.7):
        at = gable + rng.uniform(0.15, 0.7) * long
        top = ridge + 0.14
        house.cover(house.panes([(at, eaves, at + 0.11, top)]), (BRICK, "brick", 0.2, 0.1), 0.9)
    over = 0.05  # the overhang of the roof
    slope = (
        (gable + over, eaves - over),
        (middle, ridge),
        (end + over - gable / 2, ridge),
        (end + over, eaves - over),
    )
    house.cover(house.region(*slope), roof)
    verge = house.points(
        (-over, eaves - over), (middle, ridge + 0.015), (gable + over, eaves - over)
    )
    house.paint(stage.canvas.line(verge, 0.045 * size), roof[0] * 0.72)
    house.door(0.34 * gable, 0.34 * gable + 0.17, 0.32)
    count = int(rng.integers(2, 4))
    left = gable + long * (np.arange(count) + 0.5) / count - 0.06
    boxes = [(at, 0.17, at + 0.12, 0.34) for at in left]
    house.windows([*boxes, (middle - 0.06, eaves + 0.02, middle + 0.06, eaves + 0.18)])


def _paint_church(stage: Stage, x: float, y: float, size: float) -> None:
    """A church: nave with a tower at its end; `size` is the height of the nave in pixels."""
    rng = stage.rng
    wall = _varied(stage, pick(rng, (_WALLS[0], _WALLS[3], _WALLS[2])))
    wide, long, eaves = rng.uniform(0.38, 0.46), rng.uniform(1.0, 1.4), 0.56
    tall, end = rng.uniform(1.2, 1.5), wide + long
    house = _Building(stage, x - end / 2 * size, y, size)
    _ground_shadow(house, end)
    house.cover(house.panes([(wide, 0, end, eaves)]), wall, 0.86)
    slope = (
        (wide - 0.05, eaves - 0.04),
        (wide - 0.05, 1.0),
        (end - 0.14, 1.0),
        (end + 0.05, eaves - 0.04),
    )
    house.cover(house.region(*slope), _roof(stage))
    house.cover(house.panes([(0, 0, 0.62 * wide, tall)]), wall)
    house.cover(house.panes([(0.62 * wide, 0, wide, tall)]), wall, 0.74)
    _paint_spire(house, wide, tall)
    count = int(rng.integers(3, 5))
    left = wide + 0.12 + (long - 0.3) * np.arange(count) / (count - 1)
    slits = [(at, 0.17, at + 0.08, 0.42) for at in left]
    house.windows([*slits, (0.24 * wide, tall - 0.3, 0.38 * wide, tall - 0.12)])
    clock = house.points((0.31 * wide, tall - 0.45))[0]
    house.paint(stage.canvas.polygons([ring(clock[0], clock[1], 0.07 * size, 0.07 * size)]), WHITE)
    house.paint(stage.canvas.polygons([ring(clock[0], clock[1], 0.02 * size, 0.02 * size)]), INK)
    house.door(0.31 * wide - 0.09, 0.31 * wide + 0.09, 0.34)


def _paint_spire(house: _Building, wide: float, tall: float) -> None:
    """A pointed spire or a bulbous dome, with a cross."""
    rng, canvas = house.stage.rng, house.stage.canvas
    middle, over = wide / 2, 0.04
    if chance(rng, 0.65):
        top = tall + rng.uniform(0.6, 0.9)
        material = (house.stage.vary(SLATE), "slate", 0.3, 0.1)
        left, right = (
            ((-over, tall), (middle, top), (0.62 * wide, tall)),
            ((0.62 * wide, tall), (middle, top), (wide + over, tall)),
        )
        house.cover(house.region(*left), material)
        house.cover(house.region(*right), material, 0.74)
    else:
        top = tall + 0.52
        onion = [(-over, tall), (-0.04, tall + 0.16), (0.3 * wide, tall + 0.32), (middle, top)]
        onion += [(0.7 * wide, tall + 0.32), (wide + 0.04, tall + 0.16), (wide + over, tall)]
        region = house.region(*onion)
        shade = ramp(1.25, 0.7, region.shape[1])
        house.paint(region, house.stage.vary(COPPER), shade)
    cross = (
        house.points((middle, top - 0.03), (middle, top + 0.16)),
        house.points((middle - 0.05, top + 0.1), (middle + 0.05, top + 0.1)),
    )
    house.paint(canvas.polygons(cross, 0.022 * house.size), INK)


HOUSE = Kind(_paint_house, half_width=1.0, above=1.2, below=0.15, parts=("door",), windowed=True)
CHURCH = Kind(_paint_church, half_width=1.05, above=2.6, below=0.15, parts=("door",), windowed=True)
