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
    return with_spread(color, grey, spread_of(hints, grey) if len(hints) else None)


def spread_of(hints: Hints, grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What hints say of each pixel, whatever was predicted; this takes nearly all of the time.

    Args:
        hints, grey: as of `steered`; at least one hint.

    Returns:
        chroma: (height, width, 2) float64 a*, b*, weighted by `share`.
        share: (height, width) float64 in [0, 1], how much of a pixel the hints decide.

    Raises:
        ValueError: as `steered`.
    """
    _check_size(grey)
    return spread(grey, *marked(hints, grey), _PULL)


def with_spread(
    color: np.ndarray, grey: np.ndarray, found: tuple[np.ndarray, np.ndarray] | None
) -> np.ndarray:
    """Predicted colors with what hints say of each pixel.

    Args:
        color, grey: as of `steered`.
        found: as of `spread_of`; None for no hints.

    Returns:
        As `steered`.

    Raises:
        ValueError: as `steered`.
    """
    _check_size(grey)
    base = at_size(color, grey)
    if found is None:
        return base
    given, share = found
    predicted = lab_of(base)[..., 1:]
    chroma = (1 - share[..., np.newaxis]) * predicted + given
    changed = share > _UNTOUCHED
    base[changed] = with_chroma(grey[changed], chroma[changed].astype(np.float32))
    return base


def _check_size(grey: np.ndarray) -> None:
    if max(grey.shape) > MOST_SIDE:
        raise ValueError(f"grey is {grey.shape}; expected at most {MOST_SIDE} pixels a side.")
