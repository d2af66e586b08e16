"""Scenes of LSUN (church_outdoor, or bedroom for Cao et al.), from its LMDB.

python -m data_prep.lsun church_outdoor_train_lmdb.zip -o OUT
"""

import argparse
import sys

from data_prep import command
from data_prep.download import Download
from data_prep.specification import DatasetSpec, Licence

CATEGORIES = ("church_outdoor", "bedroom")
# The publisher's host for the files, https://github.com/fyu/lsun; it states no checksums.
_HOST = "https://dl.yf.io/lsun/scenes"

SPEC = DatasetSpec(
    name="lsun",
    title="Prepare a category of LSUN's scenes, such as church_outdoor.",
    licence=Licence(
        "The publisher states no licence; the images come from web searches and keep their own.",
        "https://www.yf.io/p/lsun",
    ),
    # Kraev, Safarani and Meyer, after Cao et al., section 4.1: 64×64 of the maximal centre square.
    size=(64, 64),
    guide="SOURCE is CATEGORY_train_lmdb.zip as published, the unpacked folder or its data.mdb, or "
    "a folder of images exported from it.",
    downloads={
        category: (Download(f"{_HOST}/{category}_train_lmdb.zip"),) for category in CATEGORIES
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
