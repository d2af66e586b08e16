"""Speed of the experiments' training steps in TensorFlow, JAX and PyTorch: images per second.

    pip install torch
    python -m colorkeras.bench frameworks --preset paper --batch 8 -o results/bench/frameworks.csv

The step is the part "step" of `python -m colorkeras.bench EXPERIMENT`: from one batch of uint8
images in memory to the loss terms as numbers. PyTorch has the same networks, losses and optimizers,
translated from Keras (`pytorch_networks.py`), in three forms: `pytorch`, plain; `pytorch_best`,
channels last and with fused optimizers; `pytorch_compiled`, where it is named, which is the same
with `torch.compile`. `--check` compares the results of the first two with Keras's. Each contender
has a process of its own. The processes of an experiment start side by side; then they take turns,
one at a time and round after round, so that changes of the machine's speed affect all of them
alike. `--together` starts those of all experiments side by side: for a machine with many cores,
whose time is short. The same call measures the fastest
products of matrices and convolutions of the machine (`limit.py`): the share of a step is its
operations (`operations.py`) by its time and by that limit.
"""

import argparse

from colorkeras.bench.experiment_folders import add_training_options
from colorkeras.bench.frameworks.agreement import check_agreement
from colorkeras.bench.frameworks.comparison import Comparison
from colorkeras.bench.frameworks.jobs import (
    FRAMEWORKS,
    PYTORCH_FORMS,
    REFERENCE,
    USUAL,
    installed,
    make_jobs,
)
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.records.atomic import check_writable

NAME = "frameworks"
MOST = 3600


def build_parser():
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Measure the training steps of experiments in TensorFlow, JAX and PyTorch.",
    )
    add_training_options(parser)
    option = parser.add_argument
    option(
        "--frameworks",
        default=",".join(USUAL),
        metavar="A,B",
        help=f"some of {', '.join(FRAMEWORKS)} (default: all but the last)",
    )
    option("--seconds", type=float, default=4.0, metavar="S", help="per measurement (default: 4)")
    option("--rounds", type=int, default=3, metavar="N", help="(default: 3)")
    option(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="auto: each framework's GPU if it finds one; cpu: none; cuda: PyTorch must find one",
    )
    option(
        "--together",
        action="store_true",
        help="start the processes of all experiments at once; needs memory for all of them",
    )
    option(
        "--patience",
        type=float,
        metavar="S",
        help="leave out what has not taken its first steps after S seconds (default: wait)",
    )
    option(
        "--check",
        action="store_true",
        help="instead, compare predictions, losses and gradients of PyTorch and Keras, in float32",
    )
    option("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv):
    """Run the sub-command with these arguments, without its name; return the exit code."""
    return _measure(build_parser().parse_args(argv), argv)


def _measure(args, argv):
    for name in ("seconds", "rounds"):
        check_below(f"--{name}", getattr(args, name), MOST)
    if args.patience is not None:
        check_below("--patience", args.patience, MOST)
    jobs = make_jobs(args)
    names = installed([REFERENCE] if args.check else args.frameworks.split(","))
    if PYTORCH_FORMS.keys() & names:
        _check_device(args.device)
    if args.out is not None:
        check_writable(args.out)
    if args.check:
        return check_agreement(jobs)
    comparison = Comparison(
        jobs,
        names,
        args.seconds,
        args.rounds,
        args.out,
        [NAME, *argv],
        together=args.together,
        patience=args.patience,
    )
    comparison.run()
    comparison.print_table()
    return 0 if comparison.is_complete else 1


def _check_device(device):
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise UserError("--device cuda: PyTorch finds no GPU. Pass --device auto, or cpu.")
