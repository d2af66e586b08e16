"""Sample pictures of a run: grey | ours | truth, as one labelled grid and as single files."""

import csv
import io

import numpy as np
import tensorflow as tf

from colorkeras.atomic import write_text
from colorkeras.evaluation import colorize_images
from colorkeras.metrics import baselines
from colorkeras.report.sample_grid import make_grid, save_png

COLUMNS = ("grey", "ours", "truth")
_FILE_KINDS = ("grey", "model", "truth")  # in the order of COLUMNS


class Samples:
    """The same few images of one set, colorized again and again.

    Args:
        space: the model's `ColorSpace`.
        images: the image set.
        count: how many images, evenly spaced over the set.
        gamut: how `merge` treats colors outside sRGB.
    """

    def __init__(self, space, images, count, gamut):
        self._space, self._gamut = space, gamut
        count = min(count, len(images))
        chosen = np.unique(np.linspace(0, len(images) - 1, count).round().astype(int))
        self.names = [images.names[index] for index in chosen]
        self._truth = np.stack([images.read(int(index)) for index in chosen]) if count else None

    def write_grid(self, model, path):
        """Colorize the images with `model` and write the grid as PNG."""
        if self.names:
            save_png(path, make_grid(self._rows(model), list(COLUMNS)))

    def write_files(self, model, folder):
        """Write each picture as `<number>_{grey,model,truth}.png`, with an index.csv of names."""
        if not self.names:
            return
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("number", "image"))
        for number, (name, row) in enumerate(zip(self.names, self._rows(model), strict=True)):
            writer.writerow((f"{number:03d}", name))
            for kind, image in zip(_FILE_KINDS, row, strict=True):
                save_png(folder / f"{number:03d}_{kind}.png", image)
        write_text(folder / "index.csv", table.getvalue())

    def _rows(self, model):
        truth = tf.constant(self._truth)
        predicted = colorize_images(model, self._space, truth, self._gamut)
        grey = baselines(truth, (0.0, 0.0))["grey"]
        columns = [np.asarray(tf.round(c), np.uint8) for c in (grey, predicted)]
        return [list(row) for row in zip(*columns, self._truth, strict=True)]
