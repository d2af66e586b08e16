"""Weights rounded so that they compress, and what that does to the colors."""

from dataclasses import dataclass

import keras
import numpy as np

from colorkeras.config.settings import DataTable
from colorkeras.data.open_source import open_source
from colorkeras.data.subset import evenly_spaced
from colorkeras.evaluation.evaluator import GAMUT
from colorkeras.inference.predictor import Predictor
from colorkeras.inference.saved_model import SavedModel

# Those of float16: at 10 bits a network of 5.1 million weights takes 9.1 MB, at bfloat16's 7 bits
# 6.9 MB with seven times the error, unrounded 16.8 MB. The exponent stays that of float32.
MANTISSA_BITS = 10
_ALL_BITS = 23  # of float32
IMAGES, _AT_A_TIME = 16, 4
_FIXED = "scenes:mixture"  # images that everybody has


@dataclass(frozen=True)
class Difference:
    """How far the colors of two models lie apart, in 8-bit code values: mean and largest."""

    mean: float
    largest: float


def rounded(array: np.ndarray, bits: int = MANTISSA_BITS) -> np.ndarray:
    """Round float32 numbers to so many bits of mantissa, to nearest, ties to even.

    Args:
        array: float32, any shape.
        bits: from 1 to 23.

    Returns:
        A float32 array of the same shape; what is beyond the largest number becomes infinite.
    """
    drop = _ALL_BITS - bits
    raw = np.ascontiguousarray(array, np.float32).view(np.uint32).astype(np.uint64)
    half = (1 << drop >> 1) - 1 + (raw >> np.uint64(drop) & np.uint64(1)) if drop else 0
    kept = (raw + half) >> np.uint64(drop) << np.uint64(drop)
    return kept.astype(np.uint32).view(np.float32).reshape(array.shape)


def round_kernels(model: keras.Model, bits: int = MANTISSA_BITS) -> None:
    """Round the kernels of a model in place; biases and statistics, which are small, stay."""
    model.set_weights([rounded(w, bits) if w.ndim > 1 else w for w in model.get_weights()])


def color_difference(before: SavedModel, after: SavedModel) -> Difference:
    """Color the same rendered images with two models of one size and color space.

    The images are those of "scenes:mixture" that are for tests, 16 of them, at the model's size.
    """
    metadata = before.metadata
    table = DataTable(source=_FIXED, height=metadata["height"], width=metadata["width"])
    images = evenly_spaced(open_source(table).sets["test"], IMAGES)
    predictors = [Predictor(x.model, x.space, x.noise, GAMUT) for x in (before, after)]
    apart = []
    for first in range(0, IMAGES, _AT_A_TIME):
        keys = range(first, first + _AT_A_TIME)
        batch = np.stack([images.read(key) for key in keys])
        one, other = (np.asarray(predictor(batch, keys), np.float64) for predictor in predictors)
        apart.append(np.abs(one - other))
    return Difference(float(np.mean(apart)), float(np.max(apart)))
