"""A trained model as a Python program uses it: arrays in, arrays out.

The same `Colorizer` as the command `colorize`, so that the same image gives the same pixels.
"""

import operator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.color.white import MOST_MIRED
from colorkeras.inference.colorize_options import MOST_SATURATION
from colorkeras.inference.colorizer import Colorizer, colored_strips, differences
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.luminance import grey_of

if TYPE_CHECKING:
    from colorkeras.steering.hints import Hints

Luminance = Literal["luma", "lightness"]
_SEEDS = 2**32


class Model:
    """A trained model; `colorkeras.load` opens one.

    Attributes:
        saved: the `SavedModel` behind it.
    """

    def __init__(self, saved: SavedModel) -> None:
        self.saved = saved
        self._colorizers: dict[str, Colorizer] = {}

    @property
    def keras_model(self) -> keras.Model:
        """The network from normalised luminance, and noise if it takes some, to chroma."""
        return self.saved.model

    @property
    def color_space(self) -> ColorSpace:
        """The `ColorSpace` of its inputs and outputs."""
        return self.saved.space

    @property
    def metadata(self) -> dict[str, Any]:
        """What its file says of experiment, run, step, size, versions and data."""
        return self.saved.metadata

    @property
    def has_noise(self) -> bool:
        """Whether it can color an image in several ways; see `sample` of `colorize`."""
        return self.saved.noise.is_random

    def __repr__(self) -> str:
        known = self.metadata
        return (
            f"<colorkeras model of {known['experiment']}, {known['height']}×{known['width']}, "
            f"from {self.saved.path}>"
        )

    def colorize(
        self,
        gray: np.ndarray,
        sample: int | None = None,
        seed: int = 0,
        keep: Luminance = "luma",
        saturation: float = 1.0,
        temperature: float = 0.0,
        hints: "Hints | str | Path | None" = None,
    ) -> np.ndarray:
        """Color an image of any size; its luminance stays.

        Args:
            gray: (height, width), (height, width, 1) or (height, width, 3) sRGB: uint8 in [0, 255],
                uint16 in [0, 65535], or floating point in [0, 1]. Of colors only the luminance is
                used.
            sample: number of the coloring, from 0, of a model with noise; None is its plain
                prediction.
            seed: chooses the noise, from 0 to 4294967295.
            keep: the luminance that stays: "luma", the weighted sum of the samples (BT.601), or
                "lightness", CIE L*; see `photos.luminance`.
            saturation: factor of the colors' strength, from 0 to 4.
            temperature: shift of the light in mired, from -100 (cooler) to 100 (warmer).
            hints: colors that are known: `Hints`, or a CSV file or PNG that has them.

        Returns:
            (height, width, 3) sRGB: uint16 of uint16, else uint8. The same image and options give
            the same colors.

        Raises:
            TypeError: when `gray` is not a NumPy array of such numbers.
            ValueError: when its shape or its values are others, or an option is out of range.
            PredictionError: when the model predicts NaN or infinity.
            UserError: when the file of hints cannot be used.
        """
        if keep not in get_args(Luminance):
            raise ValueError(f"keep is {keep!r}; expected one of {list(get_args(Luminance))}.")
        _check_between("saturation", saturation, 0, MOST_SATURATION)
        _check_between("temperature", temperature, -MOST_MIRED, MOST_MIRED)
        _check_whole("seed", seed, _SEEDS)
        if sample is not None:
            _check_whole("sample", sample, _SEEDS)
            if not self.has_noise:
                raise ValueError(f"sample is {sample}, but this model has no noise: leave it out.")
        image = _Array(gray)
        if keep not in self._colorizers:
            self._colorizers[keep] = Colorizer(self.saved, keep)
        colorizer = self._colorizers[keep]
        small = differences(colorizer.predict(image, sample, seed=seed), saturation, temperature)
        if hints is not None:
            from colorkeras.inference.steerer import Steerer

            given = Path(hints) if isinstance(hints, str) else hints
            small = Steerer([colorizer], keep).steered(small, image, given)
        return np.concatenate(list(colored_strips(image, small, keep, image.top)))


class _Array:
    """An array as what the colorizer takes.

    Args:
        image: as `Model.colorize` takes it.

    Raises:
        TypeError, ValueError: as `Model.colorize` raises them.
    """

    def __init__(self, image: np.ndarray) -> None:
        if not isinstance(image, np.ndarray):
            raise TypeError(f"received a {type(image).__name__}; expected a NumPy array.")
        if image.ndim == 2:
            image = image[..., np.newaxis]
        if image.ndim != 3 or image.shape[2] not in (1, 3) or not image.size:
            raise ValueError(
                f"received an array of shape {image.shape}; expected (height, width), "
                "(height, width, 1) or (height, width, 3), one image at a time."
            )
        _check_values(image)
        self._pixels = image
        self.height, self.width = image.shape[:2]
        self.top = 65535 if image.dtype.itemsize == 2 and image.dtype.kind == "u" else 255

    def grey_and_alpha(self, top: int, bottom: int, quantity: str) -> tuple[np.ndarray, None]:
        rows = self._pixels[top:bottom]
        if rows.shape[2] == 3:
            return grey_of(rows, quantity), None
        scale = self.top if rows.dtype.kind == "u" else 1
        return rows[..., 0].astype(np.float32) / np.float32(scale), None

    def seen(self, top: int, bottom: int) -> np.ndarray:
        rows = self._pixels[top:bottom]
        if rows.dtype.kind == "f":
            rows = np.rint(rows.astype(np.float32) * 255)
        elif self.top > 255:
            rows = (rows.astype(np.uint32) + 128) // 257
        return (rows if rows.shape[2] == 3 else rows[..., 0]).astype(np.uint8)


def _check_values(image: np.ndarray) -> None:
    if image.dtype.newbyteorder("=") in (np.uint8, np.uint16):  # Pillow's I;16B is big-endian
        return
    if not np.issubdtype(image.dtype, np.floating):
        raise TypeError(f"received {image.dtype}; expected uint8, uint16 or floating point.")
    low, high = image.min(), image.max()
    if not (low >= 0 and high <= 1):  # NaN too
        raise ValueError(f"received values from {low:g} to {high:g}; expected 0 to 1.")


def _check_between(name: str, value: float, low: float, high: float) -> None:
    try:
        is_valid = low <= float(value) <= high
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise ValueError(f"{name} is {value!r}; expected a number from {low:g} to {high:g}.")


def _check_whole(name: str, value: Any, limit: int) -> None:
    try:
        is_valid = 0 <= operator.index(value) < limit
    except TypeError:  # no whole number
        is_valid = False
    if not is_valid:
        raise ValueError(f"{name} is {value!r}; expected a whole number from 0 to {limit - 1}.")
