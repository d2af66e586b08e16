"""Measure the speed of an experiment's parts, each alone and together, in images per second.

    python -m colorkeras.bench experiments/varga_cnn

Speeds of one call may be compared with each other; those of two machines, or of two calls on a
busy one, may not.
"""

import argparse
import sys

from colorkeras.config.load import load_config
from colorkeras.config.toml import check_below
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.devices.choice import AUTO, read_devices
from colorkeras.devices.choice import HELP as DEVICES_HELP
from colorkeras.devices.choice import VARIABLE as CLUSTER_VARIABLE
from colorkeras.records.atomic import check_writable

MOST = 3600


def build_parser():
    parser = argparse.ArgumentParser(
        prog="python -m colorkeras.bench",
        description="Measure loader, training step and evaluation in images per second.",
    )
    parser.add_argument("experiment", help="folder with config.toml and model.py")
    parser.add_argument("--preset", metavar="NAME", help="a [presets.NAME] of the configuration")
    parser.add_argument(
        "--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="as in run"
    )
    parser.add_argument(
        "--devices", default=AUTO, metavar="WHAT", help=f"{DEVICES_HELP} (default: auto)"
    )
    parser.add_argument(
        "--seconds", type=float, default=4.0, metavar="S", help="per measurement (default: 4)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="of all measurements (default: 3)"
    )
    parser.add_argument(
        "--precision-check",
        action="store_true",
        help="instead, train ten steps in float32, bfloat16 and float16 and tell how far they part "
        "(float16 is slow on a CPU: make images small, --set data.height=32 --set data.width=32)",
    )
    parser.add_argument(
        "--step-parts",
        action="store_true",
        help="instead, tell where the time of a training step goes, with KERAS_BACKEND=jax",
    )
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def main(argv=None):
    """Run the command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    return run_command(lambda: _bench(build_parser().parse_args(argv), argv))


def _bench(args, argv):
    for name in ("seconds", "rounds"):
        check_below(f"--{name}", getattr(args, name), MOST)
    devices = read_devices(args.devices)
    if devices.cluster:
        raise UserError(f"{CLUSTER_VARIABLE}: bench measures one machine. Unset it.")
    config = load_config(args.experiment, args.preset, args.set)
    if args.out is not None:
        check_writable(args.out)
    if args.precision_check:
        return _check_precision(config, args.out, argv)
    from colorkeras.devices import backend

    if args.step_parts and backend.chosen_name() != "jax":
        raise UserError(f"--step-parts needs JAX. Set {backend.VARIABLE}=jax.")
    train = config.train
    found = backend.set_up(
        train.precision, train.seed, train.deterministic, devices, train.batch_size
    )
    if args.step_parts:
        from colorkeras.bench.step_parts import StepParts as Benchmark
    else:
        from colorkeras.bench.measurements import Benchmark
    benchmark = Benchmark(config, found, args.seconds, args.rounds)
    benchmark.run()
    benchmark.print_table()
    if args.out:
        benchmark.write_csv(args.out, argv)
    return 0


def _check_precision(config, out, argv):
    from colorkeras.devices import backend

    backend.load()
    from colorkeras.bench.precision_check import PrecisionCheck

    check = PrecisionCheck(config)
    check.run()
    check.print_report()
    if out:
        check.write_csv(out, argv)
    return 0
