"""Your own photographs, as a data set with metadata.

python -m data_prep.folder PHOTOS -o OUT
"""

import argparse
import sys
from dataclasses import replace

from data_prep import command
from data_prep.credits import Credits, read_credits
from data_prep.csv_groups import read_groups
from data_prep.image_source import GivenSource
from data_prep.prepared_image import Recipe
from data_prep.sources import open_source
from data_prep.specification import BY_FOLDER, DatasetSpec, Division, Licence
from data_prep.tfds_images import PREFIX, TfdsImages

SPEC = DatasetSpec(
    name="folder",
    title="Prepare a folder or a zip archive of photographs.",
    licence=Licence("Not known to the suite: you know under which terms you use these images."),
    size=(256, 256),
    division=Division(keeps_published=True),
    guide="SOURCE is a folder of images, a zip archive, a folder of zip archives, or tfds:NAME for "
    "a data set of TensorFlow Datasets. It is not changed. Images that cannot be used are listed "
    "with the reason. Folders named train, val and test keep their images, unless --split or a "
    "grouping asks for another division.",
)


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = command.build_parser(SPEC)
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--group-by-folder",
        action="store_true",
        help="keep the images of one folder (a person, a film) in one split",
    )
    group.add_argument(
        "--groups",
        metavar="CSV:COLUMN",
        help="keep images with the same value in this column of a CSV file in one split; its "
        "column path, file or name has the names of the images",
    )
    parser.add_argument(
        "--licences",
        metavar="CSV",
        help="a CSV file with the columns path (or file, or name), licence and attribution; the "
        "last two become columns of manifest.csv",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return command.run(SPEC, argv, build_parser(), _grouped, _open, _credits)


def _open(args: argparse.Namespace, recipe: Recipe) -> GivenSource:
    if args.source.startswith(PREFIX):
        return TfdsImages(args.source.removeprefix(PREFIX))
    return open_source(args.source)


def _credits(args: argparse.Namespace) -> Credits | None:
    return read_credits(args.licences) if args.licences else None


def _grouped(spec: DatasetSpec, args: argparse.Namespace) -> DatasetSpec:
    grouping = BY_FOLDER if args.group_by_folder else None
    if args.groups:
        grouping = read_groups(args.groups)
    keeps = spec.division.keeps_published and grouping is None and args.split is None
    return replace(spec, division=replace(spec.division, grouping=grouping, keeps_published=keeps))


if __name__ == "__main__":
    sys.exit(main())
