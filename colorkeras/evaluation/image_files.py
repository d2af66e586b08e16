"""Test images as single PNG files: grey, what the model made, and the truth, with an index.

`colorkeras.report.stored_images` reads them back.
"""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.console.safe_text import csv_cell
from colorkeras.data.image_set import ImageSet
from colorkeras.data.images.mark import save_options
from colorkeras.inference.predictor import Predictor
from colorkeras.metrics.image_metrics import baselines
from colorkeras.records.atomic import write_text
from colorkeras.report.sample_grid import save_png
from colorkeras.report.stored_images import INDEX_CSV, KINDS, file_name


def write_image_files(
    folder: Path,
    predictor: Predictor,
    images: ImageSet,
    chosen: Sequence[int],
    batch: int,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write each image as `<number>_{grey,model,truth}.png`, then an index.csv of their names.

    Args:
        folder: where to write.
        predictor: the model, with a gamut, so that it gives sRGB.
        images: the image set.
        chosen: the positions in it of the images to write, which are also the keys of their noise.
        batch: images predicted at a time; the last batch is filled up, so that the predictor is
            compiled once.
        progress: called with the number of images written.

    Raises:
        UserError: when a file cannot be written.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("number", "image"))
    for first in range(0, len(chosen), batch):
        keys = list(chosen[first : first + batch])
        filled = keys + keys[-1:] * (min(batch, len(chosen)) - len(keys))
        truth = np.stack([images.read(index) for index in filled])
        columns = [to_levels(x) for x in (grey_of(truth), predictor(truth, filled), truth)]
        for number, index in enumerate(keys, first):
            for kind, column in zip(KINDS, columns, strict=True):
                options = mark() if kind == "model" else {}
                save_png(folder / file_name(number, kind), column[number - first], **options)
            writer.writerow((f"{number:03d}", csv_cell(images.names[index])))
        if progress:
            progress(first + len(keys))
    if len(chosen):
        write_text(folder / INDEX_CSV, table.getvalue())


def evenly_spaced_positions(images: ImageSet, count: int) -> list[int]:
    """The positions of `count` images, or of all there are, evenly spaced over a set."""
    count = min(count, len(images))
    spaced = np.unique(np.linspace(0, len(images) - 1, count).round().astype(int))
    return [int(index) for index in spaced]


def grey_of(truth: np.ndarray) -> Any:
    """The truth without chroma: (batch, height, width, 3) uint8 → float32 sRGB in [0, 255]."""
    return baselines(truth, (0.0, 0.0))["grey"]


def to_levels(images: Any) -> np.ndarray:
    """A batch of images, float in [0, 255] or uint8 → uint8."""
    return np.asarray(images).round().astype(np.uint8)


def mark() -> dict[str, Any]:
    """So that nobody takes what a model made for truth, a later training least of all."""
    return save_options(".png", {})
