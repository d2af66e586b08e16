"""Speed of the experiments' training steps in TensorFlow, JAX and PyTorch: images per second.

    pip install torch
    python -m colorkeras.bench frameworks --preset paper --batch 8 -o results/bench/frameworks.csv

The step is the part "step" of `python -m colorkeras.bench EXPERIMENT`: from one batch of uint8
images in memory to the loss terms as numbers. PyTorch has the same networks, losses and optimizers,
translated from Keras (`pytorch_networks.py`), in two forms: `pytorch`, plain, and `pytorch_best`,
channels last and with fused optimizers. `--check` compares the results of both with Keras's. Each
contender has a process of its own. The processes take turns, one at a time and round after round,
so that changes of the machine's speed affect all of them alike. The same call measures the fastest
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
        default=",".join(FRAMEWORKS),
        metavar="A,B",
        help=f"some of {', '.join(FRAMEWORKS)} (default: all)",
    )
    option("--seconds", type=float, default=4.0, metavar="S", help="per measurement (default: 4)")
    option("--rounds", type=int, default=3, metavar="N", help="(default: 3)")
    option(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="auto: each framework's GPU if it finds one; cpu: none; cuda: PyTorch must find one",
    )
    _add_pytorch_options(parser)
    option("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def _add_pytorch_options(parser):
    option = parser.add_argument_group("PyTorch").add_argument
    option("--compile", action="store_true", help="networks of pytorch_best through torch.compile")
    option(
        "--check",
        action="store_true",
        help="instead, compare its predictions, losses and gradients with Keras's, in float32",
    )


def run(argv):
    """Run the sub-command with these arguments, without its name; return the exit code."""
    return _measure(build_parser().parse_args(argv), argv)


def _measure(args, argv):
    for name in ("seconds", "rounds"):
        check_below(f"--{name}", getattr(args, name), MOST)
    jobs = make_jobs(args)
    names = installed([REFERENCE] if args.check else args.frameworks.split(","))
    if PYTORCH_FORMS.keys() & names:
        _check_device(args.device)
    if args.out is not None:
        check_writable(args.out)
    if args.check:
        return check_agreement(jobs)
    comparison = Comparison(jobs, names, args.seconds, args.rounds, args.out, [NAME, *argv])
    comparison.run()
    comparison.print_table()
    return 0 if comparison.is_complete else 1


def _check_device(device):
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise UserError("--device cuda: PyTorch finds no GPU. Pass --device auto, or cpu.")
