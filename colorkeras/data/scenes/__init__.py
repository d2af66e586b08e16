"""The embedded default data: images painted by our own code, without any download.

Networks learn chroma from luminance here. So the color of an image follows from what it shows
(texture, shape, place and light), except in a few named ambiguous parts. Their hue is drawn
uniformly from `NUM_HUES` hues and does not change the luma, so the best possible prediction is
known: `render_expected`. An image depends only on (domain, seed, split, index) and its size.
"""

import operator

import numpy as np

from colorkeras.data.splits import SPLITS

from . import animation, face, landscape
from .canvas import Canvas
from .palette import NUM_HUES

__all__ = ["AMBIGUOUS", "DOMAINS", "MIN_SIZE", "NUM_HUES", "render", "render_expected"]

_PAINTERS = {"landscape": landscape, "face": face, "animation": animation}
DOMAINS: tuple[str, ...] = (*_PAINTERS, "mixture")
MIN_SIZE = 32  # pixels: the shortest side that the painters can paint

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
    """Paint one image.

    Args:
        domain: one of `DOMAINS`.
        seed: another seed gives other images.
        split: "train", "val" or "test"; each has images of its own.
        index: number of the image in its split, from 0.
        height, width: in pixels, at least `MIN_SIZE`.
        hue: the entry of the palette that every ambiguous part gets; None draws one for each part.
            The luma is the same in both cases.

    Returns:
        (height, width, 3) uint8 sRGB.

    Raises:
        ValueError: on a value out of range.
    """
    canvas, drawn = _painted(domain, seed, split, index, height, width)
    if hue is None:
        return canvas.finish(drawn)
    return canvas.finish([_integer("hue", hue, 0, NUM_HUES - 1)] * len(canvas.parts))


def render_expected(
    domain: str, *, seed: int, split: str, index: int, height: int, width: int
) -> np.ndarray:
    """Paint the mean image over the hues of all ambiguous parts; the arguments are as in `render`.

    No prediction from luma has a smaller mean squared error.

    Returns:
        (height, width, 3) float32 sRGB in [0, 255].

    Raises:
        ValueError: on a value out of range.
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
    # Hues have a random stream of their own, so nothing else in an image can depend on them.
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
