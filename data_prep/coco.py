"""Photographs of COCO 2017; by default 8,000 to train on, 2,000 to validate, as many to test.

python -m data_prep.coco train2017.zip -o OUT
"""

import argparse
import sys
from dataclasses import replace

from colorkeras.console.errors import UserError
from data_prep import command
from data_prep.coco_annotations import read_annotations
from data_prep.credits import Credits
from data_prep.download import Download, fetch_all
from data_prep.specification import DatasetSpec, Division, Licence

# Amazon's own name of the publisher's bucket: images.cocodataset.org has no certificate of its own.
_SERVER = "https://s3.amazonaws.com/images.cocodataset.org"
_HOST = f"{_SERVER}/zips"
ANNOTATIONS = Download(
    f"{_SERVER}/annotations/annotations_trainval2017.zip",
    252_907_541,
    "md5:f4bbac642086de4f52a3fdda2de5fa2c",
)

SPEC = DatasetSpec(
    name="coco",
    title="Prepare photographs of COCO 2017.",
    licence=Licence(
        "Photographs from Flickr under their own Creative Commons licences or terms.",
        "https://cocodataset.org/#termsofuse",
    ),
    size=(256, 256),
    guide="SOURCE is train2017.zip or val2017.zip, a folder with both, or a folder of images. The "
    "names chosen stand in manifest.csv.",
    # Jain and Sreehari: seed 123, 10,000 images, 8,000 of them to train on and 2,000 to validate.
    # Which these were is unknown; a test split is ours, since they report on the validation split.
    division=Division(counts=(8000, 2000, 2000), seed=123),
    downloads={
        "train2017": (
            Download(
                f"{_HOST}/train2017.zip", 19_336_861_798, "md5:cced6f7f71b7629ddf16f17bbcfab6b2"
            ),
        ),
        "val2017": (
            Download(f"{_HOST}/val2017.zip", 815_585_330, "md5:442b8da7639aecaf257c1dceb8ba8c80"),
        ),
    },
)


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = command.build_parser(SPEC)
    parser.add_argument(
        "--licence",
        choices=("any", "open"),
        default="any",
        help="open: only photographs under CC BY 2.0, CC BY-SA 2.0, without known copyright "
        "restrictions, or of the US government; all of them, divided 0.8/0.1/0.1, unless --split "
        "says otherwise (default: %(default)s)",
    )
    parser.add_argument(
        "--annotations",
        metavar="PATH",
        help="annotations_trainval2017.zip, its folder or one of its JSON files, which state the "
        "licences; they become columns of manifest.csv. --download fetches it for --licence open",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return command.run(SPEC, argv, build_parser(), _adapted, credits_of=_credits)


def _adapted(spec: DatasetSpec, args: argparse.Namespace) -> DatasetSpec:
    if args.licence == "any":
        return spec
    text = "Photographs from Flickr under open licences; manifest.csv states that of each."
    return replace(
        spec,
        licence=replace(spec.licence, text=text),
        division=replace(spec.division, counts=None),
    )


def _credits(args: argparse.Namespace) -> Credits | None:
    given = args.annotations
    if given is None and args.licence == "open":
        if not args.download:
            raise UserError(
                "--licence open: needs --annotations PATH, which states the licences: "
                f"{ANNOTATIONS.name} from {ANNOTATIONS.url}. With --download it is fetched too."
            )
        # Not beside the archives of images, which are all read.
        given = str(fetch_all((ANNOTATIONS,), command.download_folder(args) / "annotations"))
    return read_annotations(given, args.licence == "open") if given else None


if __name__ == "__main__":
    sys.exit(main())
