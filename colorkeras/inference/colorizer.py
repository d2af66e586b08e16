"""Color for one photograph of any size: color at the model's size, luminance at its own.

At the model's size the same three steps are done as in training and evaluation: `split`, the model,
`merge`. What the color there differs from its own luma is enlarged, and added to the luminance of
the photograph.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from colorkeras.color.constants import BT601_LUMA
from colorkeras.color.white import warmed
from colorkeras.data.images.decode import strips
from colorkeras.inference.class_spread import ClassSpread
from colorkeras.inference.predictor import Predictor, check_finite
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.ahead import made_ahead
from colorkeras.photos.enlarging import enlarged
from colorkeras.photos.luminance import colored, grey_of
from colorkeras.photos.reducing import reduced

_MERGED = 2**17  # pixels merged at a time: their planes fit into a core's cache


class SeenImage(Protocol):
    """An image that a model sees.

    Attributes:
        height, width: in pixels.
    """

    height: int
    width: int

    def seen(self, top: int, bottom: int) -> np.ndarray:
        """Rows over white, uint8: (bottom - top, width) grey or (bottom - top, width, 3) sRGB."""


class SeenArray:
    """A `SeenImage` of pixels in memory: (height, width) grey or (height, width, 3) sRGB, uint8."""

    def __init__(self, pixels: np.ndarray) -> None:
        self._pixels = pixels
        self.height, self.width = pixels.shape[:2]

    def seen(self, top: int, bottom: int) -> np.ndarray:
        """Some rows."""
        return self._pixels[top:bottom]


class GreyImage(SeenImage, Protocol):
    """An image whose grey values are read a few rows at a time."""

    def grey_and_alpha(
        self, top: int, bottom: int, quantity: str
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows as float32 in [0, 1] and their opacity; see `photograph.PhotoPage`."""


class Colorizer:
    """Predicts the color of images with a saved model.

    Args:
        saved: a `SavedModel`.
        quantity: the luminance that is kept; see `luminance`.

    Attributes:
        size: (height, width) of what the model sees.
    """

    def __init__(self, saved: SavedModel, quantity: str = "luma") -> None:
        self._path, self._quantity = saved.path, quantity
        self.size: tuple[int, int] = saved.model.inputs[0].shape[1:3]
        self._lock = threading.Lock()
        self._spread = ClassSpread(saved) if ClassSpread.is_known(saved) else None
        self._predictor = Predictor(saved.model, saved.space, saved.noise, gamut="desaturate")

    def predict(
        self,
        image: SeenImage,
        sample: int | None = None,
        name: Any = "the image",
        seed: int = 0,
        mirrored: bool = False,
    ) -> np.ndarray:
        """Predict the color of an image at the model's size.

        The proportions stay: what is left of the model's frame is filled by reflection, as the
        network would see a stretched image as another scene.

        Args:
            image: of any size.
            sample: number of the coloring, from 0, of a model with noise; None is the model's
                plain prediction: the first z, or dropout off.
            name: what to call the image in messages.
            seed: chooses the noise of a model that has some.
            mirrored: whether the model sees the image mirrored; the result is turned back.

        Returns:
            (rows, columns, 3) float32 sRGB in [0, 1], one side as long as the model's. The same
            image, seed and sample give the same result, whatever else is colored.

        Raises:
            PredictionError: when the model predicts NaN or infinity.
        """
        return self._predicted(*self._framed(image), sample, name, seed, mirrored)

    def small_size(self, height: int, width: int) -> tuple[int, int]:
        """The rows and columns at which the model sees an image of a size in pixels."""
        rows, columns = self.size
        scale = min(rows / height, columns / width)
        return (
            min(rows, max(1, round(height * scale))),
            min(columns, max(1, round(width * scale))),
        )

    def predict_small(self, grey: np.ndarray, name: Any, seed: int = 0) -> np.ndarray:
        """Predict the color of an image that has the model's size already.

        Args:
            grey: (rows, columns) uint8 of `small_size`.
            name, seed: as of `predict`.

        Returns, Raises:
            As `predict`.
        """
        return self._predicted(*self._in_frame(grey), None, name, seed, False)

    def _predicted(
        self,
        framed: np.ndarray,
        place: tuple[slice, slice],
        sample: int | None,
        name: Any,
        seed: int,
        mirrored: bool,
    ) -> np.ndarray:
        batch, keys = np.ascontiguousarray(framed[:, ::-1] if mirrored else framed)[None], [seed]
        if sample is None:
            color = self._predictor(batch, keys)
        else:
            with self._lock:  # sampling by dropout changes the model's state
                color = self._predictor.sample(batch, keys, sample)
        check_finite(color, self._path, [name])
        found = np.asarray(color)[0, :, ::-1] if mirrored else np.asarray(color)[0]
        return found[place] / np.float32(255)

    def class_spread(self, image: SeenImage) -> np.ndarray | None:
        """How far the color classes lie apart that the model predicts; see `ClassSpread`.

        Returns:
            (rows, columns) float32 in CIELAB units, of the size of `predict`; None for a model
            without color classes.
        """
        if self._spread is None:
            return None
        framed, place = self._framed(image)
        found = self._spread(framed[np.newaxis])
        return cv2.resize(found, framed.shape[1::-1], interpolation=cv2.INTER_LINEAR)[place]

    def _framed(self, image: SeenImage) -> tuple[np.ndarray, tuple[slice, slice]]:
        """The grey image in the model's frame, (rows, columns, 3) uint8, and its place there."""
        height, width = self.small_size(image.height, image.width)
        grey = seen_grey(image, height, width, self._quantity)
        return self._in_frame(np.rint(255 * grey).astype(np.uint8))

    def _in_frame(self, small: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
        """A grey image of `small_size` in the model's frame, and its place there."""
        (rows, columns), (height, width) = self.size, small.shape
        top, left = (rows - height) // 2, (columns - width) // 2
        below, right = rows - height - top, columns - width - left
        framed = cv2.copyMakeBorder(small, top, below, left, right, cv2.BORDER_REFLECT)
        place = (slice(top, top + height), slice(left, left + width))
        return np.repeat(framed[..., np.newaxis], 3, axis=2), place


def seen_grey(image: SeenImage, height: int, width: int, quantity: str) -> np.ndarray:
    """The grey of an image in another size.

    Args:
        image: of any size.
        height, width: of the result.
        quantity: the luminance that is kept; see `luminance`.

    Returns:
        (height, width) float32 in [0, 1].
    """
    seen = reduced(image.seen, (image.height, image.width), height, width)
    seen = np.clip(seen / 255, 0, 1)
    return seen if seen.ndim == 2 else grey_of(seen, quantity)


def differences(color: np.ndarray, saturation: float = 1.0, temperature: float = 0.0) -> np.ndarray:
    """What colors differ from their own luma, as wished stronger or warmer.

    Args:
        color: (rows, columns, 3) float32 sRGB in [0, 1], as of `Colorizer.predict`.
        saturation: factor; 0 is grey.
        temperature: shift of the light in mired; above 0 it is warmer. See `white.warmed`.

    Returns:
        (rows, columns, 2) float32: R - Y' and B - Y'.
    """
    if temperature:
        color = warmed(color, temperature)
    luma = color @ np.asarray(BT601_LUMA, np.float32)
    return (color[..., ::2] - luma[..., np.newaxis]) * np.float32(saturation)


def mean_of(smalls: Sequence[np.ndarray]) -> np.ndarray:
    """The mean of small images, each brought to the largest size among them.

    Args:
        smalls: (rows, columns, channels) float32, of the same proportions.
    """
    rows, columns = max(small.shape[:2] for small in smalls)
    cubic = cv2.INTER_CUBIC
    return np.mean([cv2.resize(x, (columns, rows), interpolation=cubic) for x in smalls], axis=0)


def colored_strips(
    image: GreyImage,
    small: np.ndarray,
    quantity: str,
    top_value: int,
    has_alpha: bool = False,
    threads: int = 1,
) -> Iterator[np.ndarray]:
    """Yield an image in color from the top down, a few rows at a time.

    Args:
        image: the photograph.
        small: (rows, columns, 2) float32, as of `differences`.
        quantity: the luminance that is kept; see `luminance`.
        top_value: the largest sample of the result, 255 or 65535.
        has_alpha: whether the result has the opacity of the image. Without, transparent parts are
            laid over white.
        threads: that make the rows.

    Yields:
        (rows, width, 3) or with `has_alpha` (rows, width, 4): uint8 or uint16.
    """

    def make(top: int, bottom: int) -> np.ndarray:
        grey, alpha = image.grey_and_alpha(top, bottom, quantity)
        chroma = enlarged(small, image.height, image.width, top, bottom)
        red, blue = chroma[..., 0], chroma[..., 1]
        if alpha is not None and not has_alpha:
            share = _share(alpha)
            grey, red, blue = 1 - (1 - grey) * share, red * share, blue * share
        pixels = colored(grey, red, blue, top_value, quantity)
        return np.dstack([pixels, _opacity(alpha, pixels)]) if has_alpha else pixels

    return made_ahead(make, strips(image.height, image.width, _MERGED), threads)


def _share(alpha: np.ndarray) -> np.ndarray:
    """Opacity as float32 in [0, 1]."""
    return alpha.astype(np.float32) / np.float32(np.iinfo(alpha.dtype).max)


def _opacity(alpha: np.ndarray | None, pixels: np.ndarray) -> np.ndarray:
    """Opacity in the samples of `pixels`."""
    if alpha is None:
        return np.full(pixels.shape[:2], np.iinfo(pixels.dtype).max, pixels.dtype)
    if alpha.dtype == pixels.dtype:
        return alpha
    return np.rint(_share(alpha) * np.iinfo(pixels.dtype).max).astype(pixels.dtype)
