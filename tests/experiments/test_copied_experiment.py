"""A new experiment is a copied folder: nothing outside it has to know its name."""

import shutil
from pathlib import Path

import pytest
from tiny_experiment import read_info, read_rows

from colorkeras import compare, run
from colorkeras.claims import command
from colorkeras.inference.saved_model import load_model

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
SMALL = [
    *("data.height=32", "data.width=32", "data.train_images=8", "data.val_images=2"),
    *("data.test_images=2", "train.epochs=1", "train.precision=float32", "model.filters=8"),
]


@pytest.fixture
def copied(tmp_path):
    """varga_cnn copied to an empty place, given a name and an option of its own."""
    folder = tmp_path / "papers" / "copied"
    shutil.copytree(EXPERIMENTS / "varga_cnn", folder)
    config = folder / "config.toml"
    text = config.read_text(encoding="utf-8").replace('name = "varga_cnn"', 'name = "copied"')
    config.write_text(text, encoding="utf-8")
    code = folder / "model.py"
    text = code.read_text(encoding="utf-8")
    text = text.replace("build_model(height, width)", "build_model(height, width, *, filters=64)")
    code.write_text(text.replace("conv(64)", "conv(filters)"), encoding="utf-8")
    return folder


def test_runs_colorizes_compares_and_claims(copied, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    overrides = [word for value in SMALL for word in ("--set", value)]
    assert run.main(["papers/copied", *overrides, "--out", "results/copied/first"]) == 0
    folder = tmp_path / "results" / "copied" / "first"
    info = read_info(folder)
    assert (info["experiment"], info["status"]) == ("copied", "finished")
    assert info["parameters"]["colorizer"] < 3_892_194
    assert {row["split"] for row in read_rows(folder / "eval.csv")} == {"val", "test"}
    assert load_model(folder / "model.h5").metadata["experiment"] == "copied"
    assert compare.main(["results"]) == 0
    assert "copied · quick · first" in capsys.readouterr().out
    assert command.main(["papers/copied"]) == 0
    assert "copied" in (tmp_path / "results" / "claims" / "claims.md").read_text(encoding="utf-8")
