"""Claims of several folders, each network built once."""

from pathlib import Path

import pytest
from sample_claims import write_claims
from sample_runs import write_run
from tiny_experiment import write_experiment

from colorkeras.claims import judging
from colorkeras.claims.judging import judge_folders
from colorkeras.claims.networks import Networks
from colorkeras.claims.rule_history import Order
from colorkeras.console.errors import UserError

CHECK = 'compared_with = "source"\n'
COUNT = CHECK + 'preset = "quick"\nconditions = [{ parameters = "colorizer", equals = 122 }]'
SETTING = CHECK + 'preset = "long"\nconditions = [{ config = "train.epochs", equals = 4 }]'


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
    assert verdicts == [["agrees"] * 3, ["agrees"]]


def test_all_claims_are_read_before_a_network_is_built(tmp_path, built):
    good = experiment(tmp_path / "one", ("count", "architecture", COUNT))
    bad = experiment(tmp_path / "two", ("count", "architecture", "conditions = []"))
    with pytest.raises(UserError, match="claim count: no conditions and no why"):
        judge_folders([good, bad], tmp_path)
    assert built == []


def test_a_result_says_whether_its_rule_came_first(tmp_path):
    rule = """runs = { a = { preset = "quick", data = "rendered" } }
    command = "make it"
    conditions = [{ run = "a", metric = "psnr", at_least = 1 }]"""
    folder = experiment(tmp_path / "cnn", ("so", "result", rule), ("epochs", "training", SETTING))
    write_run(tmp_path / "results", "cnn", "a")
    (judged,) = judge_folders([folder], tmp_path / "results")
    result, check = judged.judgements
    assert (result.verdict, str(result.order)) == ("inconclusive", "not known")
    assert check.order == Order()


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


RESULT = """
command = "python -m colorkeras.run tiny"
conditions = [{ run = "a", metric = "psnr", at_least = 20 }]
runs = { a = { preset = "quick", data = "rendered", set = { "data.resize" = "stretch" } } }
"""


def test_runs_of_an_older_preset_do_not_count(tmp_path, built):
    folder = experiment(tmp_path / "tiny", ("good", "result", RESULT))
    run = write_run(
        tmp_path / "results", "tiny", "old", preset="quick", overrides=['data.resize="stretch"']
    )
    for height, found in ((16, "data.height was 16, is 32"), (32, "")):
        config = f'[data]\nheight = {height}\nresize = "stretch"\n'
        (run / "config.toml").write_text(config, encoding="utf-8")
        ((judged,),) = [e.judgements for e in judge_folders([folder], tmp_path / "results")]
        told = judged.outcomes[0].text
        assert ("an older preset" in told) == bool(found)
        assert found in told


def test_a_setting_that_does_not_exist(tmp_path, built):
    folder = experiment(tmp_path / "tiny", ("good", "result", RESULT.replace("resize", "resiz")))
    with pytest.raises(UserError, match=r"runs\.a: .*resiz"):
        judge_folders([folder], tmp_path / "results")
