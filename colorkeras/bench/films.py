"""How steady the colors of films are, and how true, by each method of `colorkeras.films`.

    python -m colorkeras.bench films -o results/bench/films.csv
    python -m colorkeras.bench films FILM… -o films.csv

Without FILM, short films are rendered whose colors and motion are known. Each is made grey and
colorized by a model. The model runs once for each frame; all methods get the same predictions.
"""

import argparse
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorkeras.bench.measured_csv import write_measured
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import csv_cell
from colorkeras.console.tables import print_table
from colorkeras.devices import backend
from colorkeras.records.atomic import check_writable

if TYPE_CHECKING:
    from colorkeras.bench.films_rendered import Shot

NAME = "films"
MOST_FRAMES = 1000
LEAST_FRAMES = 4


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure flicker and fidelity of colorized films whose colors are known.",
    )
    parser.add_argument(
        "films",
        nargs="*",
        type=Path,
        metavar="FILM",
        help="color films: folders of frames, or video files (default: rendered films)",
    )
    parser.add_argument(
        "--frames",
        type=int,
        default=48,
        metavar="N",
        help="of each film, from its beginning (default: %(default)s)",
    )
    parser.add_argument("--model", metavar="MODEL", help="as of colorize (default: the published)")
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv: list[str]) -> int:
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    if not LEAST_FRAMES <= args.frames <= MOST_FRAMES:
        raise UserError(
            f"--frames: received {args.frames}; expected {LEAST_FRAMES} to {MOST_FRAMES}."
        )
    if args.out:
        check_writable(args.out)
    rows = list(_rows(args))
    from colorkeras.bench.films_measure import COLUMNS  # after the backend has been set up

    titles = ("film", "method", *(name.replace("_", " ") for name in COLUMNS))
    print_table(titles, ((c[0], *c[3:]) for c in map(_cells, rows)), texts=2)
    if args.out:
        header = ("film", "frames", "model", "method", *COLUMNS)
        write_measured(args.out, header, map(_cells, rows), [NAME, *argv], ())
    return 0


def _rows(args: argparse.Namespace) -> Iterator[tuple[object, ...]]:
    """A row for each film and method."""
    from colorkeras.inference.published_models import choose_model

    chosen = choose_model(args.model)
    backend.set_up_inference()
    from colorkeras.bench.films_measure import COLUMNS, measured

    predict = _predictor(chosen.file)
    with ProgressReport("measuring", len(args.films) or 6, unit="film") as progress:
        for done, (name, shots) in enumerate(_films(args), 1):
            count = sum(len(shot.frames) for shot in shots)
            for method, values in measured(shots, predict):
                numbers = (getattr(values, column) for column in COLUMNS)
                yield csv_cell(name), count, chosen.label, method, *numbers
            progress.update(done, name)


def _films(args: argparse.Namespace) -> Iterator[tuple[str, "list[Shot]"]]:
    """The films with their names."""
    if args.films:
        from colorkeras.bench.films_given import open_film

        for path in args.films:
            yield path.name, open_film(path, args.frames)
    else:
        from colorkeras.bench.films_rendered import films

        yield from films(args.frames)


def _predictor(file: Path) -> Callable[[np.ndarray], np.ndarray]:
    """What colors a grey frame: (height, width) uint8 → (rows, columns, 2) float32."""
    from colorkeras.inference.colorizer import Colorizer, SeenArray, differences
    from colorkeras.inference.saved_model import load_model

    colorizer = Colorizer(load_model(file))
    return lambda grey: differences(colorizer.predict(SeenArray(grey)))


def _cells(row: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(_shown(value) for value in row)


def _shown(value: object) -> str:
    """A cell: four digits, blank for nan."""
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.4f}"
    return str(value)
