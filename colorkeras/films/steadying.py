"""The colors of a scene's frames, one after the other."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

BEST = "plain"
METHODS = {BEST: "each frame alone"}


class SeenFrame(Protocol):
    """A frame as the model sees it.

    Attributes:
        grey: (h, w) uint8, its luma at a small size.
    """

    grey: np.ndarray

    def predict(self) -> np.ndarray:
        """The model's colors: (rows, columns, 2) float32, R - Y' and B - Y'."""


def steadied(frames: Iterable[SeenFrame], method: str) -> Iterator[np.ndarray]:
    """Yield the colors of each frame of one scene, in order.

    Args:
        frames: of the scene.
        method: one of `METHODS`; each frame gets its own prediction.

    Yields:
        (rows, columns, 2) float32.
    """
    return (frame.predict() for frame in frames)
