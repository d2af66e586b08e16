"""Colors of a photograph steered by its hints and by a like photograph: `steering`, for files."""

from pathlib import Path

import cv2
import numpy as np

from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorizer import SeenImage, differences, seen_grey
from colorkeras.steering.chroma import with_differences
from colorkeras.steering.hints import Hints, joined, read_hints
from colorkeras.steering.limits import small_size
from colorkeras.steering.steer import steered


class Steerer:
    """Steers what models have predicted for photographs; threads may share it.

    Args:
        options: how photographs are colored.

    Raises:
        UserError: when the reference cannot be used.
    """

    def __init__(self, options: Options) -> None:
        self._quantity = options.keep
        self._reference = None

    def steered(self, small: np.ndarray, image: SeenImage, hints: Path | None) -> np.ndarray:
        """Steer the color of an image.

        Args:
            small: (rows, columns, 2) float32, as of `differences`; saturation and temperature are
                in it, so that a hint's color is the one that comes out.
            image: the photograph.
            hints: the file with its hints; None for none.

        Returns:
            `small` where there is nothing to steer by; else (height, width, 2) float32, with at
            most `MOST_SIDE` pixels a side.

        Raises:
            UserError: when the hints cannot be used.
        """
        if hints is None and self._reference is None:
            return small
        size = image.height, image.width
        grey = seen_grey(image, *small_size(*size), self._quantity)
        color = with_differences(cv2.resize(grey, small.shape[1::-1]), small)
        found: list[Hints] = []
        if hints is not None:
            found.append(read_hints(hints, size))
        return differences(steered(color, grey, joined(found)))
