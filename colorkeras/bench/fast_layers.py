"""What the layers of `networks/fast` gain: training steps with them and with Keras's, in turn.

    python -m colorkeras.bench fast-layers -o results/bench/fast_layers.csv

For each experiment two processes, one with `train.layers = "keras"` and one with "auto", take turns
for some rounds. The ratio is the median of the rounds' own ratios, so that changes of the machine's
speed matter little; its lowest and highest are in the table as well. `cpu_ratio` is the same of
images per second of processor time, which other programs on the machine disturb less. The backend
is the one that KERAS_BACKEND names.
"""

import argparse
import itertools
import os
import statistics

from colorkeras.bench.experiment_folders import add_training_options, experiment_folders
from colorkeras.bench.frameworks.jobs import config_of, keras_job
from colorkeras.bench.frameworks.turns import measure_in_turn, ratios
from colorkeras.bench.frameworks.worker import WorkerFailedError
from colorkeras.bench.measured_csv import write_measured
from colorkeras.config.settings import AUTO_LAYERS, KERAS_LAYERS, LAYERS, LAYERS_VARIABLE
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.tables import print_table
from colorkeras.devices import backend
from colorkeras.records.atomic import check_writable

NAME = "fast-layers"
MOST = 3600
HEADER = (
    *("experiment", "preset", "height", "width", "batch", "precision", "backend", "fast_layers"),
    *("images_per_second", "images_per_second_keras", "ratio", "lowest", "highest", "cpu_ratio"),
    "device",
)


def build_parser():
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure training steps with Keras's layers and with those of networks/fast.",
    )
    add_training_options(parser)
    option = parser.add_argument
    option("--seconds", type=float, default=1.0, metavar="S", help="per measurement (default: 1)")
    option("--rounds", type=int, default=15, metavar="N", help="(default: 15)")
    option("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv):
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    for name in ("seconds", "rounds"):
        check_below(f"--{name}", getattr(args, name), MOST)
    if os.environ.get(LAYERS_VARIABLE):
        raise UserError(f"{LAYERS_VARIABLE} would choose the layers of both processes. Unset it.")
    jobs = [keras_job(folder, args) for folder in experiment_folders(args.experiments)]
    sizes = [_size(config_of(job)) for job in jobs]
    if args.out is not None:
        check_writable(args.out)
    rows, gpus, ticks = [], set(), itertools.count(1)
    total = len(jobs) * len(LAYERS) * (args.rounds + 1)
    with ProgressReport("measuring", total, unit="part") as progress:
        for job, size in zip(jobs, sizes, strict=True):

            def report(text, name=job["name"]):
                progress.update(next(ticks), f"{name}: {text}")

            try:
                row = _row(job, size, args, report)
            except WorkerFailedError as error:
                progress.print(f"{job['name']} is skipped: {error}")
                continue
            rows.append(row)
            gpus |= {row[-1]} - {"CPU"}
            if args.out:
                write_measured(args.out, HEADER, rows, [NAME, *argv], sorted(gpus))
    rates = ("images/s", "with Keras's", "ratio", "lowest", "highest", "CPU ratio")
    titles = ("experiment", "fast layers", *rates)
    print_table(titles, ((row[0], *row[7:-1]) for row in rows))
    return 0 if len(rows) == len(jobs) else 1


def _size(config):
    return config.experiment.preset, config.data.height, config.data.width, config.train.batch_size


def _row(job, size, args, report):
    """Measure one experiment; return the cells of its row."""
    framework = backend.chosen_name()
    jobs = {
        layers: (framework, {**job, "set": [*job["set"], f"train.layers={layers}"]})
        for layers in LAYERS
    }
    found = measure_in_turn(jobs, args.rounds, args.seconds, report)
    if len(found) < len(jobs):
        raise WorkerFailedError(f"{', '.join(found)} alone cannot be compared")
    ours, theirs = found[AUTO_LAYERS], found[KERAS_LAYERS]
    rates = (f"{statistics.median(one['rates']):.2f}" for one in (ours, theirs))
    gains = ratios(ours, theirs)
    gain = (f"{of(gains):.3f}" for of in (statistics.median, min, max))
    cpu_gain = f"{statistics.median(ratios(ours, theirs, 'cpu_rates')):.3f}"
    facts = (job["precision"], framework, ours["fast_layers"])
    return (job["name"], *size, *facts, *rates, *gain, cpu_gain, ours["device"])
