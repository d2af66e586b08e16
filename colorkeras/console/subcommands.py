"""One command with sub-commands, such as `colorkeras run`: each is a module that loads when asked.

A sub-command's module has `build_parser()` and `main(argv)`, and can also be started by itself:
`python -m colorkeras.run`.
"""

import argparse
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError, suggest


@dataclass(frozen=True)
class SubCommand:
    """A sub-command.

    Attributes:
        module: its module.
        help: what it does, in one line.
    """

    module: str
    help: str

    def main(self, argv: Sequence[str]) -> int:
        """Run it with these arguments; return the exit code."""
        code: int = importlib.import_module(self.module).main(list(argv))
        return code

    def parser(self) -> argparse.ArgumentParser:
        """Its options."""
        parser: argparse.ArgumentParser = importlib.import_module(self.module).build_parser()
        return parser


def parser_of(
    prog: str, description: str, commands: Mapping[str, SubCommand], with_options: bool = False
) -> argparse.ArgumentParser:
    """A parser that lists the sub-commands.

    Args:
        prog: how the command is called.
        description: what it is for.
        commands: the sub-commands by name.
        with_options: also load the options of each, which takes a moment.
    """
    parser = argparse.ArgumentParser(prog=prog, description=description)
    places = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, command in commands.items():
        parents = [command.parser()] if with_options else []
        places.add_parser(name, help=command.help, parents=parents, add_help=not with_options)
    return parser


def run_subcommand(
    parser: argparse.ArgumentParser, commands: Mapping[str, SubCommand], argv: Sequence[str]
) -> int:
    """Run the sub-command that the first argument names; return the exit code.

    Without arguments the list of commands is shown; a name that there is not is a user's mistake.
    """
    if argv and argv[0] in commands:
        return commands[argv[0]].main(argv[1:])
    return run_command(lambda: _without_command(parser, commands, argv))


def _without_command(
    parser: argparse.ArgumentParser, commands: Mapping[str, SubCommand], argv: Sequence[str]
) -> None:
    if not argv:
        parser.print_help()
        return
    if argv[0].startswith("-"):  # --help, --version, or an option that there is not
        parser.parse_args(argv)
        return
    raise UserError(
        f"{parser.prog} {argv[0]}: no such command.{suggest(argv[0], commands)} Expected one of "
        f"{', '.join(commands)}; {parser.prog} --help says what each does."
    )
