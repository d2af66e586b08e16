"""Color for one photograph of any size: color at the model's size, luminance at its own.

At the model's size the same three steps are done as in training and evaluation: `split`, the model,
`merge`. What the color there differs from its own luma is enlarged, and added to the luminance of
the photograph.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from colorkeras.color.constants import BT601_LUMA
from colorkeras.color.white import warmed
from colorkeras.data.images.decode import fit, strips
from colorkeras.inference.predictor import Predictor, check_finite
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.enlarging import enlarged
from colorkeras.photos.luminance import colored

REDUCED_WHOLE = 2**24  # pixels from which on an image is reduced strip by strip


class GreyImage(Protocol):
    """An image whose grey values are read a few rows at a time.

    Attributes:
        height, width: in pixels.
        top: the largest sample: 255 or 65535.
    """

    height: int
    width: int

    @property
    def top(self) -> int: ...

    def grey_and_alpha(
        self, top: int, bottom: int, quantity: str
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows as float32 in [0, 1] and their opacity; see `photograph.PhotoPage`."""


class Colorizer:
    """Predicts the color of images with a saved model.

    Args:
        saved: a `SavedModel`.
        quantity: the luminance that is kept; see `luminance`.
    """

    def __init__(self, saved: SavedModel, quantity: str = "luma") -> None:
        self._path, self._quantity = saved.path, quantity
        self._size = saved.model.inputs[0].shape[1:3]
        self._predictor = Predictor(saved.model, saved.space, saved.noise, gamut="desaturate")

    def predict(
        self,
        image: GreyImage,
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
        rows, columns = self._size
        scale = min(rows / image.height, columns / image.width)
        height = min(rows, max(1, round(image.height * scale)))
        width = min(columns, max(1, round(image.width * scale)))
        small = np.rint(255 * _reduced(image, height, width, self._quantity)).astype(np.uint8)
        top, left = (rows - height) // 2, (columns - width) // 2
        below, right = rows - height - top, columns - width - left
        framed = cv2.copyMakeBorder(small, top, below, left, right, cv2.BORDER_REFLECT)
        framed = np.repeat(framed[..., np.newaxis], 3, axis=2)
        if mirrored:
            framed = framed[:, ::-1]
        batch, keys = np.ascontiguousarray(framed)[np.newaxis], [seed]
        if sample is None:
            color = self._predictor(batch, keys)
        else:
            color = self._predictor.sample(batch, keys, sample)
        check_finite(color, self._path, [name])
        found = np.asarray(color)[0, :, ::-1] if mirrored else np.asarray(color)[0]
        return found[top : top + height, left : left + width] / np.float32(255)


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


def colored_strips(image: GreyImage, small: np.ndarray, quantity: str) -> Iterator[np.ndarray]:
    """Yield an image in color from the top down, a few rows at a time.

    Args:
        image: the photograph.
        small: (rows, columns, 2) float32, as of `differences`.
        quantity: the luminance that is kept; see `luminance`.

    Yields:
        (rows, width, 3) or, with the image's opacity, (rows, width, 4): uint8 or uint16 as the
        image's `top`.
    """
    for top, bottom in strips(image.height, image.width):
        grey, alpha = image.grey_and_alpha(top, bottom, quantity)
        chroma = enlarged(small, image.height, image.width, top, bottom)
        pixels = colored(grey, chroma[..., 0], chroma[..., 1], image.top, quantity)
        yield pixels if alpha is None else np.dstack([pixels, alpha])


def _reduced(image: GreyImage, height: int, width: int, quantity: str) -> np.ndarray:
    """The whole image over white as (height, width) float32, by area averaging."""

    def seen(top: int, bottom: int) -> np.ndarray:
        grey, alpha = image.grey_and_alpha(top, bottom, quantity)
        if alpha is None:
            return grey
        return 1 - (1 - grey) * (alpha.astype(np.float32) / np.float32(image.top))

    if image.height * image.width <= REDUCED_WHOLE:
        parts = [seen(*rows) for rows in strips(image.height, image.width)]
        return np.clip(fit(np.concatenate(parts), height, width, rule="stretch"), 0, 1)
    total, step = np.zeros((height, width)), image.height / height
    edges = np.arange(height + 1) * step
    for top, bottom in strips(image.height, image.width):
        narrow = cv2.resize(seen(top, bottom), (width, bottom - top), interpolation=cv2.INTER_AREA)
        first = np.arange(top, bottom)
        # How much of each row lies in each row of the result.
        overlap = np.minimum(edges[1:, np.newaxis], first + 1)
        overlap -= np.maximum(edges[:-1, np.newaxis], first)
        total += np.maximum(overlap, 0) @ narrow
    return np.clip(total / step, 0, 1)
