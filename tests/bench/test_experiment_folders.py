"""Experiments by name or by folder, as `--experiments` takes them."""

from pathlib import Path

import pytest
from tiny_experiment import write_experiment

from colorkeras.bench.experiment_folders import experiment_folders
from colorkeras.config.shipped import shipped_folder, shipped_names
from colorkeras.console.errors import UserError


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with experiments/a, experiments/b and another experiment elsewhere."""
    monkeypatch.chdir(tmp_path)
    for name in ("experiments/a", "experiments/b", "mine/c"):
        write_experiment(tmp_path / name)
    (tmp_path / "experiments" / "notes").mkdir()


def test_all_by_default():
    assert experiment_folders(None) == [Path("experiments/a"), Path("experiments/b")]


def test_names_and_folders():
    assert experiment_folders("b,mine/c") == [Path("experiments/b"), Path("mine/c")]


def test_the_shipped_ones_where_there_are_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "mine")
    folders = experiment_folders(None)
    assert [folder.name for folder in folders] == shipped_names()
    assert experiment_folders("varga_cnn") == [shipped_folder() / "varga_cnn"]


@pytest.mark.parametrize(("text", "named"), [("a,x", "'x'"), ("notes", "'notes'"), ("a,", "''")])
def test_unknown_experiment(text, named):
    with pytest.raises(UserError, match=rf"--experiments: received {named}, expected names"):
        experiment_folders(text)
