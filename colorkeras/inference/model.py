"""A trained model as a Python program uses it: arrays in, arrays out.

The same `Colorizer` as the command `colorize`, so that the same image gives the same pixels.
"""

import operator
from typing import Any, Literal

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.inference.colorizer import Colorizer
from colorkeras.inference.saved_model import SavedModel

Gamut = Literal["desaturate", "clip"]
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
        gamut: Gamut = "desaturate",
    ) -> np.ndarray:
        """Color an image of any size; its luminance stays.

        Args:
            gray: (height, width), (height, width, 1) or (height, width, 3) sRGB: uint8 in [0, 255],
                uint16 in [0, 65535], or floating point in [0, 1]. Of colors only the luminance is
                used.
            sample: number of the coloring, from 0, of a model with noise; None is its plain
                prediction.
            seed: chooses the noise, from 0 to 4294967295.
            gamut: what becomes of colors that sRGB cannot show: "desaturate" keeps the luminance,
                "clip" is what the evaluation does.

        Returns:
            (height, width, 3) uint8 sRGB. The same image, sample and seed give the same colors.

        Raises:
            TypeError: when `gray` is not a NumPy array of such numbers.
            ValueError: when its shape or its values are others, or an option is out of range.
            PredictionError: when the model predicts NaN or infinity.
        """
        if gamut not in ("desaturate", "clip"):
            raise ValueError(f"gamut is {gamut!r}; expected 'desaturate' or 'clip'.")
        _check_whole("seed", seed, _SEEDS)
        if sample is not None:
            _check_whole("sample", sample, _SEEDS)
            if not self.has_noise:
                raise ValueError(f"sample is {sample}, but this model has no noise: leave it out.")
        image = as_rgb(gray)
        if gamut not in self._colorizers:
            self._colorizers[gamut] = Colorizer(self.saved, gamut)
        return self._colorizers[gamut](image, sample, seed=seed)


def as_rgb(image: np.ndarray) -> np.ndarray:
    """An image as (height, width, 3) uint8 sRGB.

    Args:
        image: as `Model.colorize` takes it.

    Raises:
        TypeError, ValueError: as `Model.colorize` raises them.
    """
    if not isinstance(image, np.ndarray):
        raise TypeError(f"received a {type(image).__name__}; expected a NumPy array.")
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or image.shape[2] not in (1, 3) or not image.size:
        raise ValueError(
            f"received an array of shape {image.shape}; expected (height, width), "
            "(height, width, 1) or (height, width, 3), one image at a time."
        )
    return np.ascontiguousarray(np.broadcast_to(_as_bytes(image), (*image.shape[:2], 3)))


def _as_bytes(image: np.ndarray) -> np.ndarray:
    """Levels from 0 to 255 as uint8, rounded."""
    if image.dtype == np.uint8:
        return image
    if image.dtype.newbyteorder("=") == np.uint16:  # Pillow's I;16B is big-endian
        return ((image.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if not np.issubdtype(image.dtype, np.floating):
        raise TypeError(f"received {image.dtype}; expected uint8, uint16 or floating point.")
    low, high = image.min(), image.max()
    if not (low >= 0 and high <= 1):  # NaN too
        raise ValueError(f"received values from {low:g} to {high:g}; expected 0 to 1.")
    return np.rint(image.astype(np.float64) * 255).astype(np.uint8)


def _check_whole(name: str, value: Any, limit: int) -> None:
    try:
        is_valid = 0 <= operator.index(value) < limit
    except TypeError:  # no whole number
        is_valid = False
    if not is_valid:
        raise ValueError(f"{name} is {value!r}; expected a whole number from 0 to {limit - 1}.")
