"""The tables of docs/ that are written by hand name everything that there is."""

import re
from dataclasses import fields

import pytest
from markdown_pages import REPOSITORY, read_page

from colorkeras.__main__ import COMMANDS
from colorkeras.color.space import ColorSpace
from colorkeras.metrics.definitions import DIVERSITY, METRICS
from data_prep.__main__ import COMMANDS as PREPARE
from data_prep.specification import DatasetSpec

ROOMS = [path.parent.name for path in (REPOSITORY / "colorkeras").glob("*/__init__.py")]


def first_words(page):
    """The first words of the code in the first cell of each row of a page's tables."""
    text = read_page(REPOSITORY / page).prose
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return [code for cell in cells for code in re.findall(r"`([^` ]+)[^`]*`", cell)]


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("docs/reference.md", ColorSpace.names()),
        ("docs/metrics.md", (*METRICS, DIVERSITY)),
        ("docs/commands.md", COMMANDS),
        ("docs/adding-a-data-set.md", [field.name for field in fields(DatasetSpec)]),
        ("docs/preparing-data.md", PREPARE.keys() - {"verify", "compare", "benchmark"}),
        ("CONTRIBUTING.md", ROOMS),
    ],
)
def test_tables_are_complete(page, names):
    assert set(names) - set(first_words(page)) == set()
