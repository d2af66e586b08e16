"""Sample images of a run: grey | ours | truth, as one labelled grid and as single files.

For a model with noise the grid also shows further samples of the same image.
"""

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.data.image_set import ImageSet
from colorkeras.evaluation.image_files import (
    evenly_spaced_positions,
    grey_of,
    mark,
    to_levels,
    write_image_files,
)
from colorkeras.experiment.generator import Noise
from colorkeras.inference.predictor import Predictor
from colorkeras.report.sample_grid import make_grid, save_png

_FURTHER_SAMPLES = 2


class Samples:
    """The same few images of one set, colorized again and again.

    Args:
        space: the model's `ColorSpace`.
        noise: the model's `Noise`.
        images: the image set.
        count: how many images, evenly spaced over the set.
        gamut: how `merge` treats colors outside sRGB.
        compiled: slower for a few small images, but with less memory.
    """

    def __init__(
        self,
        space: ColorSpace,
        noise: Noise,
        images: ImageSet,
        count: int,
        gamut: str,
        compiled: bool = False,
    ) -> None:
        self._keys = evenly_spaced_positions(images, count)  # as in `Evaluator`: the same z
        self.names = [images.names[index] for index in self._keys]
        self._images = images
        self._space, self._noise, self._gamut = space, noise, gamut
        self._compiled = compiled

    def write_grid(self, model: keras.Model, path: Path) -> None:
        """Colorize the images with `model` and write the grid as PNG."""
        if not self.names:
            return
        predictor = self._predictor(model)
        truth = self._truth
        columns = {"grey": grey_of(truth), "ours": predictor(truth, self._keys)}
        if predictor.is_random:
            for number in range(1, _FURTHER_SAMPLES + 1):
                columns[f"sample {number + 1}"] = predictor.sample(truth, self._keys, number)
        columns["truth"] = truth
        save_png(path, make_grid(_rows(columns.values()), list(columns)), **mark())

    def write_files(self, model: keras.Model, folder: Path) -> None:
        """Write each image as `<number>_{grey,model,truth}.png`, with an index.csv of names."""
        batch = max(1, len(self._keys))
        write_image_files(folder, self._predictor(model), self._images, self._keys, batch)

    @functools.cached_property
    def _truth(self) -> np.ndarray:
        return np.stack([self._images.read(index) for index in self._keys])

    def _predictor(self, model: keras.Model) -> Predictor:
        return Predictor(model, self._space, self._noise, self._gamut, compiled=self._compiled)


def _rows(columns: Iterable[Any]) -> list[list[np.ndarray]]:
    """Batches of images, float or uint8 → one list of uint8 images per row."""
    return [list(row) for row in zip(*map(to_levels, columns), strict=True)]
