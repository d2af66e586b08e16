"""Photographs of COCO 2017; by default 8,000 to train on, 2,000 to validate, as many to test.

python -m data_prep.coco train2017.zip -o OUT
"""

import argparse
import sys

from data_prep import command
from data_prep.download import Download
from data_prep.specification import DatasetSpec, Division, Licence

# Amazon's own name of the publisher's bucket: images.cocodataset.org has no certificate of its own.
_HOST = "https://s3.amazonaws.com/images.cocodataset.org/zips"

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
    return command.build_parser(SPEC)


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return command.run(SPEC, argv, build_parser())


if __name__ == "__main__":
    sys.exit(main())
