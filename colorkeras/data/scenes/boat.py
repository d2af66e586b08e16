"""The sailing boat of the lakes."""

from .canvas import smooth
from .figure import Figure
from .palette import TIMBER, WHITE, ramp, rgb
from .sprite import Kind
from .stage import Stage

_DEEP = rgb(30, 52, 74)


def _paint_boat(stage: Stage, x: float, y: float, size: float) -> None:
    """A sailing boat with an ambiguous hull; `size` is the length of the hull in pixels."""
    canvas, at = stage.canvas, Figure(stage, x, y, size).points
    canvas.paint(canvas.glow(x, y + 0.06 * size, 0.5 * size, 0.08 * size).scaled(0.5), _DEEP)
    mast = canvas.line(at((0, 0.1), (0, 1.15)), max(1.0, 0.03 * size))
    canvas.paint(mast, TIMBER)
    sails = [
        smooth(at((-0.03, 0.28), (-0.03, 1.12), (-0.3, 0.62), (-0.5, 0.27)), steps=4),
        at((0.04, 0.26), (0.04, 1.0), (0.42, 0.26)),
    ]
    region = canvas.polygons(sails)
    shade = ramp(1.05, 0.82, region.shape[1])
    canvas.paint(region, WHITE, shade)
    hull = canvas.polygons(
        [smooth(at((-0.55, 0.2), (0.62, 0.24), (0.4, 0.0), (-0.42, 0.0)), steps=6)]
    )
    shade = ramp(1.12, 0.85, hull.shape[0])[:, None]
    canvas.paint_part(hull, "boat", 125 * stage.rng.uniform(0.85, 1.15), shade)


BOAT = Kind(_paint_boat, half_width=0.8, above=1.25, below=0.25, parts=("boat",))
