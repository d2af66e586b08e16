"""Landscapes with churches and houses."""

import numpy as np

from .boat import BOAT
from .buildings import CHURCH, HOUSE
from .canvas import Canvas, smooth
from .light import draw_light
from .palette import DIRT, ROCK, SAND, SNOW, WHITE, chance, mix, pick, ramp, rgb, within
from .plants import TREE
from .sky import paint_sky
from .sprite import stamp
from .stage import SEASONS, WINTER, Stage
from .texture import crop, ground, profile

PARTS = ("door", "boat")

_WATER = rgb(58, 124, 158)

# Fields on the hills: color, texture and contrast. Each crop grows in its own pattern.
_FIELDS = {
    "spring": ((rgb(226, 204, 62), "speckle", 0.07), (rgb(128, 176, 72), "grass", 0.09)),
    "summer": (
        (rgb(216, 180, 92), "straw", 0.1),
        (rgb(136, 108, 176), "furrows", 0.2),
        (rgb(112, 152, 62), "grass", 0.09),
    ),
    "autumn": ((rgb(146, 104, 72), "furrows", 0.14), (rgb(168, 150, 76), "grass", 0.09)),
    "winter": ((SNOW, "plaster", 0.03),),
}
_WOOD = {
    "spring": (rgb(88, 140, 62), "foliage"),
    "summer": (rgb(58, 104, 52), "foliage"),
    "autumn": (rgb(182, 112, 54), "autumn"),
    "winter": (rgb(112, 116, 122), "rough"),
}
_FLOWERS = {
    "spring": (rgb(250, 222, 70), 0.45),
    "summer": (rgb(214, 52, 40), 0.9),
    "autumn": (rgb(206, 112, 40), 0.7),
}


def paint(canvas: Canvas, rng: np.random.Generator) -> None:
    """One landscape, from the sky to the foreground."""
    stage = Stage(canvas, rng, draw_light(rng), pick(rng, SEASONS))
    horizon = canvas.height * rng.uniform(0.36, 0.5)
    paint_sky(canvas, rng, stage.light, horizon + 0.1 * canvas.height)
    if chance(rng, 0.7):
        _paint_mountains(stage, horizon)
    for layer in range(int(rng.integers(1, 3))):
        _paint_hill(stage, horizon + layer * 0.05 * canvas.height, 0.5 - 0.18 * layer)
    top = horizon + canvas.height * rng.uniform(0.1, 0.16)
    _paint_meadow(stage, top)
    lake = chance(rng, 0.4)
    if lake:
        _paint_lake(stage, top + 0.2 * canvas.height)
    elif chance(rng, 0.75):
        _paint_road(stage, top)
    _paint_village(stage, top, 0.3 if lake else 1.0)


def _paint_mountains(stage: Stage, horizon: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    height = canvas.height * rng.uniform(0.1, 0.2)
    ridge = profile(rng, canvas.width, int(rng.integers(90, 200)))
    ridge += 0.12 * profile(rng, canvas.width, 300, "rough")
    skyline = horizon - height * (0.55 + 0.4 * ridge)
    region = canvas.below(skyline, horizon + 0.15 * canvas.height)
    relief = crop("rough", rng, region.shape, 1.2 * stage.unit)
    canvas.paint(region, stage.light.on(stage.vary(ROCK), 0.42), 1 + np.float32(0.07) * relief)
    rows = np.arange(region.rows.start, region.rows.stop, dtype=np.float32)[:, None]
    line = horizon - height * rng.uniform(0.5, 0.9)
    snow = within((line - rows) / (0.1 * height) + 1.2 * relief, 0, 1)
    canvas.paint(region.scaled(snow), stage.light.on(SNOW, 0.25))


def _paint_hill(stage: Stage, base: float, distance: float) -> None:
    """A hill with fields below and woods along its crest."""
    canvas, rng = stage.canvas, stage.rng
    crest = base - canvas.height * 0.035 * profile(rng, canvas.width, int(rng.integers(60, 140)))
    color, name, contrast = pick(rng, _FIELDS[stage.season.name])
    region = canvas.below(crest, base + 0.23 * canvas.height)
    grain = ground(name, rng, region.shape, 0.8 * stage.unit, 0.3)
    canvas.paint(
        region, stage.light.on(stage.vary(color), distance), 1 + np.float32(contrast) * grain
    )
    color, name = _WOOD[stage.season.name]
    tops = profile(rng, canvas.width, 420, "rough")
    where = within(profile(rng, canvas.width, 120) * 1.5 + 0.4, 0, 1)
    tops = crest - canvas.height * (0.05 + 0.012 * tops) * where
    strip = canvas.below(tops, crest.max() + 0.03 * canvas.height)
    rows = np.arange(strip.rows.start, strip.rows.stop, dtype=np.float32)[:, None]
    strip = strip.scaled(within(crest + 0.025 * canvas.height * where - rows, 0, 1))
    leaves = crop(name, rng, strip.shape, 0.5 * stage.unit)
    canvas.paint(
        strip, stage.light.on(stage.vary(color), distance * 0.8), 1 + np.float32(0.15) * leaves
    )


def _paint_meadow(stage: Stage, top: float) -> None:
    canvas, rng = stage.canvas, stage.rng
    crest = top - canvas.height * 0.02 * profile(rng, canvas.width, 70)
    region = canvas.below(crest)
    winter = stage.season is WINTER
    grain = ground("plaster" if winter else "grass", rng, region.shape, 1.3 * stage.unit, 1.2)
    folds = crop("soft", rng, region.shape, 0.8 * stage.unit, 2.0)
    shade = 1 + np.float32(0.03 if winter else 0.11) * grain + np.float32(0.06) * folds
    shade *= ramp(1.06, 0.9, region.shape[0])[:, None]
    canvas.paint(region, stage.light.on(stage.vary(stage.season.grass), 0.04), shade)
    if stage.season.name in _FLOWERS and chance(rng, 0.6):
        color, size = _FLOWERS[stage.season.name]
        dots = ground("speckle", rng, region.shape, 1.5 * size * stage.unit)
        patches = within(folds + 0.3, 0, 1)
        canvas.paint(region.scaled(within(dots, 0, 1) * patches), stage.light.on(color))


def _paint_lake(stage: Stage, top: float) -> None:
    """A lake with a sandy shore that mirrors the sky; often a boat sails on it."""
    canvas, rng = stage.canvas, stage.rng
    shore = top + canvas.height * 0.015 * profile(rng, canvas.width, 90)
    sand = rng.uniform(0.015, 0.035) * canvas.height
    region = canvas.below(shore - sand)
    grain = crop("plaster", rng, region.shape, 0.8 * stage.unit)
    canvas.paint(region, stage.light.on(stage.vary(SAND)), 1 + np.float32(0.04) * grain)
    region = canvas.below(shore)
    ripples = ground("ripple", rng, region.shape, 1.6 * stage.unit, 0.25)
    down = ramp(0.06, -0.2, region.shape[0])[:, None]
    mirror = mix(stage.light.zenith, stage.light.horizon, 0.3)
    water = mix(mirror, stage.light.on(_WATER), 0.55)
    canvas.paint(region, stage.vary(water), 1 + down + np.float32(0.1) * ripples)
    glints = within(ripples - 1.2, 0, 1) * rng.uniform(0.3, 0.8)
    canvas.paint(region.scaled(glints), mix(stage.light.sun, WHITE, 0.3))
    if chance(rng, 0.75):
        depth = rng.uniform(0.3, 0.75)
        y = top + depth * (canvas.height - top)
        x, size = rng.uniform(0.15, 0.85) * canvas.width, (0.1 + 0.3 * depth) * stage.extent
        stamp(stage, BOAT, x, y, size)


def _paint_road(stage: Stage, top: float) -> None:
    """A dirt road that winds from the foreground into the distance."""
    canvas, rng = stage.canvas, stage.rng
    depth = np.linspace(0, 1, 12)  # 0 at the far end
    bends = rng.uniform(0.3, 0.7) + np.cumsum(rng.uniform(-0.35, 0.35, 4) * (0.3, 0.4, 0.8, 1.0))
    middle = canvas.width * np.interp(depth, (0, 0.35, 0.7, 1), bends)
    half = canvas.width * (0.006 + rng.uniform(0.08, 0.14) * depth**1.6)
    rows = top + (canvas.height + 2 - top) * depth**1.3
    left = smooth(np.stack([middle - half, rows], axis=1), closed=False, steps=3)
    right = smooth(np.stack([middle + half, rows], axis=1), closed=False, steps=3)
    region = canvas.polygons([np.concatenate([left, right[::-1]])])
    pebbles = ground("rough", rng, region.shape, 1.2 * stage.unit)
    color = mix(DIRT, SNOW, 0.5 if stage.season is WINTER else 0.0)
    canvas.paint(region, stage.light.on(stage.vary(color)), 1 + np.float32(0.08) * pebbles)


def _paint_village(stage: Stage, top: float, reach: float) -> None:
    """Church, houses and trees, each in its own strip of the width, painted far to near.

    `reach` says how far into the foreground they may stand.
    """
    canvas, rng = stage.canvas, stage.rng
    strips = max(4, round(4.5 * canvas.width / stage.extent))
    columns = (rng.permutation(strips) + rng.uniform(0.2, 0.8, strips)) / strips * canvas.width
    depths = rng.uniform(0.02, 1.0, strips) * reach
    houses = int(rng.integers(1, max(3, strips // 2)))
    kinds = [(CHURCH, 1.15)] * int(chance(rng, 0.7)) + [(HOUSE, 1.0)] * houses
    kinds += [(TREE, 1.5)] * (strips - len(kinds))
    for at in np.argsort(depths).tolist():
        depth, x, (kind, factor) = float(depths[at]), float(columns[at]), kinds[at]
        y = top + (0.03 + 0.3 * depth) * canvas.height
        size = (0.12 + 0.2 * depth) * stage.extent * rng.uniform(0.85, 1.2)
        haze = 0.28 * (1 - depth)
        stamp(stage, kind, x, y, factor * size, haze)
