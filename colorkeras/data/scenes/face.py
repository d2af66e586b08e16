"""Portraits: a person with a coat before a wall or a garden."""

import numpy as np

from .canvas import Canvas, ring
from .head import Person, draw_person, paint_back_hair, paint_front_hair, paint_head
from .light import DAY, GOLDEN
from .palette import PLASTER, WHITE, chance, mix, pick, ramp, rgb
from .sky import paint_sky
from .stage import SUMMER, Stage
from .texture import crop, profile

PARTS = ("coat",)

# Walls: color, texture, scale, contrast. Every pattern has a color of its own.
_WALLS = (
    (PLASTER, "plaster", 1.0, 0.03),
    (rgb(166, 100, 80), "brick", 0.9, 0.11),
    (rgb(148, 108, 74), "planks", 0.8, 0.12),
    (rgb(122, 150, 126), "furrows", 0.6, 0.05),  # striped wallpaper
    (rgb(130, 66, 70), "strand", 1.6, 0.16),  # a velvet curtain
    (rgb(100, 124, 154), "weave", 1.3, 0.07),  # linen
)
_LEAVES = rgb(112, 140, 92)
_SHIRTS = (WHITE, rgb(240, 228, 204), rgb(206, 222, 240))


def paint(canvas: Canvas, rng: np.random.Generator) -> None:
    """One portrait, from the background to the hair."""
    stage = Stage(canvas, rng, pick(rng, (DAY, DAY, GOLDEN)), SUMMER)
    pick(rng, (_paint_wall, _paint_wall, _paint_garden, _paint_view))(stage)
    size = stage.extent * rng.uniform(0.23, 0.31)
    x = canvas.width * rng.uniform(0.36, 0.64)
    person = draw_person(stage, x, canvas.height * rng.uniform(0.4, 0.47), size)
    paint_back_hair(person)
    _paint_coat(person)
    paint_head(person)
    paint_front_hair(person)


def _paint_wall(stage: Stage) -> None:
    canvas, rng = stage.canvas, stage.rng
    color, name, scale, contrast = pick(rng, _WALLS)
    region = canvas.box(0, 0, canvas.width, canvas.height)
    grain = crop(name, rng, region.shape, scale * stage.unit)
    falloff = ramp(1.12, 0.8, canvas.width)[:: pick(rng, (-1, 1))]
    shade = falloff * (1 + np.float32(contrast) * grain)
    canvas.paint(region, stage.light.on(stage.vary(color)), shade)


def _paint_garden(stage: Stage) -> None:
    """Leaves out of focus, with round spots of light."""
    canvas, rng = stage.canvas, stage.rng
    region = canvas.box(0, 0, canvas.width, canvas.height)
    blur = crop("cloud", rng, region.shape, 1.2 * stage.unit)
    down = ramp(0.2, -0.2, canvas.height)[:, None]
    canvas.paint(region, stage.light.on(stage.vary(_LEAVES)), 1 + down + np.float32(0.2) * blur)
    places = rng.uniform(0, 1, (9, 2)) * (canvas.width, 0.8 * canvas.height)
    radii = rng.uniform(5, 13, 9) * stage.unit
    spots = [ring(x, y, radius, radius) for (x, y), radius in zip(places, radii, strict=True)]
    canvas.paint(canvas.polygons(spots).scaled(0.35), mix(stage.light.sun, _LEAVES, 0.3))


def _paint_view(stage: Stage) -> None:
    """A wide view: the sky above distant hills."""
    canvas, rng = stage.canvas, stage.rng
    horizon = canvas.height * rng.uniform(0.55, 0.75)
    paint_sky(canvas, rng, stage.light, horizon + 0.12 * canvas.height)
    for layer, distance in enumerate((0.6, 0.3)):
        crest = horizon + canvas.height * (0.1 * layer + 0.04 * profile(rng, canvas.width, 90))
        region = canvas.below(crest)
        grain = crop("foliage", rng, region.shape, 0.7 * stage.unit)
        color = stage.light.on(stage.vary(SUMMER.grass), distance)
        canvas.paint(region, color, 1 + np.float32(0.1 * (1 - distance)) * grain)


def _paint_coat(person: Person) -> None:
    """Neck, shirt and the ambiguous coat with its lapels and buttons."""
    stage, size = person.stage, person.size
    canvas, rng = stage.canvas, stage.rng
    luma = 122 * rng.uniform(0.82, 1.15)
    wide = rng.uniform(1.35, 1.6)
    half = ((0.3, 1.12), (0.75, 1.36), (wide - 0.15, 1.62), (wide, 2.2), (wide, 4.0), (wide, 9.0))
    coat = person.shape(*half, *((-x, y) for x, y in half[::-1]))
    weave = crop("weave", rng, coat.shape, 0.6 * stage.unit)
    folds = crop("strand", rng, coat.shape, 1.6 * stage.unit, 3.0)
    shade = person.side_light(coat, 0.12) + np.float32(0.06) * weave + np.float32(0.05) * folds
    canvas.paint_part(coat, "coat", luma, shade)
    opening = canvas.polygons([person.points((-0.42, 1.1), (0.42, 1.1), (0.0, 2.25))])
    person.paint(opening, pick(rng, _SHIRTS) * np.float32(0.95))
    neck = person.shape(
        (-0.33, 0.6), (0.33, 0.6), (0.36, 1.15), (0.1, 1.5), (-0.1, 1.5), (-0.36, 1.15)
    )
    person.paint(neck, person.skin * 0.9, person.side_light(neck, 0.12))
    person.paint(person.glow(0, 0.98, 0.36, 0.2, 0.6), person.skin * 0.62)
    for sign in (-1, 1):
        corners = ((0.36, 1.02), (0.52, 1.2), (0.62, 1.75), (0.42, 1.8), (0.03, 2.3))
        lapel = canvas.polygons([person.points(*((sign * x, y) for x, y in corners))])
        canvas.paint_part(lapel, "coat", luma * (0.86 if sign == person.side else 0.74))
    if chance(rng, 0.7):
        buttons = person.rings((0.12, 2.42, 0.06, 0.06), (0.12, 2.8, 0.06, 0.06))
        canvas.paint_part(buttons, "coat", luma * 0.6)
    canvas.paint_part(
        canvas.line(person.points((0.02, 2.28), (0.02, 9.0)), 0.03 * size), "coat", luma * 0.7
    )
