"""Color for one image of any size: chroma at the model's size, luminance at its own.

The same three functions as in training and evaluation: `split`, the model, `merge`.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import cv2
import numpy as np
from keras import ops

from colorkeras.data.images.decode import STRIP_PIXELS, fit, strips
from colorkeras.devices.compiled import compiled
from colorkeras.inference.predictor import Predictor, check_finite
from colorkeras.inference.saved_model import SavedModel

CHUNK_PIXELS = STRIP_PIXELS  # merged at a time, so that memory does not grow with the image
REDUCED_WHOLE = 2**24  # pixels from which on an image is reduced strip by strip


class Rows(Protocol):
    """An image that is read a few rows at a time.

    Attributes:
        shape: (height, width, 3).
    """

    shape: tuple[int, int, int]

    def rows(self, top: int, bottom: int) -> np.ndarray:
        """Rows `top` to `bottom`: (bottom - top, width, 3) uint8 sRGB."""


class Colorizer:
    """Colorizes images with a saved model.

    Args:
        saved: a `SavedModel`.
        gamut: how `merge` treats colors outside sRGB; "desaturate" keeps the luminance exactly.
    """

    def __init__(self, saved: SavedModel, gamut: str = "desaturate") -> None:
        self._path, self._space, self._gamut = saved.path, saved.space, gamut
        self._size = saved.model.inputs[0].shape[1:3]
        self._predictor = Predictor(saved.model, saved.space, saved.noise)
        self._merge_chunk = compiled(self._merge)

    def __call__(
        self, image: np.ndarray, sample: int | None = None, name: Any = "the image", seed: int = 0
    ) -> np.ndarray:
        """Return the image with predicted color.

        Args:
            image: (height, width, 3) uint8 sRGB; only its luminance is used.
            sample: number of the coloring, from 0, of a model with noise; None is the model's
                plain prediction: the first z, or dropout off.
            name: what to call the image in messages.
            seed: chooses the noise of a model that has some.

        Returns:
            (height, width, 3) uint8 sRGB with the luminance of `image`. The same image, seed
            and sample give the same result, whatever else is colorized.

        Raises:
            PredictionError: when the model predicts NaN or infinity.
        """
        return np.concatenate(list(self.strips(_InMemory(image), sample, name, seed)))

    def strips(
        self, image: Rows, sample: int | None = None, name: Any = "the image", seed: int = 0
    ) -> Iterator[np.ndarray]:
        """Yield what a call returns from the top down, a few rows at a time.

        Args:
            image: read a few rows at a time.
            sample, name, seed: as of a call.

        Yields:
            (rows, width, 3) uint8.

        Raises:
            PredictionError: as a call.
        """
        height, width, _ = image.shape
        small = self._chroma(image, sample, name, seed)
        for top, bottom in strips(height, width):
            chroma = enlarged(small, height, width, top, bottom)
            pixels = image.rows(top, bottom)
            merged = self._merge_all(pixels.reshape(-1, 3), chroma.reshape(-1, 2))
            yield merged.reshape(pixels.shape)

    def _chroma(self, image: Rows, sample: int | None, name: Any, seed: int) -> np.ndarray:
        """Predict normalised chroma on a copy that fits the model's size.

        The proportions stay: what is left of the model's frame is filled by reflection, as the
        network would see a stretched image as another scene.
        """
        rows, columns = self._size
        scale = min(rows / image.shape[0], columns / image.shape[1])
        height = min(rows, max(1, round(image.shape[0] * scale)))
        width = min(columns, max(1, round(image.shape[1] * scale)))
        small = _reduced(image, height, width)
        top, left = (rows - height) // 2, (columns - width) // 2
        below, right = rows - height - top, columns - width - left
        framed = cv2.copyMakeBorder(small, top, below, left, right, cv2.BORDER_REFLECT)
        batch, keys = framed[np.newaxis], [seed]
        if sample is None:
            chroma = self._predictor(batch, keys)
        else:
            chroma = self._predictor.sample(batch, keys, sample)
        check_finite(chroma, self._path, [name])
        inside = np.asarray(chroma)[0, top : top + height, left : left + width]
        return np.ascontiguousarray(inside)

    def _merge_all(self, pixels: np.ndarray, chroma: np.ndarray) -> np.ndarray:
        """(n, 3) uint8 and (n, 2) float32 → (n, 3) uint8, in chunks of one compiled size."""
        result = np.empty_like(pixels)
        for first in range(0, len(pixels), CHUNK_PIXELS):
            part = slice(first, first + CHUNK_PIXELS)
            missing = CHUNK_PIXELS - len(pixels[part])
            merged = self._merge_chunk(
                np.pad(pixels[part], ((0, missing), (0, 0)))[np.newaxis],
                np.pad(chroma[part], ((0, missing), (0, 0)))[np.newaxis],
            )
            result[part] = np.asarray(merged)[0, : CHUNK_PIXELS - missing]
        return result

    def _merge(self, pixels: Any, chroma: Any) -> Any:
        inputs, _ = self._space.split(pixels)
        merged = self._space.merge(inputs, chroma, gamut=self._gamut)
        return ops.cast(ops.round(merged), "uint8")


class _InMemory:
    """An array as what `Colorizer.strips` takes."""

    def __init__(self, pixels: np.ndarray) -> None:
        self._pixels = pixels
        self.shape: tuple[int, int, int] = (pixels.shape[0], pixels.shape[1], 3)

    def rows(self, top: int, bottom: int) -> np.ndarray:
        return self._pixels[top:bottom]


def _reduced(image: Rows, height: int, width: int) -> np.ndarray:
    """The whole image as (height, width, 3) uint8, by area averaging where it shrinks."""
    rows, columns, _ = image.shape
    if rows * columns <= REDUCED_WHOLE:
        return fit(image.rows(0, rows), height, width, rule="stretch")
    total, step = np.zeros((height, width, 3)), rows / height
    edges = np.arange(height + 1) * step
    for top, bottom in strips(rows, columns):
        narrow: np.ndarray = image.rows(top, bottom).astype(np.float32)
        narrow = cv2.resize(narrow, (width, bottom - top), interpolation=cv2.INTER_AREA)
        first = np.arange(top, bottom)
        # How much of each row lies in each row of the result.
        overlap = np.minimum(edges[1:, np.newaxis], first + 1)
        overlap -= np.maximum(edges[:-1, np.newaxis], first)
        total += np.tensordot(np.maximum(overlap, 0), narrow, 1)
    return np.round(total / step).astype(np.uint8)


def enlarged(small: np.ndarray, height: int, width: int, top: int, bottom: int) -> np.ndarray:
    """Rows of a small image that is brought to another size by bicubic interpolation.

    As OpenCV's INTER_CUBIC of the whole. True chroma that was reduced and enlarged again is nearer
    to itself so than with bilinear interpolation (tests/inference/test_colorizer.py).

    Args:
        small: (rows, columns, 2) float32.
        height, width: of the whole result.
        top, bottom: its rows that are wanted.

    Returns:
        (bottom - top, width, 2) float32; it may overshoot the range of `small`.
    """
    place = (np.arange(top, bottom) + 0.5) * len(small) / height - 0.5
    first = np.floor(place).astype(int)
    rows = np.zeros((bottom - top, *small.shape[1:]), np.float32)
    for step, weights in zip(range(-1, 3), _cubic_weights(place - first), strict=True):
        taps = np.clip(first + step, 0, len(small) - 1)
        rows += weights.astype(np.float32)[:, np.newaxis, np.newaxis] * small[taps]
    return cv2.resize(rows, (width, bottom - top), interpolation=cv2.INTER_CUBIC)


def _cubic_weights(share: np.ndarray) -> tuple[np.ndarray, ...]:
    """Keys's cubic with OpenCV's a = -0.75: weights of the rows -1, 0, 1 and 2 from the place's."""
    a = -0.75

    def near(x: np.ndarray) -> np.ndarray:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: np.ndarray) -> np.ndarray:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return far(share + 1), near(share), near(1 - share), far(2 - share)
