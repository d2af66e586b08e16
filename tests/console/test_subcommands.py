"""Sub-commands: which one runs, what is said without one, and how each calls itself."""

import sys
from types import ModuleType

import pytest

from colorkeras.console.cli import program_name
from colorkeras.console.subcommands import SubCommand, parser_of, run_subcommand


@pytest.fixture
def commands(monkeypatch):
    """The sub-command `greet`, which returns the number of its arguments."""
    module = ModuleType("greeting")
    module.main = len
    monkeypatch.setitem(sys.modules, "greeting", module)
    return {"greet": SubCommand("greeting", "say hello")}


def run(commands, *argv):
    return run_subcommand(parser_of("tool", "A tool.", commands), commands, argv)


def test_the_first_argument_names_the_command(commands):
    assert run(commands, "greet", "a", "--help") == 2


def test_without_arguments_all_are_listed(commands, capsys):
    assert run(commands) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("usage: tool [-h] COMMAND ...\n\nA tool.\n")
    assert "greet     say hello\n" in printed


def test_help_lists_them_too(commands, capsys):
    with pytest.raises(SystemExit) as ended:
        run(commands, "--help")
    assert ended.value.code == 0
    assert "say hello" in capsys.readouterr().out


def test_an_unknown_command_suggests_the_nearest(commands, capsys):
    assert run(commands, "great") == 2
    assert capsys.readouterr().err.startswith(
        "error: tool great: no such command. Did you mean greet? Expected one of greet;"
    )


@pytest.mark.parametrize(
    ("started", "module", "name"),
    [
        ("/venv/bin/colorkeras", "colorkeras.run", "colorkeras run"),
        ("/venv/bin/colorkeras", "colorkeras", "colorkeras"),
        ("/venv/bin/colorkeras", "data_prep.folder", "colorkeras prepare folder"),
        ("/src/colorkeras/__main__.py", "colorkeras.run", "python -m colorkeras run"),
        ("/src/colorkeras/__main__.py", "data_prep", "python -m colorkeras prepare"),
        ("/src/data_prep/__main__.py", "data_prep.folder", "python -m data_prep folder"),
        ("/src/data_prep/__main__.py", "data_prep", "python -m data_prep"),
        ("/src/colorkeras/run.py", "colorkeras.run", "python -m colorkeras.run"),
        ("/src/colorkeras/bench/__main__.py", "colorkeras.bench", "python -m colorkeras.bench"),
        ("/src/data_prep/folder.py", "data_prep.folder", "python -m data_prep.folder"),
    ],
)
def test_a_command_calls_itself_as_it_was_called(started, module, name, monkeypatch):
    monkeypatch.setattr(sys, "argv", [started])
    assert program_name(module) == name
