"""Publish the model of a finished run: rounded, compressed, with a record and a model card.

python -m colorkeras.publish RUN --name NAME --licence TEXT
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.inference.published_models import FOLDER, NAME, SUFFIXES

_LEVELS = "of 255 levels"


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.publish"),
        description="Publish the model of a finished run. NAME.h5 has its weights rounded and "
        "compressed, at most 16 MB; NAME.json its SHA-256, data, metrics and origin; NAME.md is "
        "the model card, with the text of card.md in the experiment's folder.",
    )
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="folder of the run; then of runs with other seeds, and of evaluations of its model, "
        "which the card shows too",
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="of the published model")
    parser.add_argument("--licence", required=True, metavar="TEXT", help="of the weights: MIT, …")
    parser.add_argument(
        "--data", metavar="PLACE", help="where the training data are now, if they were moved"
    )
    parser.add_argument(
        "--image-licences",
        metavar="CSV",
        help="table with the columns file, source and licence of the training images (default: "
        "manifest.csv of the data, if it has a licence)",
    )
    parser.add_argument(
        "--default", action="store_true", help="use it where no model is named (the first one is)"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the published model of that name"
    )
    parser.add_argument(
        "-o", "--out", metavar="DIR", help="folder of published models (default: the package's)"
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: _publish(build_parser().parse_args(argv)))


def _publish(args: argparse.Namespace) -> None:
    _check_options(args)
    folder = FOLDER if args.out is None else Path(args.out)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--out: {folder} is a file; expected a folder.")
    files = [folder / f"{args.name}{suffix}" for suffix in SUFFIXES]
    if any(file.is_dir() for file in files):
        raise UserError(f"{folder}: {args.name} is also the name of a folder there. Remove it.")
    if any(file.exists() for file in files) and not args.overwrite:
        raise UserError(f"{folder}: has files of a model {args.name}; --overwrite replaces them.")
    facts = _facts(args)
    from colorkeras.devices import backend

    backend.set_up_inference()
    from colorkeras.publishing.publication import Request, by_hand, publish

    if not by_hand(facts["run"]):
        print(
            "no card.md in the experiment's folder: the card has no text by hand", file=sys.stderr
        )
    record = publish(
        Request(name=args.name, licence=args.licence, folder=folder, default=args.default, **facts)
    )
    apart = record["rounding"]
    print(f"{printable(folder / args.name)}.h5: {record['bytes']:,} bytes, {record['sha256']}")
    print(
        f"colors differ from those of the run's model by {apart['mean']:.3f} {_LEVELS} on average, "
        f"{apart['largest']:.1f} at most"
    )


def _check_options(args: argparse.Namespace) -> None:
    if not NAME.fullmatch(args.name):
        raise UserError(
            f"--name: received {args.name!r}, expected a lower-case letter, then at most 39 "
            "lower-case letters, digits, _ and -."
        )
    for option in ("out", "data", "image_licences"):
        if getattr(args, option) == "":
            raise UserError(f"--{option.replace('_', '-')}: an empty path was given.")
    if not args.licence.strip() or not args.licence.isprintable():
        raise UserError(
            f"--licence: received {args.licence!r}, expected the licence of the weights in one "
            "line, such as MIT."
        )


def _facts(args: argparse.Namespace) -> dict[str, Any]:
    """What the stored runs and the data say, as entries of `Request`."""
    from colorkeras.publishing.data_licences import licences
    from colorkeras.publishing.identity import check_evaluation
    from colorkeras.publishing.measured import finished_run, measured, seeds_of

    run, *others = map(finished_run, args.runs)
    if run.get("kind") != "training" or not (run.folder / "model.h5").is_file():
        raise UserError(f"{run.folder}: expected the folder of a run first, with its model.h5.")
    if len({found.folder.resolve() for found in (run, *others)}) <= len(others):
        raise UserError("a folder was given twice; give each run and evaluation once.")
    evaluations = [other for other in others if other.get("kind") == "evaluation"]
    for found in evaluations:
        check_evaluation(run, found)
    seeds = [other for other in others if other not in evaluations]
    return {
        "run": run,
        "licences": licences(run, args.data, args.image_licences),
        "metrics": [measured(found) for found in (run, *evaluations)],
        "seeds": seeds_of(run, seeds),
    }


if __name__ == "__main__":
    sys.exit(main())
