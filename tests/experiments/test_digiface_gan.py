"""The GAN of the DigiFace poster, and that its three systems differ in network and loss only."""

from pathlib import Path

import numpy as np
import pytest

from colorkeras.config.load import load_config
from colorkeras.config.resolved import config_to_dict
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment, networks_of, trainable_parameters
from colorkeras.experiment.objective import StepBatch

ROOT = Path(__file__).parents[2] / "experiments"
FOLDER = ROOT / "digiface_gan"
SIBLINGS = ("digiface_cnn", "digiface_resnet")


def load(*overrides, preset="paper"):
    return load_experiment(load_config(FOLDER, preset=preset, overrides=overrides))


@pytest.fixture(scope="module")
def paper():
    experiment = load()
    model = experiment.model()
    return experiment, model, experiment.objectives(model)


def test_networks(paper):
    experiment, model, objectives = paper
    assert [objective.name for objective in objectives] == ["discriminator", "generator"]
    discriminator, generator = (objective.network for objective in objectives)
    assert generator is model
    assert model.get_layer("conv5_block3_out").output.shape == (None, 4, 4, 2048)
    assert discriminator.input_shape == (None, 128, 128, 3)
    assert discriminator.output_shape == (None, 14, 14, 1)
    found = trainable_parameters(networks_of(model, objectives))
    assert found == experiment.config.expected["parameters"]


def test_weight_of_l1_reaches_the_loss(paper):
    experiment, model, _ = paper
    batch = StepBatch(
        np.zeros((2, 128, 128, 1), "float32"),
        np.full((2, 128, 128, 2), 0.5, "float32"),
        np.zeros((2, 128, 128, 2), "float32"),
    )
    terms = experiment.objectives(model)[1].loss(batch)
    assert float(terms["loss_G_L1"]) == pytest.approx(100 * 0.5)
    plain = load("objectives.l1_weight=0")
    assert "loss_G_L1" not in plain.objectives(model)[1].loss(batch)


def test_negative_weight_of_l1(paper):
    _, model, _ = paper
    with pytest.raises(UserError, match=r"objectives\.l1_weight is -1\.0; expected 0 or more"):
        load("objectives.l1_weight=-1").objectives(model)


@pytest.mark.parametrize("preset", ["quick", "small", "paper"])
def test_the_three_systems_share_data_and_length(preset):
    """Else their metrics could not be compared."""
    tables = [
        config_to_dict(load_config(ROOT / name, preset=preset))
        for name in ("digiface_gan", *SIBLINGS)
    ]
    for table in ("color", "data", "noise", "train"):
        assert tables[0][table] == tables[1][table] == tables[2][table]


def test_the_generator_is_that_of_the_resnet_system(paper):
    _, model, _ = paper
    sibling = load_experiment(load_config(ROOT / "digiface_resnet", preset="paper")).model()
    ours, theirs = model.get_config(), sibling.get_config()
    assert ours["layers"] == theirs["layers"]
