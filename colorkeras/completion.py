"""Write a completion script for a shell.

colorkeras completion bash

The script is complete in itself: it starts no Python when the tab key is pressed.
"""

import argparse
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from colorkeras.config.shipped import shipped_names
from colorkeras.console.cli import program_name, run_command
from colorkeras.inference.published_models import published_models

SHELLS = ("bash", "zsh", "fish")
# The arguments that take one of these, by path or by name.
_EXPERIMENTS, _MODELS = ("experiment", "experiments"), ("model", "name")
_INSTALL = """to install, for each shell:
  bash   {prog} bash > ~/.local/share/bash-completion/completions/colorkeras
  zsh    {prog} zsh > DIR/_colorkeras, with DIR a folder of $fpath
  fish   {prog} fish > ~/.config/fish/completions/colorkeras.fish
"""
_BASH = """
{function}() {{
  compgen -W {names} -- "$1"
  compgen -f -- "$1"
}}
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    prog = program_name("colorkeras.completion")
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Write a completion script to standard output. Write it again after an update.",
        epilog=_INSTALL.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"{', '.join(SHELLS)}")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: print(completion(build_parser().parse_args(argv).shell)))


def completion(shell: str) -> str:
    """The completion script of the command `colorkeras`.

    Args:
        shell: one of SHELLS.
    """
    import shtab

    from colorkeras.__main__ import build_parser as build_all

    functions = {
        "_colorkeras_experiments": (_EXPERIMENTS, " ".join(shipped_names())),
        "_colorkeras_models": (_MODELS, " ".join(x.name for x in published_models())),
    }
    named = {
        argument: _names_or_paths(function, names)
        for function, (arguments, names) in functions.items()
        for argument in arguments
    }
    preamble = "".join(
        _BASH.format(function=function, names=shlex.quote(names))
        for function, (_, names) in functions.items()
    )
    parser = build_all(with_options=True)
    _complete_values(parser, named, shtab.FILE)
    parser.prog = "colorkeras"
    by_shell: Any = {"bash": preamble}  # annotated as a text, documented so
    return shtab.complete(parser, shell=shell, root_prefix="colorkeras", preamble=by_shell)


def _names_or_paths(function: str, names: str) -> dict[str, str]:
    """What completes an argument in each shell: names divided by spaces, or paths."""
    return {
        "bash": function,
        "zsh": f"{{_files; compadd {names}}}",
        "fish": f"(echo {names} | string split ' '; __fish_complete_path (commandline -ct))",
    }


def _complete_values(
    parser: argparse.ArgumentParser,
    named: Mapping[str, Mapping[str, str]],
    file: Mapping[str, Any],
) -> None:
    """Tell shtab what the values of all arguments are: names, or else paths; numbers are not."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _complete_values(command, named, file)
        elif action.dest in named:
            action.complete = named[action.dest]  # type: ignore[attr-defined]
        elif not action.choices and action.type in (None, str) and action.nargs != 0:
            action.complete = file  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
