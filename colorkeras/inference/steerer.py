"""Colors of a photograph steered by its hints and by a like photograph: `steering`, for files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from colorkeras.inference.colorizer import (
    Colorizer,
    SeenImage,
    differences,
    mean_of,
    seen_grey,
)
from colorkeras.photos.photograph import Photo
from colorkeras.photos.reading import DEFAULT, Reading
from colorkeras.photos.reducing import reduced
from colorkeras.steering.chroma import with_differences
from colorkeras.steering.hints import Hints, read_hints
from colorkeras.steering.limits import small_size
from colorkeras.steering.reference import Reference, like_reference_and_reach, reference_of
from colorkeras.steering.steer import steered_and_reach


class ShownImage(SeenImage, Protocol):
    """An image whose colors are read a few rows at a time."""

    def shown(self, top: int, bottom: int) -> np.ndarray:
        """Rows as a viewer shows them: (bottom - top, width, 3) uint8 sRGB."""


class Steerer:
    """Steers what models have predicted for photographs, one at a time.

    The factors of the solver take several hundred MiB.

    Args:
        colorizers: of the models; their mean prediction for the reference is compared with that for
            a photograph.
        quantity: the luminance that is kept; see `luminance`.
        reference: a like photograph or its file; None for none.
        reading: how the file is read.
    """

    def __init__(
        self,
        colorizers: Sequence[Colorizer],
        quantity: str = "luma",
        reference: Path | Reference | None = None,
        reading: Reading = DEFAULT,
    ) -> None:
        self._colorizers, self._quantity = colorizers, quantity
        self._reference, self._reading = reference, reading

    def steered(
        self, small: np.ndarray, image: SeenImage, hints: Path | Hints | None
    ) -> np.ndarray:
        """Steer the color of an image: first by the reference, then by the hints.

        Args:
            small: (rows, columns, 2) float32, as of `differences`; saturation and temperature are
                in it already, so that a hint's color is the one that comes out.
            image: the photograph.
            hints: its hints or the file that has them; None for none.

        Returns:
            `small` where there is nothing to steer by; else (height, width, 2) float32, with at
            most `MOST_SIDE` pixels a side.

        Raises:
            UserError: when the hints cannot be used.
            UnusableImage: when the reference cannot be read.
        """
        if hints is None and self._reference is None:
            return small
        if isinstance(hints, Path):
            hints = read_hints(hints, (image.height, image.width))
        return self.steered_and_reach(small, image, hints)[0]

    def steered_and_reach(
        self, small: np.ndarray, image: SeenImage, hints: Hints | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """As `steered`, always at the larger size; and how far the color is no more the models'.

        Returns:
            (height, width, 2) float32, and (height, width) float64 in [0, 1].
        """
        grey = seen_grey(image, *small_size(image.height, image.width), self._quantity)
        color, kept = _color_of(small, grey), np.ones(grey.shape)
        if self._reference is not None:
            reference = self._prepared(self._reference)
            color, reach = like_reference_and_reach(color, grey, reference)
            kept *= 1 - reach
        if hints is not None:
            color, reach = steered_and_reach(color, grey, hints)
            kept *= 1 - reach
        return differences(color), 1 - kept

    def _prepared(self, reference: Path | Reference) -> Reference:
        """The reference, read when it is first needed."""
        if isinstance(reference, Reference):
            return reference
        photo = Photo(reference, self._reading)
        page = photo.page(photo.numbers[0])
        self._reference = prepared(self._colorizers, page, self._quantity)
        return self._reference


def prepared(
    colorizers: Sequence[Colorizer], photo: ShownImage, quantity: str = "luma"
) -> Reference:
    """A like photograph as what `Steerer` takes.

    Args:
        colorizers: of the models.
        photo: in color.
        quantity: the luminance that is kept; see `luminance`.

    Raises:
        PredictionError: when a model predicts NaN or infinity.
    """
    size = small_size(photo.height, photo.width)
    shown = reduced(photo.shown, (photo.height, photo.width), *size)
    grey = seen_grey(photo, *size, quantity)
    predicted = mean_of([differences(colorizer.predict(photo)) for colorizer in colorizers])
    color = np.clip(shown / 255, 0, 1, dtype=np.float32)
    return reference_of(color, grey, _color_of(predicted, grey))


def _color_of(small: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """The color of which differences are known, with the luma of a grey image of another size."""
    fitted = cv2.resize(grey, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    return with_differences(fitted, small)
