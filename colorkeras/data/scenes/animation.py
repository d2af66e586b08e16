"""Frames in the look of cel animation: flat figures with outlines before painted backgrounds."""

import numpy as np

from .canvas import Canvas, ring
from .cel import CAR, CHARACTER, FACADE, TREE
from .light import DAY, DUSK, GOLDEN, NIGHT
from .palette import SAND, WHITE, chance, mix, pick, rgb
from .sky import paint_gradient, paint_sun
from .sprite import stamp
from .stage import SUMMER, Stage
from .texture import crop, ground, profile

PARTS = ("car", "dress")

_GRASS = rgb(134, 180, 92)
_HILL = rgb(96, 158, 104)
_SEA = rgb(68, 138, 174)
_ROAD = rgb(132, 128, 134)
_PAVING = rgb(206, 188, 162)


def paint(canvas: Canvas, rng: np.random.Generator) -> None:
    """One frame, from the sky to the characters."""
    stage = Stage(canvas, rng, pick(rng, (DAY, DAY, DAY, GOLDEN, DUSK, NIGHT)), SUMMER)
    horizon = canvas.height * rng.uniform(0.42, 0.56)
    _paint_sky(stage, horizon)
    setting = pick(rng, (_paint_town, _paint_shore, _paint_meadow))
    setting(stage, horizon)
    _paint_cast(stage)


def _paint_sky(stage: Stage, horizon: float) -> None:
    """A sky brushed in a soft gradient with heaped clouds in two tones."""
    canvas, rng, light = stage.canvas, stage.rng, stage.light
    paint_gradient(canvas, light, horizon + 0.1 * canvas.height)
    paint_sun(canvas, rng, light, horizon)
    for _ in range(int(rng.integers(1, 4))):
        _paint_cloud(stage, rng.uniform(0, 1) * canvas.width, rng.uniform(0.35, 0.9) * horizon)


def _paint_cloud(stage: Stage, x: float, y: float) -> None:
    canvas, rng, light = stage.canvas, stage.rng, stage.light
    size = rng.uniform(16, 34) * stage.unit
    across = np.linspace(-1, 1, 6)
    radii = size * (0.62 - 0.34 * across**2) * rng.uniform(0.7, 1.15, 6)
    puffs = np.stack([x + 1.5 * size * across, y - 0.6 * radii, radii, 0.85 * radii], axis=1)
    flat = ring(x, y, 1.9 * size, 0.2 * size)
    canvas.paint(
        canvas.polygons([*(ring(x, y, across, down, 20) for x, y, across, down in puffs), flat]),
        light.cloud_shade,
    )
    puffs += (-0.06 * size, -0.12 * size, -0.06 * size, -0.06 * size)
    canvas.paint(
        canvas.polygons([ring(x, y, across, down, 20) for x, y, across, down in puffs]),
        light.cloud_lit,
    )


def _paint_ridge(stage: Stage, row: float, color: np.ndarray, distance: float) -> None:
    """A rolling hill in two tones."""
    canvas, rng = stage.canvas, stage.rng
    crest = row + 0.035 * canvas.height * profile(rng, canvas.width, 80)
    brush = stage.light.on(stage.vary(color, 0.08), distance)
    canvas.paint(canvas.below(crest), brush)
    lower = crest + canvas.height * (0.04 + 0.03 * profile(rng, canvas.width, 120))
    canvas.paint(canvas.below(lower), brush * 0.93)


def _paint_turf(stage: Stage, row: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    crest = row + 0.015 * canvas.height * profile(rng, canvas.width, 60)
    region = canvas.below(crest)
    tufts = (ground("grass", rng, region.shape, 1.6 * stage.unit) > 0.9).astype(np.float32)
    patches = crop("soft", rng, region.shape, stage.unit, 2.0) > 0.3
    shade = 1 - np.float32(0.16) * tufts + np.float32(0.07) * patches
    canvas.paint(region, stage.light.on(stage.vary(_GRASS, 0.08)), shade)


def _paint_meadow(stage: Stage, horizon: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    _paint_ridge(stage, horizon, _HILL, 0.5)
    _paint_ridge(stage, horizon + 0.06 * canvas.height, _HILL, 0.25)
    _paint_turf(stage, horizon + 0.14 * canvas.height)
    for x in rng.uniform(0, 1, int(rng.integers(2, 5))).tolist():
        row = horizon + rng.uniform(0.17, 0.3) * canvas.height
        stamp(stage, TREE, x * canvas.width, row, rng.uniform(0.26, 0.42) * stage.extent, 0.1)


def _paint_shore(stage: Stage, horizon: float) -> None:
    """The sea in flat bands with crests of foam, and a beach."""
    canvas, rng = stage.canvas, stage.rng
    region = canvas.box(0, horizon, canvas.width, canvas.height)
    waves = ground("ripple", rng, region.shape, 1.7 * stage.unit, 0.3)
    shade = 1 + np.float32(0.12) * (waves > 0.2) - np.float32(0.1) * (waves < -0.8)
    canvas.paint(region, mix(stage.light.on(_SEA), stage.light.zenith, 0.25), shade)
    canvas.paint(region.scaled((waves > 1.7) * np.float32(0.7)), stage.light.on(WHITE))
    if chance(rng, 0.5):
        _paint_island(stage, horizon)
    shore = canvas.height * (rng.uniform(0.76, 0.84) + 0.02 * profile(rng, canvas.width, 60))
    canvas.paint(canvas.below(shore - 0.02 * canvas.height), stage.light.on(WHITE))
    beach = canvas.below(shore)
    grains = crop("plaster", rng, beach.shape, stage.unit)
    canvas.paint(beach, stage.light.on(stage.vary(SAND, 0.08)), 1 + np.float32(0.025) * grains)


def _paint_island(stage: Stage, horizon: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    x, wide = rng.uniform(0.1, 0.9) * canvas.width, rng.uniform(0.12, 0.25) * canvas.width
    top = horizon - canvas.height * rng.uniform(0.05, 0.1)
    slope = (
        (x - wide, horizon),
        (x - 0.4 * wide, top),
        (x + 0.1 * wide, top * 1.03),
        (x + wide, horizon),
    )
    canvas.paint(canvas.polygon(*slope), stage.light.on(_HILL, 0.4))


def _paint_town(stage: Stage, horizon: float) -> None:
    """A row of houses along a street."""
    canvas, rng = stage.canvas, stage.rng
    _paint_ridge(stage, horizon - 0.04 * canvas.height, _HILL, 0.45)
    curb = max(horizon + 0.2 * canvas.height, 0.7 * canvas.height)
    size = 0.5 * stage.extent
    for x in np.arange(rng.uniform(-0.2, 0.2), canvas.width / size + 0.4, 0.66).tolist():
        kind, share = (TREE, 0.75) if chance(rng, 0.18) else (FACADE, rng.uniform(0.85, 1.1))
        stamp(stage, kind, x * size, curb, share * size, 0.08)
    street = curb + 0.06 * canvas.height
    for row, color, name in ((curb, _PAVING, "stone"), (street, _ROAD, "rough")):
        region = canvas.box(0, row, canvas.width, canvas.height)
        grain = ground(name, rng, region.shape, 0.8 * stage.unit)
        color = stage.light.on(stage.vary(color, 0.06))
        canvas.paint(region, color, 1 + np.float32(0.04) * grain)
    x = rng.uniform(0.2, 0.8) * canvas.width
    stamp(stage, CAR, x, 0.9 * canvas.height, 0.62 * stage.extent)


def _paint_cast(stage: Stage) -> None:
    """One to three characters in the foreground, each with room of its own."""
    canvas, rng = stage.canvas, stage.rng
    room = max(1, round(1.6 * canvas.width / stage.extent))
    count = int(rng.integers(1, min(3, room) + 1))
    for place in rng.permutation(room)[:count].tolist():
        x = (place + rng.uniform(0.35, 0.65)) / room * canvas.width
        size = rng.uniform(0.5, 0.8) * stage.extent
        stamp(stage, CHARACTER, x, rng.uniform(0.93, 0.99) * canvas.height, size)
