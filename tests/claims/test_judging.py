"""Claims of several folders, each network built once."""

from pathlib import Path

import pytest
from sample_claims import write_claims
from tiny_experiment import write_experiment

from colorkeras.claims import judging
from colorkeras.claims.judging import judge_folders
from colorkeras.claims.networks import Networks
from colorkeras.console.errors import UserError

COUNT = 'preset = "quick"\nconditions = [{ parameters = "colorizer", equals = 122 }]'
SETTING = 'preset = "long"\nconditions = [{ config = "train.epochs", equals = 4 }]'


@pytest.fixture
def built(monkeypatch):
    """The folder and preset of every network that is built; none really is."""
    found = []

    def describe(configs):
        configs = list(configs)
        found.extend((config.experiment.folder, config.experiment.preset) for config in configs)
        return [Networks({"colorizer": 122}) for _ in configs]

    monkeypatch.setattr(judging, "describe_all", describe)
    return found


def experiment(folder, *claims):
    write_experiment(folder)
    write_claims(folder, *claims)
    return folder


def test_each_network_is_built_once_and_only_where_needed(tmp_path, built):
    one = experiment(
        tmp_path / "one",
        ("count", "architecture", COUNT),
        ("again", "architecture", COUNT),
        ("epochs", "training", SETTING),
    )
    two = experiment(tmp_path / "two", ("epochs", "training", SETTING))
    judged = judge_folders([one, two], tmp_path / "results")
    assert built == [(one.as_posix(), "quick")]
    assert [found.name for found in judged] == ["one", "two"]
    verdicts = [[j.verdict for j in found.judgements] for found in judged]
    assert verdicts == [["reproduced"] * 3, ["reproduced"]]


def test_all_claims_are_read_before_a_network_is_built(tmp_path, built):
    good = experiment(tmp_path / "one", ("count", "architecture", COUNT))
    bad = experiment(tmp_path / "two", ("count", "architecture", "conditions = []"))
    with pytest.raises(UserError, match="claim count: no conditions and no why"):
        judge_folders([good, bad], tmp_path)
    assert built == []


def test_presets_that_do_not_exist(tmp_path):
    folder = experiment(tmp_path / "one", ("epochs", "training", SETTING.replace("long", "lnog")))
    with pytest.raises(UserError, match=r"claim epochs: preset lnog: .*Did you mean long"):
        judge_folders([folder], tmp_path)


def test_folders_without_claims(tmp_path):
    folder = Path(write_experiment(tmp_path / "one"))
    (found,) = judge_folders([folder], tmp_path, optional=True)
    assert (found.name, found.judgements) == ("one", [])
    with pytest.raises(UserError, match=r"no claims\.toml here"):
        judge_folders([folder], tmp_path)
