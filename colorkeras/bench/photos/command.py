"""What `colorize` costs, beside what every program must do that reads and writes photographs.

    python -m colorkeras.bench photos IMAGE -o results/bench/photos.csv

Grey copies of one photograph are colorized, in a process that has loaded the model and in fresh
ones. All parts of a comparison are measured in turn, and the best of some rounds counts.
"""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from colorkeras.bench.measured_csv import write_measured
from colorkeras.bench.photos.comparison import HEADER, Copies, Row, fresh_rows, warm_rows
from colorkeras.bench.photos.copies import read_grey
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.progress import say
from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.devices import backend
from colorkeras.inference.published_models import choose_model
from colorkeras.records.atomic import check_writable

NAME = "photos"
LIMITS = {"rounds": 1000, "photos": 10_000, "jobs": 257}
SIZES = "2,12,100"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure what `colorize` costs: time, start and memory.",
    )
    option = parser.add_argument
    option("image", type=Path, help="a photograph, whose grey copies are colorized")
    option(
        "--megapixels",
        default=SIZES,
        metavar="A,B,C",
        help="of the photographs of a folder, of a single one, and of a large one, in millions of "
        f"pixels (default: {SIZES})",
    )
    option("--photos", type=int, default=16, metavar="N", help="in the folder (default: 16)")
    option("--jobs", type=int, default=2, metavar="N", help="photographs at a time (default: 2)")
    option("--rounds", type=int, default=3, metavar="N", help="of all measurements (default: 3)")
    option("--model", metavar="MODEL", help="as of colorize (default: the published default)")
    option("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv: list[str]) -> int:
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    for name, limit in LIMITS.items():
        check_below(f"--{name}", getattr(args, name), limit)
    if backend.chosen_name() != "tensorflow":
        raise UserError(f"{NAME} measures TensorFlow. Unset {backend.VARIABLE}.")
    sizes = megapixels(args.megapixels)
    model = choose_model(args.model).file
    grey = read_grey(args.image)
    if args.out:
        check_writable(args.out)
    report = partial(say, Console(stderr=True, highlight=False))
    with tempfile.TemporaryDirectory(prefix="bench-photos-") as folder:
        copies = Copies(Path(folder), sizes, args.photos)
        report("making copies")
        copies.write(grey)
        rows = list(fresh_rows(copies, args.model, args.rounds, report))
        rows += warm_rows(copies, model, args.jobs, args.rounds, report)
    _print_table(rows)
    if args.out:
        write_measured(args.out, HEADER, rows, [NAME, *argv], _gpus())
    return 0


def _gpus() -> list[str]:
    """Names of the GPUs that predicted."""
    import tensorflow as tf

    details = map(tf.config.experimental.get_device_details, tf.config.get_visible_devices("GPU"))
    return [found.get("device_name", "GPU") for found in details]


def megapixels(text: str) -> tuple[float, float, float]:
    """The three numbers of `--megapixels`.

    Raises:
        UserError: when there are others than three, or one is out of range.
    """
    most = MAX_PIXELS / 1e6
    try:
        a, b, c = (float(part) for part in text.split(","))
    except ValueError:
        a = b = c = 0.0
    if not all(0 < size < most for size in (a, b, c)):
        raise UserError(
            f"--megapixels: received {text}, expected three numbers above 0 and below {most:.0f}, "
            f"such as {SIZES}."
        )
    return a, b, c


def _print_table(rows: list[Row]) -> None:
    table = Table(box=SIMPLE_HEAD)
    for title in HEADER:
        table.add_column(title, justify="right" if title in ("ours", "rival", "ratio") else "left")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, width=None if sys.stdout.isatty() else 140).print(table)
