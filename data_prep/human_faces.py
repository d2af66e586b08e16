"""Kaggle's "Human Faces", and the report's subsets of 20, 40, 100 and 200 training images.

python -m data_prep.human_faces archive.zip -o OUT --subset 200
"""

import argparse
import sys
from dataclasses import replace

from colorkeras.console.errors import UserError
from data_prep import command
from data_prep.specification import DatasetSpec, Division, Licence

PAGE = "https://www.kaggle.com/datasets/ashwingupta3012/human-faces"
SUBSETS = (20, 40, 100, 200)
HELD_OUT = 100  # validation images, and test images, beside a subset

SPEC = DatasetSpec(
    name="human_faces",
    title="Prepare Kaggle's Human Faces.",
    licence=Licence(
        "The page states CC0, but the images were collected from the web: this is not verified.",
        PAGE,
    ),
    size=(256, 256),
    resize="stretch",  # Deliar, John and Xinzhou resize without regard to the shape
    guide=f"SOURCE is the archive of {PAGE} or the unpacked folder Humans. Kaggle requires a "
    "login, so download it yourself.",
)


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = command.build_parser(SPEC)
    parser.add_argument(
        "--subset",
        type=int,
        choices=SUBSETS,
        help=f"number of training images, drawn by --seed; {HELD_OUT} more are for validation and "
        f"{HELD_OUT} for testing. These are the same for every subset, and a larger subset "
        "contains the smaller ones",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return command.run(SPEC, argv, build_parser(), _subset)


def _subset(spec: DatasetSpec, args: argparse.Namespace) -> DatasetSpec:
    if args.subset is None:
        return spec
    if args.split or args.limit:
        raise UserError("--subset and --split: give one of them, and no --limit.")
    return replace(spec, division=Division(counts=(args.subset, HELD_OUT, HELD_OUT)))


if __name__ == "__main__":
    sys.exit(main())
