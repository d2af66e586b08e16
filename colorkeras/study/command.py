"""`colorkeras study`: one sub-command per step of a blind study."""

import sys
from argparse import ArgumentParser

from colorkeras.console.cli import program_name
from colorkeras.console.subcommands import SubCommand, parser_of, run_subcommand

COMMANDS = {
    "make": SubCommand("colorkeras.study.make", "make a study of stored outputs, or of folders"),
    "serve": SubCommand("colorkeras.study.serve", "show a study on a page of this machine"),
    "analyze": SubCommand("colorkeras.study.analyze", "fooling rates, with intervals"),
}


def build_parser() -> ArgumentParser:
    """The command line, with the options of every sub-command."""
    return _parser(with_options=True)


def main(argv: list[str] | None = None) -> int:
    """Run the sub-command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    return run_subcommand(_parser(with_options=False), COMMANDS, argv)


def _parser(with_options: bool) -> ArgumentParser:
    description = (
        "A blind study: people judge images without knowing which ones a model colored. "
        "COMMAND --help shows the options."
    )
    return parser_of(program_name("colorkeras.study"), description, COMMANDS, with_options)
