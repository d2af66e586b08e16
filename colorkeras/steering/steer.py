"""Steer the colors that a model has predicted by hints.

What the hints say is spread along the objects that the luminance shows; the rest stays as the model
has it.
"""

import numpy as np

from colorkeras.steering.chroma import at_size, lab_of, with_chroma
from colorkeras.steering.hints import Hints
from colorkeras.steering.limits import MOST_SIDE as MOST_SIDE
from colorkeras.steering.marks import marked
from colorkeras.steering.spread import spread

_PULL = 1e-4
_UNTOUCHED = 1e-3  # share below which a pixel keeps the model's color exactly


def steered(color: np.ndarray, grey: np.ndarray, hints: Hints) -> np.ndarray:
    """Change predicted colors to what hints say.

    Args:
        color: (rows, columns, 3) float32 sRGB in [0, 1], as `Colorizer.predict` returns.
        grey: (height, width) float32 in [0, 1], the photograph's grey, of at most `MOST_SIDE`
            pixels a side.
        hints: of this photograph.

    Returns:
        (height, width, 3) float32 sRGB in [0, 1] with the luma of `grey`.

    Raises:
        ValueError: when `grey` is larger.
    """
    if max(grey.shape) > MOST_SIDE:
        raise ValueError(f"grey is {grey.shape}; expected at most {MOST_SIDE} pixels a side.")
    base = at_size(color, grey)
    if not len(hints):
        return base
    weight, wanted = marked(hints, grey)
    given, share = spread(grey, weight, wanted, _PULL)
    predicted = lab_of(base)[..., 1:]
    chroma = (1 - share[..., np.newaxis]) * predicted + given
    changed = share > _UNTOUCHED
    base[changed] = with_chroma(grey[changed], chroma[changed].astype(np.float32))
    return base
