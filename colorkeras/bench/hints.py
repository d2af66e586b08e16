"""What hints and a like photograph gain, measured on photographs whose colors are known.

    python -m colorkeras.bench hints FOLDER -o results/bench/hints.csv

Each color photograph is colorized by a model, and steered by hints with its true colors at random
places. Then its right half is colorized, with and without its left half as the reference. Each is
compared with the photograph: mean CIEDE2000, less is better.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorkeras.bench.measured_csv import write_measured
from colorkeras.bench.photographs import colorizer_of, each_measured, photographs_in
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.tables import print_table
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.grey import grey_reason

if TYPE_CHECKING:
    from colorkeras.inference.colorizer import Colorizer
    from colorkeras.steering.hints import Hints

NAME = "hints"
COUNTS = (0, 1, 5, 20, 100)
WAYS = (*(f"hints {count}" for count in COUNTS), "right half", "by left half")
HEADER = ("photograph", "width", "height", "model", *WAYS, "seconds")
MEAN = "mean"  # in the place of a photograph
_SEED = 1
_AROUND = 2  # pixels on each side of a place whose mean is its color


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure what colorize --hints and --reference gain on photographs whose "
        "colors are known.",
    )
    parser.add_argument("folder", type=Path, help="folder of color photographs")
    parser.add_argument("--model", metavar="MODEL", help="as of colorize (default: the published)")
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv: list[str]) -> int:
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    rows = list(_rows(args, photographs_in(args.folder, args.out)))
    if not rows:
        raise UserError(f"{args.folder}: no color photograph; expected some.")
    means = [f"{np.mean([float(row[4 + way]) for row in rows]):.4f}" for way in range(len(WAYS))]
    seconds = f"{np.mean([float(row[-1]) for row in rows]):.2f}"
    rows.append((MEAN, "", "", rows[0][3], *means, seconds))
    print_table(("photograph", *WAYS, "seconds"), (row[:1] + row[4:] for row in rows))
    if args.out:
        write_measured(args.out, HEADER, rows, [NAME, *argv], ())
    return 0


def _rows(args: argparse.Namespace, names: list[str]) -> Iterator[tuple[str, ...]]:
    """A row for each photograph."""
    label, colorizer = colorizer_of(args.model)
    from colorkeras.data.images.decode import read_rgb

    def measure(file: Path) -> tuple[str, ...]:
        truth = read_rgb(file)
        if reason := grey_reason(truth):
            raise UnusableImage(reason)
        height, width, _ = truth.shape
        found, seconds = measured(colorizer, truth)
        return str(width), str(height), label, *(f"{v:.4f}" for v in found), f"{seconds:.2f}"

    for name, cells in each_measured(args.folder, names, measure):
        yield name, *cells


def measured(colorizer: "Colorizer", truth: np.ndarray) -> tuple[list[float], float]:
    """The mean CIEDE2000 of each of `WAYS`, and the processor time of steering by 100 hints.

    Args:
        colorizer: a `Colorizer`.
        truth: (height, width, 3) uint8 sRGB.
    """
    from colorkeras.inference.colorizer import differences
    from colorkeras.inference.steerer import Steerer, prepared

    image, steerer = _Pixels(truth), Steerer([colorizer])
    small, found, seconds = differences(colorizer.predict(image)), list[float](), 0.0
    for count in COUNTS:
        began = time.process_time()
        steered = steerer.steered(small, image, true_hints(truth, count) if count else None)
        seconds = time.process_time() - began
        found.append(_difference(image, steered, truth))
    middle = truth.shape[1] // 2
    left, right = _Pixels(truth[:, :middle]), _Pixels(truth[:, middle:])
    small = differences(colorizer.predict(right))
    by_left = Steerer([colorizer], reference=prepared([colorizer], left))
    for result in (small, by_left.steered(small, right, None)):
        found.append(_difference(right, result, truth[:, middle:]))
    return found, seconds


class _Pixels:
    """An array in color as what the colorizer and the steerer take."""

    def __init__(self, pixels: np.ndarray) -> None:
        self._pixels = pixels
        self.height, self.width, _ = pixels.shape

    def shown(self, top: int, bottom: int) -> np.ndarray:
        return self._pixels[top:bottom]

    seen = shown

    def grey_and_alpha(self, top: int, bottom: int, quantity: str) -> tuple[np.ndarray, None]:
        from colorkeras.photos.luminance import grey_of

        return grey_of(self._pixels[top:bottom], quantity), None


def true_hints(truth: np.ndarray, count: int) -> "Hints":
    """Hints with the true colors of random places, the same at each call.

    Args:
        truth: (height, width, 3) uint8 sRGB.
        count: how many.
    """
    from colorkeras.steering.hints import Hints

    places = np.random.default_rng(_SEED).random((count, 2))
    height, width = truth.shape[:2]
    colors = []
    for x, y in places:
        row, column = int(y * height), int(x * width)
        rows = slice(max(0, row - _AROUND), row + _AROUND + 1)
        columns = slice(max(0, column - _AROUND), column + _AROUND + 1)
        colors.append(truth[rows, columns].reshape(-1, 3).mean(axis=0))
    return Hints(places, np.rint(colors).astype(np.uint8))


def _difference(image: "_Pixels", small: np.ndarray, truth: np.ndarray) -> float:
    from colorkeras.bench.enlarging import mean_difference
    from colorkeras.inference.colorizer import colored_strips

    return mean_difference(np.concatenate(list(colored_strips(image, small, "luma", 255))), truth)
