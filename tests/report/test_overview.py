"""The generated tables of README.md and docs/ are current, and are rewritten where they are not."""

import re

import pytest
from markdown_pages import REPOSITORY, all_pages

from colorkeras.console.errors import UserError
from colorkeras.report import overview
from colorkeras.report.overview import main, outdated_pages
from colorkeras.report.overview_tables import TABLES

PAGE = "before\n\n<!-- generated: {name} -->\n\n{table}\n\n<!-- end of {name} -->\nafter\n"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    (tmp_path / "experiments").mkdir()
    monkeypatch.setattr(overview, "TABLES", {"runs": lambda root: "| new |\n"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_tables_of_this_repository_are_current():
    assert [page.name for page in outdated_pages(REPOSITORY)] == []


def test_every_table_has_one_place():
    text = "\n".join(page.text for page in all_pages())
    places = re.findall(r"<!-- generated: (\w+) -->\n.*?<!-- end of \1 -->", text, re.DOTALL)
    assert sorted(places) == sorted(TABLES)


def test_an_old_table_is_told_and_then_rewritten_alone(clone, capsys):
    page = clone / "README.md"
    old = PAGE.format(name="runs", table="| old |")
    page.write_text(old, encoding="utf-8")
    assert main(["--check"]) == 1
    assert page.read_text(encoding="utf-8") == old
    assert "README.md: out of date" in capsys.readouterr().out
    assert main([]) == 0
    assert page.read_text(encoding="utf-8") == PAGE.format(name="runs", table="| new |")
    assert main(["--check"]) == 0


def test_a_table_that_there_is_not(clone, capsys):
    (clone / "README.md").write_text(PAGE.format(name="runs2", table=""), encoding="utf-8")
    with pytest.raises(UserError, match=r"README.md: no generated table 'runs2'.*runs"):
        outdated_pages(clone)
    assert main([]) == 2


def test_outside_of_a_clone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 2
    assert "clone of the repository" in capsys.readouterr().err
