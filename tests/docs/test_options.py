"""Every option that the documentation names is an option of the command it stands beside."""

import contextlib
import functools
import importlib
import io
import re

import pytest
from markdown_pages import REPOSITORY, all_pages

from colorkeras.__main__ import COMMANDS
from colorkeras.bench.command import SUBCOMMANDS
from colorkeras.study.command import COMMANDS as STUDY
from data_prep.__main__ import COMMANDS as PREPARE

PAGES = {str(page.path.relative_to(REPOSITORY)): page for page in all_pages()}
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
COMMAND = re.compile(r"python3? -m ((?:colorkeras|data_prep)\.[a-z_.]*[a-z_])\b(?!\.)([^\n]*)")
# Named without their command, in the text.
NAMED = [
    *(f"colorkeras.{name}" for name in COMMANDS if name != "prepare"),
    *(f"colorkeras.bench {name}" for name in SUBCOMMANDS),
    *(f"colorkeras.study {name}" for name in STUDY),
    *(f"data_prep.{name}" for name in PREPARE),
    "colorkeras.report.overview",
]
FOREIGN = {"--keep-going", "--no-deps", "--version"}  # of Sphinx, pip and `colorkeras` alone


@functools.cache
def options_of(command):
    """The options in the --help of a command such as "colorkeras.bench scaling"."""
    module, *words = command.split()
    name = module.removeprefix("colorkeras.")
    main = COMMANDS[name].main if name in COMMANDS else _main_of(module)
    with contextlib.redirect_stdout(io.StringIO()) as out, pytest.raises(SystemExit):
        main([*words, "--help"])
    return set(OPTION.findall(out.getvalue()))


def _main_of(module):
    """The `main` of a module, or of a package's `__main__`."""
    found = importlib.import_module(module)
    if hasattr(found, "__path__"):
        found = importlib.import_module(f"{module}.__main__")
    return found.main


def wrong_options(text):
    """(command, option) of the command lines in `text` that the command does not have."""
    text = text.replace("\\\n", " ")
    text = re.sub(r"(?m)^(\S*/)?colorkeras prepare (?=[a-z])", "python -m data_prep.", text)
    text = re.sub(r"(?m)^(\S*/)?colorkeras (?=[a-z])", "python -m colorkeras.", text)
    wrong = []
    for module, line in COMMAND.findall(text):
        words = line.partition("#")[0].split()
        named = f"{module} {words[0]}" if words else module
        command = named if named in NAMED else module
        options = OPTION.findall(" ".join(words))
        wrong += [(command, option) for option in options if option not in options_of(command)]
    return wrong


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_options(page):
    inline = page.inline_code()
    blocks = [code for _, code in page.fenced()]
    assert wrong_options("\n".join([*blocks, *inline])) == []
    known = set().union(*map(options_of, NAMED)) | FOREIGN
    alone = {option for code in inline for option in OPTION.findall(code)}
    assert alone - known == set()


def test_a_wrong_option_is_found():
    text = "python -m colorkeras.compare --all --best  # --worst\n"
    text += "python -m colorkeras.run \\\n  --gone\npython -m colorkeras.bench scaling --jax\n"
    text += ".venv/bin/colorkeras run --help --lost\ncolorkeras prepare verify OUT --grey 2\n"
    assert wrong_options(text) == [
        ("colorkeras.compare", "--best"),
        ("colorkeras.run", "--gone"),
        ("colorkeras.bench scaling", "--jax"),
        ("colorkeras.run", "--lost"),
        ("data_prep.verify", "--grey"),
    ]
