"""The console command `colorkeras`, also as `python -m colorkeras`: one sub-command per task."""

import sys
from argparse import ArgumentParser

from colorkeras import __version__
from colorkeras.console.cli import program_name
from colorkeras.console.subcommands import SubCommand, parser_of, run_subcommand

COMMANDS = {
    "run": SubCommand("colorkeras.run", "train and evaluate an experiment, or a sweep of runs"),
    "evaluate": SubCommand(
        "colorkeras.evaluation.command", "measure a saved model on images, beside the baselines"
    ),
    "colorize": SubCommand("colorkeras.colorize", "colorize images with a saved model"),
    "demo": SubCommand("colorkeras.demo.command", "color photographs on a page of this machine"),
    "export": SubCommand("colorkeras.export", "export a model to a file for other programs"),
    "models": SubCommand("colorkeras.models", "list the models that the package brings along"),
    "publish": SubCommand("colorkeras.publish", "publish the model of a finished run"),
    "diagnose": SubCommand("colorkeras.diagnose", "say why a run's colors are grey or wrong"),
    "compare": SubCommand("colorkeras.compare", "compare all finished runs below a folder"),
    "claims": SubCommand(
        "colorkeras.claims.command", "what the papers claim, and whether it is reproduced here"
    ),
    "study": SubCommand(
        "colorkeras.study.command", "a blind study: make it, show it to people, analyze it"
    ),
    "bench": SubCommand("colorkeras.bench.command", "measure speed in images per second"),
    "inspect": SubCommand("colorkeras.inspect", "show what is in a model file, without opening it"),
    "scenes": SubCommand(
        "colorkeras.data.scenes.sheet", "draw a sheet of the rendered images that need no download"
    ),
    "prepare": SubCommand("data_prep.__main__", "prepare a data set: folder, lsun, coco, …"),
    "doctor": SubCommand("colorkeras.doctor", "describe this installation, for a bug report"),
    "completion": SubCommand("colorkeras.completion", "write a completion script for your shell"),
}


def build_parser(with_options: bool = False) -> ArgumentParser:
    """The command line; `with_options` also loads the options of every sub-command."""
    parser = parser_of(
        program_name("colorkeras"),
        "Reproduce papers of image colorization, and colorize images with what was trained. "
        "COMMAND --help shows the options of a command.",
        COMMANDS,
        with_options,
    )
    parser.add_argument("--version", action="version", version=f"colorkeras {__version__}")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the sub-command; return the exit code."""
    return run_subcommand(build_parser(), COMMANDS, sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
