"""Heads of the portraits: skin, eyes, mouth and hair."""

from dataclasses import dataclass

import numpy as np

from .canvas import Outline, Point, Region, ring, smooth
from .palette import INK, WHITE, chance, mix, pick, ramp, rgb
from .stage import Stage
from .texture import crop

_SKINS = (
    rgb(246, 206, 174),
    rgb(236, 188, 150),
    rgb(212, 154, 112),
    rgb(164, 108, 74),
    rgb(118, 76, 54),
)
# Color, texture and contrast. Each hair color has a texture of its own, as the gray level alone
# does not show the color.
_HAIRS = (
    (rgb(52, 40, 40), "strand", 0.3),
    (rgb(104, 64, 38), "strand", 0.26),
    (rgb(148, 86, 46), "strand", 0.24),
    (rgb(226, 184, 100), "strand", 0.15),
    (rgb(196, 90, 40), "foliage", 0.24),
    (rgb(184, 186, 194), "straw", 0.14),
)
_IRISES = (rgb(98, 62, 36), rgb(76, 122, 168), rgb(96, 128, 84))
_LIP_RED = rgb(196, 58, 72)


@dataclass(frozen=True, eq=False)
class Person:
    """One person's looks and place; the head is about 1.5 by 2 `size` around x, y in pixels."""

    stage: Stage
    x: float
    y: float
    size: float
    skin: np.ndarray
    hair: tuple[np.ndarray, str, float]
    style: str
    side: float  # the light comes from the left (1) or the right (-1)

    def points(self, *pairs: Point) -> np.ndarray:
        """Coordinates in head sizes, x to the right and y down from the middle of the head."""
        return np.asarray(pairs, np.float64) * self.size + (self.x, self.y)

    def shape(self, *pairs: Point) -> Region:
        """The smooth shape through the given points."""
        return self.stage.canvas.polygons([smooth(self.points(*pairs), steps=6)])

    def rings(self, *ellipses: tuple[float, float, float, float]) -> Region:
        """The union of ellipses (x, y, radius_x, radius_y)."""
        outlines = [self.points(*ring(*ellipse, points=24)) for ellipse in ellipses]
        return self.stage.canvas.polygons(outlines)

    def glow(self, x: float, y: float, radius_x: float, radius_y: float, strength: float) -> Region:
        """A soft spot that covers up to `strength`."""
        column, row = self.points((x, y))[0].tolist()
        spot = self.stage.canvas.glow(column, row, radius_x * self.size, radius_y * self.size)
        return spot.scaled(np.asarray(strength, np.float32))

    def paint(self, region: Region, color: np.ndarray, shade: np.ndarray | None = None) -> None:
        """Paint a color, seen in the light of the image, over a region."""
        self.stage.canvas.paint(region, self.stage.light.on(color), shade)

    def side_light(self, region: Region, amount: float) -> np.ndarray:
        """Shading (columns,) that falls off away from the light."""
        return 1 + ramp(amount, -amount, region.shape[1]) * self.side

    def paint_hair(self, region: Region, brightness: float = 1.0) -> None:
        """Paint the person's hair over a region."""
        color, name, contrast = self.hair
        strands = crop(name, self.stage.rng, region.shape, self.size / 44)
        gloss = np.sin(ramp(0.3, 6.0, region.shape[0]))[:, None]
        shade = self.side_light(region, 0.12) + np.float32(contrast) * strands + 0.12 * gloss
        self.paint(region, color * np.float32(brightness), shade)


def draw_person(stage: Stage, x: float, y: float, size: float) -> Person:
    """Draw the looks of a person at random; nothing is painted yet."""
    rng = stage.rng
    skin = stage.vary(pick(rng, _SKINS), 0.08)
    color, name, contrast = pick(rng, _HAIRS)
    style = pick(rng, ("long", "long", "bob", "short", "short", "bun"))
    hair = (stage.vary(color, 0.2), name, contrast)
    return Person(stage, x, y, size, skin, hair, style, pick(rng, (-1.0, 1.0)))


def paint_back_hair(person: Person) -> None:
    """What hangs behind the neck and shoulders."""
    if person.style == "long":
        outline = (0, -1.12), (0.8, -0.7), (1.0, 0.3), (1.02, 1.5), (0.55, 1.9), (0, 1.6)
    elif person.style == "bob":
        outline = (0, -1.12), (0.82, -0.7), (1.0, 0.3), (0.86, 0.98), (0.4, 1.0), (0, 0.9)
    elif person.style == "bun":
        person.paint_hair(person.rings((0, -1.22, 0.36, 0.32)), 0.95)
        return
    else:
        return
    mirrored = tuple((-x, y) for x, y in outline[-2:0:-1])
    person.paint_hair(person.shape(*outline, *mirrored), 0.78)


def paint_head(person: Person) -> None:
    """Face, ears, eyes, nose and mouth; on some people a beard."""
    skin = person.skin
    person.paint(person.rings((-0.75, 0.1, 0.13, 0.22), (0.75, 0.1, 0.13, 0.22)), skin * 0.88)
    jaw = person.stage.rng.uniform(0.4, 0.5)
    side = ((0.56, -0.82), (0.76, -0.2), (0.7, 0.4), (jaw, 0.82))
    face = person.shape((0, -1.0), *side, (0, 1.02), *((-x, y) for x, y in side[::-1]))
    round_light = ramp(0.05, -0.08, face.shape[0])[:, None]
    pores = crop("plaster", person.stage.rng, face.shape, person.stage.unit * 0.8)
    shade = person.side_light(face, 0.11) + round_light + np.float32(0.012) * pores
    person.paint(face, skin, shade)
    for x in (-0.42, 0.42):
        person.paint(person.glow(x, 0.38, 0.24, 0.18, 0.34), mix(skin, _LIP_RED, 0.45))
    person.paint(person.glow(0.05, -0.6, 0.4, 0.22, 0.3), mix(skin, WHITE, 0.45))
    _paint_eyes(person)
    if person.style == "short" and chance(person.stage.rng, 0.35):
        _paint_beard(person)
    _paint_nose_and_mouth(person)


def _paint_eyes(person: Person) -> None:
    rng, size = person.stage.rng, person.size
    look, wide = rng.uniform(-0.03, 0.03), rng.uniform(0.145, 0.17)
    gap, row, tall = 0.31, 0.02, rng.uniform(0.075, 0.1)
    both = (-gap, gap)
    person.paint(
        person.rings(*((x, row - 0.02, 1.35 * wide, 0.16) for x in both)).scaled(0.35),
        person.skin * 0.8,
    )
    person.paint(person.rings(*((x, row, wide, tall) for x in both)), WHITE)
    iris = person.stage.vary(pick(rng, _IRISES))
    person.paint(person.rings(*((x + look, row, 0.082, 0.09) for x in both)), iris)
    person.paint(person.rings(*((x + look, row, 0.042, 0.046) for x in both)), INK * 0.5)
    person.paint(person.rings(*((x + look - 0.03, row - 0.035, 0.024, 0.024) for x in both)), WHITE)
    lids, brows = [], []
    lift = rng.uniform(0.0, 0.06)
    for sign in (-1, 1):
        lid = ((-0.19, 0.03), (-0.1, -0.085), (0.04, -0.105), (0.2, 0.01))
        lids.append([(sign * (gap + x), row + y) for x, y in lid])
        brow = ((-0.18, -0.2), (0.0, -0.27 - lift), (0.22, -0.19))
        brows.append([(sign * (gap + x), row + y) for x, y in brow])
    lines = [smooth(person.points(*lid), closed=False, steps=4) for lid in lids]
    person.paint(person.stage.canvas.polygons(lines, 0.045 * size), INK)
    lines = [smooth(person.points(*brow), closed=False, steps=4) for brow in brows]
    color = mix(person.hair[0] * 0.7, INK, 0.3)
    person.paint(person.stage.canvas.polygons(lines, 0.05 * size), color)


def _paint_beard(person: Person) -> None:
    side = ((0.5, 0.5), (0.7, 0.15), (0.62, 0.72), (0.3, 1.02))
    mirrored = ((-x, y) for x, y in side[::-1])
    person.paint_hair(person.shape((0, 0.52), *side, (0, 1.1), *mirrored), 0.85)


def _paint_nose_and_mouth(person: Person) -> None:
    rng, canvas = person.stage.rng, person.stage.canvas
    skin, side = person.skin, person.side
    person.paint(person.glow(0.1 * side, 0.2, 0.07, 0.22, 0.4), skin * 0.78)
    person.paint(person.glow(0, 0.44, 0.13, 0.05, 0.55), skin * 0.68)
    person.paint(person.glow(-0.03 * side, 0.3, 0.06, 0.1, 0.5), mix(skin, WHITE, 0.4))
    wide, smile = rng.uniform(0.22, 0.28), rng.uniform(0.03, 0.09)
    lip = mix(skin, _LIP_RED, rng.uniform(0.5, 0.75)) * 0.92
    corner = 0.66 - smile
    upper = (-wide, corner), (-0.07, 0.628), (0, 0.64), (0.07, 0.628), (wide, corner), (0, 0.7)
    lower = (-wide, corner), (0, 0.68), (wide, corner), (0.11, 0.765), (-0.11, 0.765)
    person.paint(person.shape(*lower), mix(lip, WHITE, 0.1))
    person.paint(person.shape(*upper), lip * 0.86)
    line = smooth(person.points((-wide, corner), (0, 0.695), (wide, corner)), closed=False)
    person.paint(canvas.line(line, 0.025 * person.size), lip * 0.5)
    person.paint(person.glow(0, 0.85, 0.16, 0.04, 0.3), skin * 0.75)


def paint_front_hair(person: Person) -> None:
    """The hair over the forehead and along the temples."""
    parting = person.stage.rng.uniform(-0.35, 0.35)
    low = 0.45 if person.style in ("long", "bob") else -0.1
    outline = [(-0.8, low), (-0.86, -0.45), (-0.55, -1.0), (0, -1.2), (0.55, -1.0), (0.86, -0.45)]
    outline += [(0.8, low), (0.68, -0.1), (0.56, -0.5), (parting + 0.12, -0.72), (parting, -0.8)]
    outline += [(parting - 0.12, -0.72), (-0.56, -0.5), (-0.68, -0.1)]
    person.paint_hair(person.shape(*outline))
    if chance(person.stage.rng, 0.2):
        _paint_glasses(person)


def _paint_glasses(person: Person) -> None:
    rims = [np.vstack([r, r[:1]]) for r in (ring(x, 0.04, 0.23, 0.2) for x in (-0.31, 0.31))]
    bars = [
        [(-0.08, 0.0), (0.08, 0.0)],
        [(-0.54, 0.0), (-0.76, -0.04)],
        [(0.54, 0.0), (0.76, -0.04)],
    ]
    outlines: list[Outline] = [*rims, *bars]
    lines = [person.points(*line) for line in outlines]
    person.paint(person.stage.canvas.polygons(lines, 0.035 * person.size), INK)
