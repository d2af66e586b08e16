"""Steer the colors that a model has predicted by hints.

What the hints say is spread along the objects that the luminance shows; the rest stays as the model
has it.
"""

import numpy as np

from colorkeras.steering.chroma import at_size, lab_of, with_chroma
from colorkeras.steering.hints import Hints
from colorkeras.steering.likeness import smoothstep, unlikeness
from colorkeras.steering.limits import MOST_SIDE as MOST_SIDE
from colorkeras.steering.marks import marked, places_of
from colorkeras.steering.spread import smoothed, spread

# Pull of a pixel to the model's color: of one that looks like a hint's, and what is added where one
# does not. Neighbors pull with at most 1.
_PULL, _FOREIGN = 3e-5, 0.1
# A pixel of which the hints decide this share keeps the model's color; from the second share on, it
# has theirs alone. Between, on a scale of logarithms: at an edge the share falls by a factor.
_NONE, _ALL = 0.05, 0.5


def steered(color: np.ndarray, grey: np.ndarray, hints: Hints) -> np.ndarray:
    """Change predicted colors to what hints say; see `steered_and_reach`."""
    return steered_and_reach(color, grey, hints)[0]


def steered_and_reach(
    color: np.ndarray, grey: np.ndarray, hints: Hints
) -> tuple[np.ndarray, np.ndarray]:
    """Change predicted colors to what hints say.

    Args:
        color: (rows, columns, 3) float32 sRGB in [0, 1], as `Colorizer.predict` returns.
        grey: (height, width) float32 in [0, 1], the photograph's grey, of at most `MOST_SIDE`
            pixels a side.
        hints: of this photograph.

    Returns:
        color: (height, width, 3) float32 sRGB in [0, 1] with the luma of `grey`.
        reach: (height, width) float64 in [0, 1], how far it is the hints' color.

    Raises:
        ValueError: when `grey` is larger.
    """
    if max(grey.shape) > MOST_SIDE:
        raise ValueError(f"grey is {grey.shape}; expected at most {MOST_SIDE} pixels a side.")
    base = at_size(color, grey)
    if not len(hints):
        return base, np.zeros(grey.shape)
    predicted, smooth = lab_of(base)[..., 1:], smoothed(grey)
    weight, wanted = marked(hints, smooth)
    pull = _PULL + _FOREIGN * unlikeness(smooth, predicted, places_of(hints, grey.shape))
    given, share = spread(smooth, weight, wanted, pull)
    reach = _reach(share)
    changed = reach > 0
    part = reach[changed][..., np.newaxis]
    chroma = predicted[changed] * (1 - part)
    chroma += part * given[changed] / share[changed][..., np.newaxis]
    base[changed] = with_chroma(grey[changed], chroma.astype(np.float32))
    return base, reach


def _reach(share: np.ndarray) -> np.ndarray:
    """How far the hints' color replaces the model's, from 0 to 1."""
    steps = np.log(np.maximum(share, 1e-9) / _NONE) / np.log(_ALL / _NONE)
    return smoothstep(steps)
