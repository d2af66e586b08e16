"""Colors of a photograph steered by its hints and by a like photograph: `steering`, for files."""

import threading
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorizer import (
    Colorizer,
    SeenImage,
    differences,
    mean_of,
    seen_grey,
)
from colorkeras.photos.photograph import Photo
from colorkeras.photos.reducing import reduced
from colorkeras.steering.chroma import with_differences
from colorkeras.steering.hints import read_hints
from colorkeras.steering.limits import small_size
from colorkeras.steering.reference import Reference, like_reference, reference_of
from colorkeras.steering.steer import steered


class Steerer:
    """Steers what models have predicted for photographs; threads may share it.

    Args:
        colorizers: of the models; their mean prediction for the reference is compared with that for
            a photograph.
        options: how photographs are colored.
    """

    def __init__(self, colorizers: Sequence[Colorizer], options: Options) -> None:
        self._colorizers, self._options = colorizers, options
        self._reference: Reference | None = None
        self._preparing = threading.Lock()

    def steered(self, small: np.ndarray, image: SeenImage, hints: Path | None) -> np.ndarray:
        """Steer the color of an image: first by the reference, then by the hints.

        Args:
            small: (rows, columns, 2) float32, as of `differences`; saturation and temperature are
                in it already, so that a hint's color is the one that comes out.
            image: the photograph.
            hints: the file with its hints; None for none.

        Returns:
            `small` where there is nothing to steer by; else (height, width, 2) float32, with at
            most `MOST_SIDE` pixels a side.

        Raises:
            UserError: when the hints cannot be used.
            UnusableImage: when the reference cannot be read.
        """
        reference = self._options.reference
        if hints is None and reference is None:
            return small
        size = image.height, image.width
        grey = seen_grey(image, *small_size(*size), self._options.keep)
        color = _color_of(small, grey)
        if reference is not None:
            with self._preparing:
                self._reference = self._reference or self._prepared(reference)
            color = like_reference(color, grey, self._reference)
        if hints is not None:
            color = steered(color, grey, read_hints(hints, size))
        return differences(color)

    def _prepared(self, path: Path) -> Reference:
        photo = Photo(path, self._options.reading)
        page = photo.page(photo.numbers[0])
        size = small_size(page.height, page.width)
        shown = reduced(page.shown, (page.height, page.width), *size)
        grey = seen_grey(page, *size, self._options.keep)
        predicted = [differences(colorizer.predict(page)) for colorizer in self._colorizers]
        color = _color_of(mean_of(predicted), grey)
        return reference_of(np.clip(shown / 255, 0, 1, dtype=np.float32), grey, color)


def _color_of(small: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """The color of which differences are known, with the luma of a grey image of another size."""
    fitted = cv2.resize(grey, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    return with_differences(fitted, small)
