"""Experiments by name, and by path where one is there."""

from pathlib import Path

import pytest
from tiny_experiment import write_experiment

from colorkeras.config.load import config_file, load_config
from colorkeras.config.shipped import MODEL_FILE, locate, model_file, shipped_folder, shipped_names
from colorkeras.console.errors import UserError

EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """An empty folder, where nothing is found by a relative path."""
    monkeypatch.chdir(tmp_path)


def test_a_clone_ships_its_experiments():
    assert shipped_folder() == EXPERIMENTS
    assert shipped_names() == sorted(path.parent.name for path in EXPERIMENTS.glob("*/config.toml"))
    assert "varga_cnn" in shipped_names()


def test_a_name_is_found_and_recorded_as_a_name():
    config = load_config("varga_cnn")
    assert config.experiment.folder == "varga_cnn"
    assert model_file(config.experiment.folder) == EXPERIMENTS / "varga_cnn" / MODEL_FILE


def test_a_path_is_recorded_as_a_path():
    folder = str(EXPERIMENTS / "varga_cnn")
    assert load_config(folder).experiment.folder == folder


def test_an_experiment_folder_of_that_name_wins(tmp_path):
    write_experiment(tmp_path / "varga_cnn")
    config = load_config("varga_cnn")
    assert config.experiment.name == "tiny"
    assert model_file(config.experiment.folder) == Path("varga_cnn") / MODEL_FILE


def test_a_folder_of_results_is_not_taken_for_the_experiment(tmp_path):
    """`run varga_cnn --out varga_cnn` leaves a folder of that name with no model.py in it."""
    (tmp_path / "varga_cnn").mkdir()
    assert config_file("varga_cnn") == EXPERIMENTS / "varga_cnn" / "config.toml"
    assert model_file("varga_cnn") == EXPERIMENTS / "varga_cnn" / MODEL_FILE


@pytest.mark.parametrize("name", ["nothing", "\0", "", "x" * 5000, "../varga_cnn"])
def test_no_such_name(name):
    assert locate(name, MODEL_FILE) == Path(name)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UserError, match=r"no experiment here\. Did you mean varga_cnn\?") as told:
        config_file("varga_cn")
    assert ", ".join(shipped_names()) in str(told.value)
