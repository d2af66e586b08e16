"""Stages: what follows what, and which settings contradict each other."""

import pytest
from tiny_experiment import CONFIG, MODEL, STAGED_CONFIG, STAGED_MODEL, write_experiment

from colorkeras.config.load import load_config
from colorkeras.config.resolved import config_to_dict
from colorkeras.config.stages import Stage, check_stage_objectives, plan_stages, stage_of_epoch
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment


@pytest.fixture
def folder(tmp_path):
    return write_experiment(tmp_path / "staged", STAGED_CONFIG, STAGED_MODEL)


def refusal(folder, *overrides):
    with pytest.raises(UserError) as caught:
        load_config(folder, overrides=overrides)
    return str(caught.value)


def test_plan(folder):
    config = load_config(folder)
    assert plan_stages(config) == [
        Stage("pretrain", ("pretrain",), 0, 1),
        Stage("adversarial", ("discriminator", "generator"), 1, 2),
    ]
    assert config.train.epochs == 3
    assert load_config(folder, preset="long").train.epochs == 4


def test_without_stages_all_are_trained(tmp_path):
    folder = write_experiment(tmp_path / "plain", CONFIG, MODEL)
    config = load_config(folder, overrides=["train.epochs=7"])
    (stage,) = plan_stages(config)
    assert stage == Stage("", None, 0, 7)
    assert stage.trains("anything")


def test_stages_of_which_none_is_named(folder):
    expected = "train.stages names no stage, expected some of pretrain, adversarial"
    assert expected in refusal(folder, "train.stages=[]")


def test_objective_named_twice_in_a_stage(folder):
    repeated = 'stages.pretrain.objectives=["pretrain", "pretrain"]'
    config = load_config(folder, overrides=[repeated])
    with pytest.raises(UserError, match=r"stages.pretrain.objectives: .* names an objective twice"):
        check_stage_objectives(config, ["pretrain", "discriminator", "generator"])


def test_order_is_that_of_the_list(folder):
    config = load_config(folder, overrides=['train.stages=["adversarial", "pretrain"]'])
    assert [stage.first_epoch for stage in plan_stages(config)] == [0, 2]


@pytest.mark.parametrize(
    ("epochs_done", "name"),
    [
        (0, "pretrain"),
        (0.99, "pretrain"),
        (1, "adversarial"),
        (2.5, "adversarial"),
        (3, "adversarial"),
    ],
)
def test_stage_of_epoch(folder, epochs_done, name):
    assert stage_of_epoch(plan_stages(load_config(folder)), epochs_done).name == name


def test_total_is_stated_and_right(folder):
    assert load_config(folder, overrides=["train.epochs=3"]).train.epochs == 3


def test_resolved_configuration_resolves_again(folder, tmp_path):
    import tomli_w

    config = load_config(folder)
    file = tmp_path / "resolved.toml"
    file.write_text(tomli_w.dumps(config_to_dict(config)), encoding="utf-8")
    assert load_config(file) == config


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("train.epochs=5", "train.epochs = 5 conflicts with stages.pretrain.epochs = 1, "),
        ('train.stages=["pretrian"]', "received 'pretrian', expected one of pretrain, adversarial"),
        ('train.stages=["pretrain", "pretrain"]', "names a stage twice"),
        ("train.stages=[1]", "received 1, expected one of pretrain"),
        ("stages.pretrain.epochs=0", "stages.pretrain.epochs: received 0"),
        ("stages.pretrain.objectives=[]", "expected the names of the objectives to train"),
        ("stages.pretrain.epoch=1", "unknown key stages.pretrain.epoch. Did you mean epochs?"),
    ],
)
def test_refused(folder, override, words):
    assert words in refusal(folder, override)


def test_objective_that_does_not_exist(folder):
    config = load_config(folder, overrides=['stages.pretrain.objectives=["generater"]'])
    experiment = load_experiment(config)
    with pytest.raises(UserError) as caught:
        experiment.objectives(experiment.model())
    assert str(caught.value) == (
        f"{folder}: stages.pretrain.objectives: received 'generater', expected some of pretrain, "
        "discriminator, generator."
    )


def test_objectives_that_no_stage_trains_are_left_out(folder):
    config = load_config(folder, overrides=['train.stages=["adversarial"]'])
    experiment = load_experiment(config)
    names = [objective.name for objective in experiment.objectives(experiment.model())]
    assert names == ["discriminator", "generator"]
