"""The options that the commands of all data sets share, and how their values are read."""

import argparse
import re
from dataclasses import replace

from colorkeras.config.settings import RESIZE_RULES
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.data.folders.examine import MIN_SIDE
from colorkeras.data.images.grey import GREY_RESIDUAL
from data_prep.output_formats import FORMATS
from data_prep.prepared_image import Recipe
from data_prep.specification import DatasetSpec, Division

MOST = 1_000_000_000  # images
_LONGEST_SIDE = 4096  # pixels


def build_parser(spec: DatasetSpec) -> argparse.ArgumentParser:
    """The command line of a data set."""
    parser = argparse.ArgumentParser(
        prog=program_name(f"data_prep.{spec.name}"),
        description=f"{spec.title} {spec.guide}",
    )
    parser.add_argument("source", metavar="SOURCE", help="what to prepare; see above")
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="new folder to make")
    _add_image_options(parser, spec)
    _add_division_options(parser, spec)
    if spec.downloads:
        parser.add_argument(
            "--download",
            metavar="PART",
            choices=tuple(spec.downloads),
            help=f"first download {' or '.join(spec.downloads)} into the folder SOURCE",
        )
    if spec.licence.must_confirm:
        parser.add_argument(
            "--accept-licence", action="store_true", help="confirm that you accept the licence"
        )
    return parser


def _add_image_options(parser: argparse.ArgumentParser, spec: DatasetSpec) -> None:
    height, width = spec.size
    parser.add_argument(
        "--size",
        default=f"{height}x{width}" if height != width else str(height),
        metavar="N|HxW",
        help="height and width in pixels (default: %(default)s)",
    )
    parser.add_argument(
        "--resize",
        choices=RESIZE_RULES,
        default=spec.resize,
        help="cut to the shape, or change the proportions (default: %(default)s)",
    )
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="files",
        help="PNG files, TFRecord shards, or one HDF5 file of pixels (default: %(default)s)",
    )
    parser.add_argument(
        "--grey",
        type=float,
        default=GREY_RESIDUAL,
        metavar="R",
        help="reject images whose color follows from lightness within R CIELAB units; 0 rejects "
        "none (default: %(default)s)",
    )


def _add_division_options(parser: argparse.ArgumentParser, spec: DatasetSpec) -> None:
    parser.add_argument(
        "--limit",
        type=int,
        default=spec.limit,
        metavar="N",
        help=f"stop at N usable images (default: {spec.limit or 'all'})",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=spec.division.seed,
        metavar="N",
        help="seed of the random order in which --limit, and numbers in --split, take images "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--split",
        metavar="A/B/C",
        help="shares or numbers of train, val and test images, such as 0.8/0.1/0.1 (default: "
        f"{spec.division.rule()})",
    )


def recipe_of(args: argparse.Namespace) -> Recipe:
    """How images are prepared.

    Raises:
        UserError: when --size or --grey is out of range.
    """
    if not 0 <= args.grey <= 100:
        raise UserError(f"--grey: received {args.grey}, expected 0 (rejects none) to 100.")
    match = re.fullmatch(r"(\d{1,5})(?:[xX×](\d{1,5}))?", args.size.strip())
    sides = [int(side) for side in match.groups() if side] if match else []
    if not sides or min(sides) < MIN_SIDE or max(sides) > _LONGEST_SIDE:
        raise UserError(
            f"--size: received {args.size!r}, expected N or HxW, from {MIN_SIDE} to "
            f"{_LONGEST_SIDE} pixels."
        )
    return Recipe(sides[0], sides[-1], args.resize, args.grey)


def division_of(spec: DatasetSpec, args: argparse.Namespace) -> Division:
    """How images are divided.

    Raises:
        UserError: when --split is neither shares nor numbers that the data set allows.
    """
    division = replace(spec.division, seed=args.seed)
    if args.split is None:
        return division
    try:
        parts = [float(part) for part in args.split.split("/")]
    except ValueError:
        parts = []
    if len(parts) == 3:
        first, second, third = parts
        if min(parts) >= 0 and abs(sum(parts) - 1) < 1e-6:
            return replace(division, shares=(first, second, third), counts=None)
        are_counts = all(part.is_integer() and 1 <= part <= MOST for part in parts)
        if are_counts and division.grouping is None:
            return replace(division, counts=(int(first), int(second), int(third)))
    numbers = ", or numbers of images, such as 8000/1000/1000"
    raise UserError(
        f"--split: received {args.split!r}, expected shares that sum to 1, such as 0.8/0.1/0.1"
        f"{numbers if division.grouping is None else ''}."
    )


def wanted_images(division: Division, limit: int | None) -> int | None:
    """At how many usable images to stop; None for no limit.

    Raises:
        UserError: when --limit is out of range, or given beside numbers in --split.
    """
    if limit is not None and not 3 <= limit <= MOST:
        raise UserError(f"--limit: received {limit}, expected 3 to {MOST:,} images.")
    if limit is not None and division.counts:
        counts = "/".join(map(str, division.counts))
        raise UserError(
            f"--limit: the division into numbers of images ({counts}) says how many there are. "
            "Leave --limit out, or give shares, such as --split 0.8/0.1/0.1, with it."
        )
    return division.total or limit
