"""Train and evaluate one experiment: the front door.

    python -m colorkeras.run experiments/varga_cnn

Only the standard library loads before the configuration is known to be good.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from colorkeras.config.layers import chosen_layers
from colorkeras.config.load import load_config
from colorkeras.config.resolved import config_differences
from colorkeras.config.settings import Config
from colorkeras.config.shipped import shipped_names
from colorkeras.config.toml import toml_text
from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.devices.choice import AUTO, read_devices
from colorkeras.devices.choice import HELP as DEVICES_HELP
from colorkeras.devices.choice import VARIABLE as CLUSTER_VARIABLE

_EXAMPLES = """examples:
  {prog} varga_cnn
  {prog} varga_cnn --data my_photos --set train.epochs=20
  {prog} varga_cnn --preset paper --out results/varga_cnn/full
  {prog} --resume results/varga_cnn/full

sweeps: a grid of runs, each in a process and a folder of its own, and their comparison. The same
command goes on where a sweep stopped.
  {prog} varga_cnn --seeds 3
  {prog} varga_cnn --sweep train.batch_size=4,8 \\
      --sweep optimizer.colorizer.name=adam,rmsprop
  {prog} pix2pix \\
      --sweep optimizer.discriminator.name+optimizer.generator.name=adam,rmsprop
Values are a TOML array without its brackets, or words. Keys joined by + take the same value
together. Another optimizer keeps the learning rate and its schedule; its other options are then
Keras's defaults.
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    prog = program_name("colorkeras.run")
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Train and evaluate one experiment; everything it makes goes into one folder.",
        epilog=_EXAMPLES.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "experiment",
        nargs="?",
        help="folder with config.toml and model.py, name of an experiment that colorkeras ships "
        "(varga_cnn), or the config.toml of an earlier run",
    )
    _add_changes(parser.add_argument_group("configuration"))
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="the run's or sweep's folder (default: results/<experiment>/<run>)",
    )
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="also write event files for TensorBoard into the run's folder",
    )
    parser.add_argument("--devices", metavar="WHAT", help=f"{DEVICES_HELP} (default: auto)")
    parser.add_argument(
        "--resume",
        metavar="RUN",
        help="folder of a run to resume; add --data PLACE where its images were moved",
    )
    _add_sweep(parser.add_argument_group("several runs"))
    return parser


def _add_changes(group: argparse._ArgumentGroup) -> None:
    """The options that change the configuration."""
    group.add_argument(
        "--data",
        metavar="SOURCE",
        help="folder of images (or with train/, val/, test/), or scenes:DOMAIN with DOMAIN one of "
        "landscape, face, animation, mixture",
    )
    group.add_argument("--limit", type=int, metavar="N", help="use at most N images of the source")
    group.add_argument("--preset", metavar="NAME", help="a [presets.NAME] of the configuration")
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TABLE.KEY=VALUE",
        help="change one value of the configuration; may be repeated",
    )
    group.add_argument("--seed", type=int, metavar="N", help="seed of weights and shuffling")


def _add_sweep(group: argparse._ArgumentGroup) -> None:
    """The options that make several runs."""
    group.add_argument(
        "--sweep",
        action="append",
        default=[],
        metavar="TABLE.KEY=A,B,…",
        help="train with each of these values; several times for a grid",
    )
    group.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train with each of N seeds, counted up from that of the configuration or --seed",
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    return run_command(lambda: _run(build_parser().parse_args(arguments), arguments))


def _run(args: argparse.Namespace, argv: list[str]) -> int:
    overrides = _overrides(args)
    chosen_layers()  # a wrong variable is refused before anything loads
    cluster = read_devices(AUTO if args.devices is None else args.devices).cluster
    if args.resume is None and not args.experiment:
        raise UserError(
            "no experiment given; expected a folder such as experiments/varga_cnn, the name of one "
            f"that colorkeras ships ({', '.join(shipped_names())}), or --resume RUN."
        )
    if args.sweep or args.seeds is not None:
        if cluster:
            raise UserError(
                f"{CLUSTER_VARIABLE}: does not go with --sweep or --seeds, whose cells are "
                "processes of one machine. Unset it, or start a run for each cell."
            )
        from colorkeras.sweep.runner import run_sweep

        code: int = run_sweep(args, overrides, argv)
        return code
    origin = {"configured_by": args.experiment, "overrides": overrides}
    if args.resume is not None:
        config, path, devices = _resumed(args, overrides)
        return _training_run(config, origin, path, argv, devices, args.tensorboard).resume()
    config = load_config(args.experiment, args.preset, overrides)
    out = Path(args.out) if args.out else None
    devices = args.devices or AUTO
    return _training_run(config, origin, out, argv, devices, args.tensorboard).start()


def _training_run(config: Config, *arguments: Any) -> Any:
    from colorkeras.training.training_run import TrainingRun  # loads Keras

    return TrainingRun(config, *arguments)


def _overrides(args: argparse.Namespace) -> list[str]:
    """The options that stand for configuration values, as `--set` strings."""
    overrides = list(args.set)
    if args.data is not None:
        overrides.append(f"data.source={toml_text(args.data)}")
    if args.limit is not None:
        if args.limit < 1:
            raise UserError(f"--limit: received {args.limit}, expected at least 1 image.")
        overrides.append(f"data.limit={args.limit}")
    if args.seed is not None:
        overrides.append(f"train.seed={args.seed}")
    return overrides


def _resumed(args: argparse.Namespace, overrides: list[str]) -> tuple[Config, Path, str]:
    """Return config, folder and devices of the run to go on with.

    The configuration is resolved again from the experiment as it is now; a difference to what the
    run began with is refused, since the result would be neither the one nor the other.
    """
    from colorkeras.records.run_folder import RunFolder

    if not args.resume:
        raise UserError("--resume: received an empty path, expected the folder of a run.")
    folder = RunFolder(args.resume)
    folder.open()
    if args.out and Path(args.out).resolve() != folder.path.resolve():
        raise UserError(f"--out {args.out}: a resumed run stays in its folder, {folder.path}.")
    overrides = [*folder.info.get("overrides", []), *overrides]
    source = args.experiment or folder.info["configured_by"]
    if not (Path(source).exists() or source in shipped_names()):
        raise UserError(
            f"{source}: not found from here, and the run {folder.path} was started with it. Go to "
            "the folder it was started in, or name the experiment before --resume."
        )
    preset = folder.info.get("preset") or None if args.preset is None else args.preset
    now = load_config(source, preset, overrides)
    here = f"experiment.folder={toml_text(now.experiment.folder)}"  # may be seen from elsewhere
    begun = load_config(folder.path / "config.toml", overrides=[here])
    differences = config_differences(begun, _with_source(now, begun))
    if differences:
        raise UserError(
            f"{folder.path}: the configuration is not the one this run began with (the config.toml "
            "in its folder → now):\n  "
            + "\n  ".join(differences)
            + "\nPut it back, or start a new run."
        )
    return now, folder.path, args.devices or folder.info.get("devices", AUTO)


def _with_source(config: Config, other: Config) -> Config:
    """The configuration with the data source of another where both are files.

    Files may be moved; they are known by their hash when they are opened.
    """
    if any(found.data.source.split(":")[0] == "scenes" for found in (config, other)):
        return config
    return replace(config, data=replace(config.data, source=other.data.source))


if __name__ == "__main__":
    sys.exit(main())
