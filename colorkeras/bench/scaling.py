"""How the cost of a training grows: with images, batch, image size and replicas.

    python -m colorkeras.bench scaling --seconds 2 -o results/scaling

Every point is measured in a process of its own, so that its peak memory is its own. Writes
scaling.csv, a row as each point is done, then scaling.md and scaling.png.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd

from colorkeras.bench.scaling_points import measure
from colorkeras.bench.scaling_report import write_report
from colorkeras.config.load import config_file
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.records import environment
from colorkeras.records.atomic import replacing

NAME = "scaling"
MOST = 3600  # seconds
SIZES = {"data.height": 64, "data.width": 64, "train.batch_size": 8}


def build_parser():
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure how the cost of a training grows with images, batch, image size and "
        "replicas. An empty list skips its axis: --images=",
    )
    option = parser.add_argument
    option("--experiment", default="experiments/varga_cnn", metavar="FOLDER")
    for name, default in (
        ("images", "1000,10000,100000"),
        ("batches", "1,2,4,8,16,32,64"),
        ("sizes", "64,128,256,512"),
        ("replicas", "1,2"),
    ):
        meaning = "experimental: on parts of one CPU; " if name == "replicas" else ""
        help_text = f"{meaning}default: {default}"
        option(f"--{name}", type=_numbers, default=default, metavar="A,B,…", help=help_text)
    option("--seconds", type=float, default=5.0, help="per measurement (default: 5)")
    option("-o", "--out", default=".", metavar="DIR", help="default: this folder")
    option("--point", help=argparse.SUPPRESS)  # of a process that measures it
    return parser


def _numbers(text):
    parts = text.split(",") if text else []  # nothing: this axis is skipped
    if not all(part.isascii() and part.isdigit() and int(part) for part in parts):
        raise argparse.ArgumentTypeError(f"received {text!r}, expected whole numbers from 1: 1,2,4")
    return [int(part) for part in parts]


def run(argv):
    """Run the sub-command with these arguments, without its name; return the exit code."""
    return _measure(build_parser().parse_args(argv), argv)


def _measure(args, argv):
    check_below("--seconds", args.seconds, MOST)
    if args.point:
        print(json.dumps(measure(json.loads(args.point), args.seconds)))
        return 0
    config_file(args.experiment)  # is there
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    rows, points = [], list(points_of(args))
    with ProgressReport("measuring", len(points), unit="point") as progress:
        for number, point in enumerate(points, start=1):
            rows.append({**point, **_in_a_process(point, args.seconds)})
            _write_csv(rows, out / "scaling.csv", argv)
            progress.update(number, f"{point['axis']} {point['value']}")
    if rows:
        write_report(pd.read_csv(out / "scaling.csv"), out)
    return 0


def points_of(args):
    """Yield the points that are asked for, as `scaling_points.measure` takes them."""
    yield from ({"axis": "images", "value": value} for value in args.images)
    step = {"experiment": args.experiment}
    for value in args.batches:
        yield {"axis": "batch", "value": value, **step, "set": {**SIZES, "train.batch_size": value}}
    for value in args.sizes:
        size = {**SIZES, "data.height": value, "data.width": value}
        yield {"axis": "size", "value": value, **step, "set": size}
    for value in args.replicas:
        yield {"axis": "replicas", "value": value, **step, "set": SIZES, "devices": value}


def _in_a_process(point, seconds):
    arguments = [NAME, "--point", json.dumps(point), "--seconds", str(seconds)]
    command = [sys.executable, "-m", "colorkeras.bench", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        name = f"{point['axis']} {point['value']}"
        raise UserError(f"{name}: exit code {done.returncode}, see above.")
    return json.loads(done.stdout.splitlines()[-1])


def _write_csv(rows, path, argv):
    command, commit, machine = environment.origin("colorkeras.bench", [NAME, *argv])
    table = pd.DataFrame(rows).drop(columns=["set", "devices"], errors="ignore")
    table = table.assign(command=command, commit=commit, machine=machine)
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.4g")
