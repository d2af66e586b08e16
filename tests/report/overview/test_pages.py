"""The generated tables of all pages are current, and are rewritten where they are not."""

import re

import pytest
from committed import committed_clone
from markdown_pages import REPOSITORY, all_pages

from colorkeras.console.errors import UserError
from colorkeras.report.overview import pages
from colorkeras.report.overview.__main__ import main
from colorkeras.report.overview.pages import outdated_pages
from colorkeras.report.overview.tables import TABLES

PAGE = "before\n\n<!-- generated: {name} -->\n\n{table}\n\n<!-- end of {name} -->\nafter\n"
EXPERIMENTS = REPOSITORY / "experiments"


def places(text):
    return re.findall(r"<!-- generated: (\w+) -->\n.*?<!-- end of \1 -->", text, re.DOTALL)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    (tmp_path / "experiments").mkdir()
    monkeypatch.setattr(pages, "TABLES", {"runs": lambda clone: "| new |\n"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_tables_of_this_repository_are_current(tmp_path):
    assert [page.name for page in outdated_pages(committed_clone(tmp_path))] == []


def test_every_table_has_one_place():
    elsewhere = [page for page in all_pages() if page.path.parent.parent != EXPERIMENTS]
    assert sorted(places("\n".join(page.text for page in elsewhere))) == sorted(TABLES)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXPERIMENTS.glob("*/*.toml")))
def test_every_experiment_shows_what_was_obtained(name):
    folder = EXPERIMENTS / name
    found = places((folder / "README.md").read_text(encoding="utf-8"))
    assert "obtained" in found
    assert ("verdicts" in found) == (folder / "claims.toml").exists()


def test_a_table_of_an_experiment_is_of_that_experiment_alone(clone, monkeypatch):
    tables = {"obtained": lambda clone, experiment: f"| {experiment} |\n"}
    monkeypatch.setattr(pages, "EXPERIMENT_TABLES", tables)
    for name in ("cnn", "gan"):
        (clone / "experiments" / name).mkdir()
        page = clone / "experiments" / name / "README.md"
        page.write_text(PAGE.format(name="obtained", table=""), encoding="utf-8")
        assert outdated_pages(clone)[page] == PAGE.format(name="obtained", table=f"| {name} |")
    (clone / "README.md").write_text(PAGE.format(name="obtained", table=""), encoding="utf-8")
    with pytest.raises(UserError, match=r"README.md: no generated table 'obtained'"):
        outdated_pages(clone)


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
