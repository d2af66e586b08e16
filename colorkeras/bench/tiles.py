"""What predicting overlapping tiles gains, measured on photographs whose colors are known.

    python -m colorkeras.bench tiles FOLDER -o results/bench/tiles.csv

Each color photograph is colorized by a model as a whole, by tiles alone, and as `colorize --tiles`
does: by the mean of both. Each is compared with the photograph: mean CIEDE2000, less is better.
"""

import argparse
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
    from colorkeras.photos.photograph import PhotoPage

NAME = "tiles"
WAYS = ("whole", "tiles", "mean of both")
HEADER = ("photograph", "width", "height", "model", *WAYS)
MEAN = "mean"  # in the place of a photograph
_LOOKED_AT = 256  # pixels of the copy that shows whether a photograph has colors


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure what colorize --tiles gains on photographs whose colors are known.",
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
        raise UserError(
            f"{args.folder}: no color photograph that is longer than the model's side; expected "
            "some. Choose another folder."
        )
    means = [f"{np.mean([float(row[4 + way]) for row in rows]):.4f}" for way in range(len(WAYS))]
    rows.append((MEAN, "", "", rows[0][3], *means))
    print_table(("photograph", *WAYS), (row[:1] + row[4:] for row in rows))
    if args.out:
        write_measured(args.out, HEADER, rows, [NAME, *argv], ())
    return 0


def _rows(args: argparse.Namespace, names: list[str]) -> Iterator[tuple[str, ...]]:
    """A row for each photograph."""
    label, colorizer = colorizer_of(args.model)
    from colorkeras.photos.photograph import Photo

    def measure(file: Path) -> tuple[str, ...]:
        page = Photo(file).page(0)
        found = measured(colorizer, page)
        return str(page.width), str(page.height), label, *(f"{value:.4f}" for value in found)

    for name, cells in each_measured(args.folder, names, measure):
        yield name, *cells


def measured(colorizer: "Colorizer", page: "PhotoPage") -> list[float]:
    """The mean CIEDE2000 of each of `WAYS`.

    Args:
        colorizer: a `Colorizer`.
        page: a `PhotoPage` of 8 bits.

    Raises:
        UnusableImage: when the photograph has no colors, or is too small for tiles.
    """
    from colorkeras.bench.enlarging import mean_difference
    from colorkeras.inference.colorizer import colored_strips, differences, mean_of
    from colorkeras.inference.tiles import tiled
    from colorkeras.photos.reducing import small_copy

    if reason := grey_reason(small_copy(page.shown, (page.height, page.width), _LOOKED_AT)):
        raise UnusableImage(reason)
    tiles = tiled(colorizer, page, None, "photograph", 0)
    if tiles is None:
        raise UnusableImage("no side is longer than the model's")
    of_tiles, of_whole = differences(tiles), differences(colorizer.predict(page))
    truth, found = page.shown(0, page.height), []
    for small in (of_whole, of_tiles, mean_of([of_whole, of_tiles])):
        image = np.concatenate(list(colored_strips(page, small, "luma", 255)))
        found.append(mean_difference(image, truth))
    return found
