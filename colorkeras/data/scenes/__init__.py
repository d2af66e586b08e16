"""The embedded default data: images painted by our own code, without any download.

Networks learn chroma from luminance here, so the color of an image follows from what it depicts
(texture, shape, place and light) except in a few named ambiguous parts. Their hue is drawn
uniformly from `NUM_HUES` hues and leaves no trace in the luma, so the best reachable prediction is
known: `render_expected`. An image depends on (domain, seed, split, index) and its size only.
"""

import operator

import numpy as np

from . import animation, face, landscape
from .canvas import Canvas
from .palette import NUM_HUES

__all__ = ["AMBIGUOUS", "DOMAINS", "NUM_HUES", "SPLITS", "render", "render_expected"]

_PAINTERS = {"landscape": landscape, "face": face, "animation": animation}
DOMAINS: tuple[str, ...] = (*_PAINTERS, "mixture")
SPLITS: tuple[str, ...] = ("train", "val", "test")
MIN_SIZE = 32

AMBIGUOUS: dict[str, tuple[str, ...]] = {
    **{domain: painter.PARTS for domain, painter in _PAINTERS.items()},
    "mixture": tuple(part for painter in _PAINTERS.values() for part in painter.PARTS),
}


def render(
    domain: str,
    *,
    seed: int = 0,
    split: str = "train",
    index: int,
    height: int = 160,
    width: int = 256,
    hue: int | None = None,
) -> np.ndarray:
    """The image (height, width, 3) uint8 sRGB of an index.

    `hue` gives every ambiguous part that entry of the palette; None draws one for each part. The
    luma is the same either way.
    """
    canvas, drawn = _painted(domain, seed, split, index, height, width)
    if hue is None:
        return canvas.finish(drawn)
    return canvas.finish([_integer("hue", hue, 0, NUM_HUES - 1)] * len(canvas.parts))


def render_expected(
    domain: str, *, seed: int, split: str, index: int, height: int, width: int
) -> np.ndarray:
    """The mean image (height, width, 3) float32 in 0..255 over the hues of all ambiguous parts.

    No prediction from luma has a smaller mean squared error.
    """
    return _painted(domain, seed, split, index, height, width)[0].expected()


def _painted(
    domain: str, seed: int, split: str, index: int, height: int, width: int
) -> tuple[Canvas, np.ndarray]:
    """The painted canvas and the hues drawn for its parts."""
    if domain not in DOMAINS:
        raise ValueError(f"domain is {domain!r}; expected one of {', '.join(DOMAINS)}")
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; expected one of {', '.join(SPLITS)}")
    seed = _integer("seed", seed, 0)
    key = (DOMAINS.index(domain), SPLITS.index(split), _integer("index", index, 0))
    height = _integer("height", height, MIN_SIZE)
    width = _integer("width", width, MIN_SIZE)
    # Hues have a stream of their own, so nothing else in an image can hint at them.
    scene_stream, hue_stream = np.random.SeedSequence(seed, spawn_key=key).spawn(2)
    rng = np.random.Generator(np.random.PCG64(scene_stream))
    kinds = list(_PAINTERS)
    painter = _PAINTERS[kinds[rng.integers(len(kinds))] if domain == "mixture" else domain]
    canvas = Canvas(height, width, painter.PARTS)
    painter.paint(canvas, rng)
    hues = np.random.Generator(np.random.PCG64(hue_stream)).integers(
        NUM_HUES, size=len(canvas.parts)
    )
    return canvas, hues


def _integer(name: str, value: int, low: int, high: int | None = None) -> int:
    """The value as an int within bounds, both inclusive."""
    limits = f"an integer of at least {low}" if high is None else f"an integer in {low}..{high}"
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} is {value!r}; expected {limits}") from None
    if number < low or (high is not None and number > high):
        raise ValueError(f"{name} is {number}; expected {limits}")
    return number
