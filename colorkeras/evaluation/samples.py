"""Sample images of a run: grey | ours | truth, as one labelled grid and as single files.

For a model with noise the grid also shows further samples of the same image.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.console.safe_text import csv_cell
from colorkeras.data.image_set import ImageSet
from colorkeras.data.images.mark import save_options
from colorkeras.experiment.generator import Noise
from colorkeras.inference.predictor import Predictor
from colorkeras.metrics.image_metrics import baselines
from colorkeras.records.atomic import write_text
from colorkeras.report.sample_grid import make_grid, save_png

_FILE_KINDS = ("grey", "model", "truth")
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
        count = min(count, len(images))
        chosen = np.unique(np.linspace(0, len(images) - 1, count).round().astype(int))
        self._keys = [int(index) for index in chosen]  # as in `Evaluator`: the same z
        self.names = [images.names[index] for index in chosen]
        self._truth = np.stack([images.read(index) for index in self._keys]) if count else None
        self._space, self._noise, self._gamut = space, noise, gamut
        self._compiled = compiled

    def write_grid(self, model: keras.Model, path: Path) -> None:
        """Colorize the images with `model` and write the grid as PNG."""
        if not self.names:
            return
        predictor, truth = self._predictor(model), self._truth
        columns = {"grey": self._grey(), "ours": predictor(truth, self._keys)}
        if predictor.is_random:
            for number in range(1, _FURTHER_SAMPLES + 1):
                columns[f"sample {number + 1}"] = predictor.sample(truth, self._keys, number)
        columns["truth"] = truth
        save_png(path, make_grid(_rows(columns.values()), list(columns)), **_mark())

    def write_files(self, model: keras.Model, folder: Path, at_a_time: int | None = None) -> None:
        """Write each image as `<number>_{grey,model,truth}.png`, with an index.csv of names.

        Args:
            model: colorizes the images.
            folder: where to write.
            at_a_time: so many images are colorized at a time; all, where it is not given.
        """
        if self._truth is None:
            return
        predictor, count = self._predictor(model), len(self.names)
        parts = [slice(i, i + (at_a_time or count)) for i in range(0, count, at_a_time or count)]
        ours = [predictor(self._truth[part], self._keys[part]) for part in parts]
        rows = _rows([self._grey(), np.concatenate(ours), self._truth])
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("number", "image"))
        for number, (name, row) in enumerate(zip(self.names, rows, strict=True)):
            writer.writerow((f"{number:03d}", csv_cell(name)))
            for kind, image in zip(_FILE_KINDS, row, strict=True):
                options = _mark() if kind == "model" else {}
                save_png(folder / f"{number:03d}_{kind}.png", image, **options)
        write_text(folder / "index.csv", table.getvalue())

    def _predictor(self, model: keras.Model) -> Predictor:
        return Predictor(model, self._space, self._noise, self._gamut, compiled=self._compiled)

    def _grey(self) -> Any:
        return baselines(self._truth, (0.0, 0.0))["grey"]


def _mark() -> dict[str, Any]:
    """So that nobody takes what a model made for truth, a later training least of all."""
    return save_options(".png", {})


def _rows(columns: Iterable[Any]) -> list[list[np.ndarray]]:
    """Batches of images, float or uint8 → one list of uint8 images per row."""
    rounded = [np.asarray(column).round().astype(np.uint8) for column in columns]
    return [list(row) for row in zip(*rounded, strict=True)]
