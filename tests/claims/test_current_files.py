"""`compare --check` on a small clone: what is old, what is missing, and that nothing is written."""

import contextlib
import shutil
from pathlib import Path

import pytest
from sample_claims import write_claims, write_images_alike
from sample_runs import GREY, MODEL, write_run
from tiny_experiment import write_experiment

from colorkeras.claims.command import main as claims
from colorkeras.compare import main as compare
from colorkeras.report.overview import pages

CLAIM = """runs = { quick = { preset = "quick", data = "rendered" } }
command = "python -m colorkeras.run experiments/tiny --seeds 3"
conditions = [{ run = "quick", metric = "psnr", above_method = "grey", margin = 0.2 }]"""
PAGE = "<!-- generated: runs -->\n\n{}\n<!-- end of runs -->\n"


def write(seed):
    # A copy of another seed would count as none.
    test = {"grey": GREY, "model": {**MODEL, "psnr": MODEL["psnr"] + seed / 8}}
    folder = write_run("results", "tiny", f"quick-seed{seed}", seed=seed, test=test)
    config = f"[data]\nheight = 32\n\n[train]\nseed = {seed}\n"  # as tiny has it
    (folder / "config.toml").write_text(config, encoding="utf-8")
    write_images_alike(folder, test)


def stored(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check(capsys, code):
    before = stored(Path())
    capsys.readouterr()
    assert compare(["results", "--check"]) == code
    assert stored(Path()) == before
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A clone whose files are current, with three seeds of the one experiment."""
    root = tmp_path_factory.mktemp("made")
    with contextlib.chdir(root):
        write_experiment(root / "experiments" / "tiny")
        write_claims("experiments/tiny", ("good", "result", CLAIM))
        Path("README.md").write_text(PAGE.format("| new |\n"), encoding="utf-8")
        for seed in range(3):
            write(seed)
        assert compare(["results"]) == 0
        assert claims([]) == 0
    return root


@pytest.fixture(autouse=True)
def clone(made, tmp_path, monkeypatch):
    """A copy of it, where the command runs."""
    monkeypatch.setattr(pages, "TABLES", {"runs": lambda clone: "| new |\n"})
    root = shutil.copytree(made, tmp_path / "clone")
    monkeypatch.chdir(root)
    return root


def test_all_is_current_whichever_way_the_folder_was_named(clone, capsys):
    assert "Everything is current. Checked in " in check(capsys, 0)
    assert compare([]) == 0
    assert check(capsys, 0).startswith("Everything is current.")


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("results/comparison/comparison.md", "python -m colorkeras.compare results"),
        ("results/comparison/comparison_systems.csv", "python -m colorkeras.compare results"),
        ("results/claims/claims.csv", "python -m colorkeras.claims"),
        ("README.md", "python -m colorkeras.report.overview"),
    ],
)
def test_one_old_file_is_found_with_the_command_that_mends_it(clone, capsys, file, command):
    path = clone / file
    text = path.read_text(encoding="utf-8")
    old = text.replace("| new |", "| old |") if file == "README.md" else text + " "
    path.write_text(old, encoding="utf-8")
    found = check(capsys, 1).splitlines()
    assert found[:2] == [f"Old files, written by {command}:", f"  {file}: out of date"]
    assert found[2].startswith("Not current.")


def test_a_missing_file_is_told(clone, capsys):
    (clone / "results" / "claims" / "claims.md").unlink()
    assert "  results/claims/claims.md: missing\n" in check(capsys, 1)


def test_missing_runs_are_told_apart_from_old_files(clone, capsys):
    write_claims(
        "experiments/tiny",
        ("good", "result", CLAIM),
        ("slow", "result", CLAIM.replace('"quick", data', '"long", data')),
    )
    assert claims([]) == 0
    text = check(capsys, 1)
    assert "Old files" not in text
    assert text.startswith(
        "Missing runs, 1 groups that claims about results name:\n"
        "  tiny · long · rendered: 0 of 3 seeds\n"
        "    for tiny/slow\n"
        "    python -m colorkeras.run experiments/tiny --seeds 3\n"
    )


def test_a_new_run_makes_the_tables_old(clone, capsys):
    write(3)
    text = check(capsys, 1)
    for file in ("comparison/comparison.csv", "comparison/comparison.md", "claims/claims.csv"):
        assert f"  results/{file}: out of date" in text
    assert "Missing runs" not in text


def test_outside_of_a_clone_no_page_is_checked_and_that_is_said(clone, capsys):
    (clone / "results").rename(clone / "elsewhere")
    assert compare(["elsewhere"]) == 0
    assert claims(["--results", "elsewhere"]) == 0
    capsys.readouterr()
    assert compare(["elsewhere", "--check"]) == 0
    assert "Generated tables of pages: none checked" in capsys.readouterr().out
