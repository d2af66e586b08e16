"""`colorkeras prepare`, also as `python -m data_prep`: one sub-command per kind of data set."""

import sys
from argparse import ArgumentParser

from colorkeras.console.cli import program_name
from colorkeras.console.subcommands import SubCommand, parser_of, run_subcommand

COMMANDS = {
    "folder": SubCommand("data_prep.folder", "your own images: a folder or zip archives"),
    "lsun": SubCommand("data_prep.lsun", "LSUN, such as church_outdoor_train_lmdb.zip"),
    "coco": SubCommand("data_prep.coco", "COCO 2017"),
    "digiface": SubCommand("data_prep.digiface", "DigiFace-1M"),
    "human_faces": SubCommand("data_prep.human_faces", "Kaggle's Human Faces"),
    "frames": SubCommand("data_prep.frames", "frames of video files"),
    "verify": SubCommand("data_prep.verify", "check a prepared data set against its metadata"),
    "compare": SubCommand("data_prep.compare", "compare two prepared data sets"),
    "benchmark": SubCommand("data_prep.benchmark", "measure the speed of the preparation"),
}


def build_parser() -> ArgumentParser:
    """The command line, with the options of every sub-command."""
    return _parser(with_options=True)


def main(argv: list[str] | None = None) -> int:
    """Run the sub-command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    return run_subcommand(_parser(with_options=False), COMMANDS, argv)


def _parser(with_options: bool) -> ArgumentParser:
    description = "Prepare a data set for training, or check one. COMMAND --help shows the options."
    return parser_of(program_name("data_prep"), description, COMMANDS, with_options)


if __name__ == "__main__":
    sys.exit(main())
