"""Measure the speed of an experiment's parts, each alone and together, in images per second.

    python -m colorkeras.bench experiments/varga_cnn
    python -m colorkeras.bench SUB-COMMAND …

Speeds of one call may be compared with each other; those of two machines, or of two calls on a
busy one, may not. A first argument that is the name of a sub-command is one: a folder of that name
is reached as `./scaling`.
"""

import argparse
import importlib
import sys
from pathlib import Path

from colorkeras.config.layers import chosen_layers
from colorkeras.config.load import load_config
from colorkeras.config.toml import check_below
from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError, suggest
from colorkeras.devices.choice import AUTO, read_devices
from colorkeras.devices.choice import HELP as DEVICES_HELP
from colorkeras.devices.choice import VARIABLE as CLUSTER_VARIABLE
from colorkeras.records.atomic import check_writable

MOST = 3600
# Name → module below colorkeras.bench, whose `run` takes the arguments after the name; purpose.
SUBCOMMANDS = {
    "frameworks": ("frameworks.command", "training steps in TensorFlow, JAX and PyTorch"),
    "scaling": ("scaling", "how the cost grows with images, batch, image size and replicas"),
    "protocol-cost": ("protocol_cost", "what the reported protocols cost on GPUs, calculated"),
    "kernel-gradients": ("kernel_gradients", "kernel gradients of convolutions, Keras's and ours"),
    "fast-layers": ("fast_layers", "what the layers of networks/fast gain over Keras's"),
    "metrics": ("metrics_cost", "how long the metrics of many images take"),
    "tiles": ("tiles", "what predicting tiles of a photograph gains, on known colors"),
    "hints": ("hints", "what hints and a like photograph gain, on known colors"),
    "grey-scans": ("grey_scans", "how well grey images are told from color ones"),
    "photos": ("photos.command", "what colorize costs, beside Pillow's reading and writing"),
    "films": ("films", "how steady and how true the colors of films are, by each method"),
    "enlarging": ("enlarging", "ways to bring predicted color to a photograph's size"),
    "films-cost": ("films_cost", "what coloring a film costs beside the model, and its memory"),
}


def build_parser():
    """Return the parser of the command's options."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.bench"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measure loader, training step and evaluation in images per second.",
        epilog=_subcommand_help(),
    )
    parser.add_argument("experiment", help="experiment folder, or name of a shipped one")
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
        help="instead, train ten steps in float32, bfloat16 and float16 and compare the losses "
        "(float16 is slow on a CPU: make images small, --set data.height=32 --set data.width=32)",
    )
    parser.add_argument(
        "--step-parts",
        action="store_true",
        help="instead, show where the time of a training step goes, with KERAS_BACKEND=jax",
    )
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def _subcommand_help():
    lines = (f"  {name:18} {purpose}" for name, (_, purpose) in SUBCOMMANDS.items())
    return "\n".join(("sub-commands, as the first argument; NAME --help tells more:", *lines))


def main(argv=None):
    """Run the command or a sub-command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if argv and argv[0] in SUBCOMMANDS:
        return run_command(lambda: _run_subcommand(*argv))
    return run_command(lambda: _bench(build_parser().parse_args(argv), argv))


def _run_subcommand(name, *arguments):
    module, _ = SUBCOMMANDS[name]
    return importlib.import_module(f"colorkeras.bench.{module}").run(list(arguments))


def _config(args):
    """The configuration; a name that resembles a sub-command is taken for one."""
    try:
        return load_config(args.experiment, args.preset, args.set)
    except UserError as error:
        hint = suggest(args.experiment, SUBCOMMANDS)
        if not hint or Path(args.experiment).exists():
            raise
        prog = program_name("colorkeras.bench")
        raise UserError(f"{prog} {args.experiment}: no such sub-command.{hint}") from error


def _bench(args, argv):
    for name in ("seconds", "rounds"):
        check_below(f"--{name}", getattr(args, name), MOST)
    devices = read_devices(args.devices)
    if devices.cluster:
        raise UserError(f"{CLUSTER_VARIABLE}: bench measures one machine. Unset it.")
    chosen_layers()  # a wrong variable is refused before anything is measured
    config = _config(args)
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
        from colorkeras.bench.benchmark import Benchmark
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
