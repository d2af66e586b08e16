"""How long the metrics of many images take, without predicting and without reading files.

    python -m colorkeras.bench metrics -o results/bench/metrics.csv

Rendered images, and the same with half of their chroma as predictions, are measured batch by batch
as an evaluation does. Few different ones are measured again and again: the time does not depend on
what they show. Beside the time on the clock stands that of the processor, which counts alike when
other programs run.
"""

import argparse
import functools
import time
from collections.abc import Callable
from typing import Any

from colorkeras.bench.measured_csv import write_measured
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.tables import print_table
from colorkeras.data.scenes import MIN_SIZE, render
from colorkeras.devices import backend
from colorkeras.records.atomic import check_writable

NAME = "metrics"
HEADER = ("part", "images", "height", "width", "batch", "seconds", "processor_seconds")
COMPILING, MEASURING = "compiling", "metrics"
MOST = 1_000_000  # images and pixels of a side are below this
_DIFFERENT = 64  # images


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure how long the metrics of many images take, without predicting.",
    )
    for name, default, what in (
        ("images", 5000, "how many"),
        ("height", 256, "in pixels"),
        ("width", 256, "in pixels"),
        ("batch", 16, "images at a time"),
    ):
        text = f"{what} (default: {default})"
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N", help=text)
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv: list[str]) -> int:
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    for name in ("images", "height", "width", "batch"):
        check_below(f"--{name}", getattr(args, name), MOST)
    for name in ("height", "width"):
        if getattr(args, name) < MIN_SIZE:
            raise UserError(
                f"--{name}: received {getattr(args, name)}, expected at least {MIN_SIZE} pixels, "
                "the smallest image that can be rendered."
            )
    if args.out:
        check_writable(args.out)
    backend.set_up_inference()
    rows = _rows(args)
    _print(rows, f"{args.height}×{args.width}")
    if args.out:
        write_measured(args.out, HEADER, rows, [NAME, *argv], ())
    return 0


def _rows(args: argparse.Namespace) -> list[tuple[str, ...]]:
    """Measure: the row of the first batch, which is compiled, and the row of all images."""
    measure, batches = _prepared(args.height, args.width, min(args.batch, args.images))
    compiling = _timed(lambda: measure(*batches[0]))
    with ProgressReport("measuring", args.images, unit="image") as progress:

        def measure_all() -> None:
            done, number = 0, 0
            while done < args.images:
                measure(*batches[number % len(batches)])
                done, number = min(args.images, done + args.batch), number + 1
                progress.update(done)

        measuring = _timed(measure_all)
    size = (str(args.height), str(args.width), str(args.batch))
    return [
        (part, str(images), *size, *(f"{seconds:.2f}" for seconds in found))
        for part, images, found in (
            (COMPILING, min(args.batch, args.images), compiling),
            (MEASURING, args.images, measuring),
        )
    ]


def _prepared(height: int, width: int, batch: int) -> tuple[Callable[..., Any], list[Any]]:
    """The compiled metrics, and batches of predictions and truth."""
    import numpy as np

    from colorkeras.devices.compiled import compiled, fetched
    from colorkeras.metrics.image_metrics import baselines, measure

    truth = np.stack(
        [render("mixture", index=i, height=height, width=width) for i in range(_DIFFERENT)]
    )
    prediction = np.asarray(baselines(truth, (0.0, 0.0))["half_saturated"])
    whole = [np.arange(first, first + batch) % _DIFFERENT for first in range(0, _DIFFERENT, batch)]
    function = compiled(functools.partial(measure, threshold=10.0), fused=True)
    pairs = [(prediction[rows], truth[rows]) for rows in whole]
    return lambda *pair: fetched(function(*pair)), pairs


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    started, processor = time.monotonic(), time.process_time()
    work()
    return time.monotonic() - started, time.process_time() - processor


def _print(rows: list[tuple[str, ...]], title: str) -> None:
    shown = []
    for part, images, *_, seconds, processor in rows:
        rate = f"{int(images) / max(float(seconds), 1e-9):,.1f}"
        shown.append((part, f"{int(images):,}", seconds, processor, rate))
    print_table(("", "images", "seconds", "of the processor", "images/s"), shown, title=title)
