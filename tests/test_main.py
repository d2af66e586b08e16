"""The console command `colorkeras` and `colorkeras prepare`."""

import sys

import pytest

import data_prep.__main__ as prepare
from colorkeras import __main__ as command
from colorkeras import __version__


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """As the console script starts it."""
    monkeypatch.setattr(sys, "argv", ["/venv/bin/colorkeras"])


@pytest.mark.parametrize("name", command.COMMANDS)
def test_every_command_answers_help_under_its_name(name, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: colorkeras {name} ")


@pytest.mark.parametrize("name", prepare.COMMANDS)
def test_every_preparation_answers_help_under_its_name(name, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["prepare", name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: colorkeras prepare {name} ")


def test_version(capsys):
    with pytest.raises(SystemExit):
        command.main(["--version"])
    assert capsys.readouterr().out == f"colorkeras {__version__}\n"


def test_an_unknown_command(capsys):
    assert command.main(["colorise", "model.h5"]) == 2
    assert "colorkeras colorise: no such command. Did you mean colorize?" in capsys.readouterr().err


def test_an_unknown_data_set(capsys):
    assert command.main(["prepare", "cocos"]) == 2
    assert "prepare cocos: no such command. Did you mean coco?" in capsys.readouterr().err


def test_examples_are_given_as_the_command_was_called(capsys):
    with pytest.raises(SystemExit):
        command.main(["run", "--help"])
    assert "\n  colorkeras run varga_cnn --seeds 3\n" in capsys.readouterr().out
