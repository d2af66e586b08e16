"""The figures of the animated films: flat colors in two tones inside dark outlines."""

import numpy as np

from .canvas import Outline, Point, ring, smooth
from .figure import Figure
from .palette import GLASS, INK, LAMPLIGHT, WHITE, chance, mix, pick, rgb
from .sprite import Kind
from .stage import Stage

_LINE = 0.009  # width of an outline in units of a figure's size
_SKINS = (rgb(252, 220, 190), rgb(240, 196, 156), rgb(190, 134, 94))
_BLUSH = rgb(240, 132, 118)
# Each hair style has one color, as is usual in animated films.
_HAIRS = {
    "long": rgb(58, 48, 76),
    "bob": rgb(146, 88, 48),
    "spikes": rgb(240, 196, 82),
    "tails": rgb(212, 92, 66),
}
_STRAW = rgb(232, 198, 112)
_FACADES = (
    (rgb(244, 226, 184), rgb(206, 98, 62), "gable"),
    (rgb(214, 136, 112), rgb(150, 96, 84), "flat"),
    (rgb(184, 206, 222), rgb(82, 112, 158), "mansard"),
)
_LEAF = rgb(92, 164, 78)


class _Drawing(Figure):
    """A figure of flat colors and outlines."""

    def fill(
        self, color: np.ndarray | tuple[str, float], *outlines: Outline, line: float = _LINE
    ) -> None:
        """Fill closed outlines with a flat color, or an ambiguous part given as (name, luma)."""
        canvas, drawn = self.stage.canvas, [self.points(*outline) for outline in outlines]
        if isinstance(color, tuple):
            canvas.paint_part(canvas.polygons(drawn), *color)
        else:
            canvas.paint(canvas.polygons(drawn), color)
        if line:
            closed = [np.vstack([outline, outline[:1]]) for outline in drawn]
            canvas.paint(canvas.polygons(closed, line * self.size), INK)

    def stroke(self, color: np.ndarray, width: float, *lines: Outline) -> None:
        """Paint open lines."""
        drawn = [self.points(*line) for line in lines]
        self.stage.canvas.paint(self.stage.canvas.polygons(drawn, width * self.size), color)

    def limb(self, color: np.ndarray, width: float, line: Outline) -> None:
        """A line with an outline of its own."""
        self.stroke(INK, width + 2 * _LINE, line)
        self.stroke(color, width, line)


def _box(left: float, bottom: float, right: float, top: float) -> list[Point]:
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def _mirror(*outline: Point) -> list[Point]:
    return [(-x, y) for x, y in outline]


def _shadow(figure: _Drawing, wide: float) -> None:
    canvas, size = figure.stage.canvas, figure.size
    canvas.paint(canvas.ellipse(figure.x, figure.y, wide * size, 0.03 * size).scaled(0.35), INK)


def _paint_character(stage: Stage, x: float, y: float, size: float) -> None:
    """A child in an ambiguous dress; `size` is the height in pixels."""
    rng, figure = stage.rng, _Drawing(stage, x, y, size)
    skin, style = stage.vary(pick(rng, _SKINS), 0.06), pick(rng, tuple(_HAIRS))
    hair = stage.vary(_HAIRS[style], 0.12)
    _shadow(figure, 0.2)
    _paint_back_hair(figure, style, hair)
    for leg in (-0.055, 0.055):
        figure.limb(skin, 0.05, ((leg, 0.25), (leg, 0.05)))
        figure.fill(rgb(122, 74, 52), ring(leg * 1.2, 0.025, 0.055, 0.028, 16))
    luma, hem = 128 * rng.uniform(0.85, 1.15), rng.uniform(0.15, 0.22)
    dress = smooth(
        [(-0.07, 0.54), (0.07, 0.54), (0.1, 0.4), (hem, 0.17), (0, 0.15), (-hem, 0.17), (-0.1, 0.4)]
    )
    figure.fill(("dress", luma), dress)
    fold = smooth(
        [(0.02, 0.5), (0.085, 0.46), (0.11, 0.36), (0.9 * hem, 0.185), (0.35 * hem, 0.17)]
    )
    figure.fill(("dress", 0.74 * luma), fold, line=0)
    wave = chance(rng, 0.4)
    hands = (-0.2, 0.28), ((0.26, 0.62) if wave else (0.2, 0.28))
    for sign, hand in zip((-1, 1), hands, strict=True):
        elbow = (sign * 0.16, 0.42)
        figure.limb(skin, 0.045, smooth([(sign * 0.07, 0.5), elbow, hand], closed=False))
    figure.fill(WHITE, smooth([(-0.07, 0.55), (0.07, 0.55), (0.06, 0.5), (0, 0.52), (-0.06, 0.5)]))
    _paint_face(figure, skin, hair, style)


def _paint_back_hair(figure: _Drawing, style: str, hair: np.ndarray) -> None:
    dark = hair * 0.78
    if style == "long":
        half = (0.17, 0.92), (0.22, 0.7), (0.2, 0.36)
        figure.fill(dark, smooth([*half, (0, 0.34), *_mirror(*half[::-1])]))
    elif style == "bob":
        half = (0.17, 0.92), (0.23, 0.7), (0.17, 0.56)
        figure.fill(dark, smooth([*half, (0, 0.55), *_mirror(*half[::-1])]))
    elif style == "tails":
        tail = (0.14, 0.86), (0.3, 0.84), (0.33, 0.66), (0.25, 0.5), (0.22, 0.7)
        figure.fill(dark, smooth(tail), smooth(_mirror(*tail)))
    else:
        angle = np.linspace(-0.5, np.pi + 0.5, 17)
        reach = np.where(np.arange(17) % 2, 0.27, 0.17)
        figure.fill(dark, np.stack([reach * np.cos(angle), 0.76 + reach * np.sin(angle)], axis=1))


def _paint_face(figure: _Drawing, skin: np.ndarray, hair: np.ndarray, style: str) -> None:
    rng = figure.stage.rng
    figure.fill(
        skin, smooth([(0, 0.94), (0.17, 0.86), (0.18, 0.7), (0, 0.56), (-0.18, 0.7), (-0.17, 0.86)])
    )
    eyes = (-0.075, 0.075)
    figure.fill(
        _BLUSH * 0.6 + skin * 0.4, *(ring(1.5 * x, 0.65, 0.03, 0.016, 12) for x in eyes), line=0
    )
    iris = pick(rng, (rgb(112, 70, 46), rgb(62, 100, 156)))
    figure.fill(WHITE, *(ring(x, 0.71, 0.04, 0.052, 16) for x in eyes), line=0)
    figure.fill(iris, *(ring(x, 0.705, 0.032, 0.045, 16) for x in eyes), line=0)
    figure.fill(INK, *(ring(x, 0.71, 0.018, 0.028, 12) for x in eyes), line=0)
    figure.fill(WHITE, *(ring(x - 0.012, 0.725, 0.011, 0.013, 8) for x in eyes), line=0)
    lids = [smooth([(x - 0.048, 0.75), (x, 0.768), (x + 0.048, 0.75)], closed=False) for x in eyes]
    figure.stroke(INK, 0.014, *lids)
    figure.stroke(
        rgb(168, 70, 64), 0.014, smooth([(-0.04, 0.632), (0, 0.612), (0.04, 0.632)], closed=False)
    )
    fringe = [(-0.19, 0.7), (-0.2, 0.86), (-0.1, 0.97), (0.1, 0.97), (0.2, 0.86), (0.19, 0.7)]
    fringe += [(0.155, 0.8), (0.11, 0.825), (0.06, 0.815), (0.01, 0.85), (-0.05, 0.815)]
    fringe += [(-0.11, 0.825), (-0.155, 0.8)]
    figure.fill(hair, [*smooth(fringe[:6], closed=False), *fringe[6:]])
    shine = smooth([(-0.12, 0.885), (0.0, 0.915), (0.12, 0.885)], closed=False)
    figure.stroke(mix(hair, WHITE, 0.45), 0.02, shine)
    if style != "spikes" and chance(rng, 0.25):
        figure.fill(
            _STRAW,
            ring(0, 0.91, 0.32, 0.05),
            smooth([(-0.17, 0.92), (-0.12, 1.05), (0.12, 1.05), (0.17, 0.92)]),
        )


def _paint_car(stage: Stage, x: float, y: float, size: float) -> None:
    """A car from the side, its body ambiguous; `size` is the length in pixels."""
    rng, figure = stage.rng, _Drawing(stage, x, y, size)
    luma, roof = 126 * rng.uniform(0.85, 1.15), rng.uniform(0.38, 0.46)
    _shadow(figure, 0.55)
    body = [(-0.5, 0.1), (-0.5, 0.24), (-0.36, 0.29), (-0.24, roof), (0.12, roof), (0.26, 0.28)]
    body += [(0.46, 0.25), (0.5, 0.1)]
    figure.fill(("car", luma), smooth(body))
    figure.fill(
        ("car", 0.76 * luma), [(-0.49, 0.09), (-0.5, 0.16), (0.5, 0.16), (0.49, 0.09)], line=0
    )
    pane = roof - 0.035
    glass = LAMPLIGHT if stage.light.lamps else rgb(176, 214, 232)
    figure.fill(
        glass,
        [(-0.28, 0.28), (-0.21, pane), (-0.07, pane), (-0.07, 0.28)],
        [(-0.03, 0.28), (-0.03, pane), (0.1, pane), (0.19, 0.28)],
    )
    figure.stroke(INK, 0.01, [(-0.05, 0.27), (-0.05, 0.11)], [(-0.01, 0.22), (0.04, 0.22)])
    figure.fill(LAMPLIGHT if stage.light.lamps else WHITE, ring(0.47, 0.2, 0.025, 0.03, 12))
    figure.fill(rgb(206, 62, 54), ring(-0.48, 0.2, 0.02, 0.03, 12))
    wheels = (-0.29, 0.29)
    figure.fill(rgb(62, 60, 68), *(ring(w, 0.1, 0.1, 0.1) for w in wheels))
    figure.fill(rgb(200, 204, 210), *(ring(w, 0.1, 0.05, 0.05) for w in wheels))


def _paint_facade(stage: Stage, x: float, y: float, size: float) -> None:
    """A town house seen from the front; each kind of roof has one color."""
    rng, figure = stage.rng, _Drawing(stage, x, y, size)
    wall, roof, kind = pick(rng, _FACADES)
    wall, half = stage.vary(wall, 0.08), rng.uniform(0.26, 0.36)
    figure.fill(wall, _box(-half, 0, half, 0.72))
    figure.fill(wall * 0.84, _box(0.55 * half, 0, half, 0.71), line=0)
    top: dict[str, list[Point]] = {
        "gable": [(-half - 0.04, 0.7), (0, 1.0), (half + 0.04, 0.7)],
        "flat": _box(-half - 0.03, 0.72, half + 0.03, 0.8),
        "mansard": [
            (-half - 0.03, 0.71),
            (0.1 - half, 0.94),
            (half - 0.1, 0.94),
            (half + 0.03, 0.71),
        ],
    }
    figure.fill(stage.vary(roof, 0.08), top[kind])
    lit = LAMPLIGHT if stage.light.lamps else mix(GLASS, WHITE, 0.3)
    panes = [(column * half, row) for row in (0.3, 0.52) for column in (-0.6, 0.0, 0.6)]
    figure.fill(
        lit,
        *(_box(a - 0.045, b, a + 0.045, b + 0.12) for a, b in panes),
    )
    figure.fill(rgb(132, 86, 56), _box(-0.06, 0, 0.06, 0.2))


def _paint_tree(stage: Stage, x: float, y: float, size: float) -> None:
    """A round tree in three tones of green."""
    rng, figure = stage.rng, _Drawing(stage, x, y, size)
    _shadow(figure, 0.3)
    figure.fill(rgb(134, 92, 60), [(-0.06, 0), (-0.04, 0.45), (0.04, 0.45), (0.06, 0)])
    angle = 2 * np.pi * np.arange(22) / 22
    reach = np.where(np.arange(22) % 2, 0.36, 0.41) * rng.uniform(0.9, 1.08, 22)
    crown = np.stack([reach * np.cos(angle), 0.62 + 0.95 * reach * np.sin(angle)], axis=1)
    leaf = stage.vary(_LEAF)
    figure.fill(leaf * 0.78, smooth(crown, steps=4))
    figure.fill(leaf, smooth(crown * 0.8 + (-0.04, 0.16), steps=4), line=0)
    figure.fill(mix(leaf, WHITE, 0.2), smooth(crown * 0.4 + (-0.1, 0.45), steps=4), line=0)


CHARACTER = Kind(_paint_character, half_width=0.42, above=1.1, below=0.06, parts=("dress",))
CAR = Kind(_paint_car, half_width=0.58, above=0.5, below=0.06, parts=("car",), windowed=True)
FACADE = Kind(_paint_facade, half_width=0.44, above=1.04, below=0.02, windowed=True)
TREE = Kind(_paint_tree, half_width=0.5, above=1.1, below=0.06)
