"""The ResNet-50 system of the DigiFace poster at its size; the network itself: networks/."""

from pathlib import Path

import pytest

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment, networks_of, trainable_parameters

FOLDER = Path(__file__).parents[2] / "experiments" / "digiface_resnet"


def load(*overrides, preset="paper"):
    return load_experiment(load_config(FOLDER, preset=preset, overrides=overrides))


def test_features_and_parameters():
    experiment = load()
    model = experiment.model()
    # "ResNet-50 returning 2048 4x4 features"
    assert model.get_layer("conv5_block3_out").output.shape == (None, 4, 4, 2048)
    (objective,) = experiment.objectives(model)
    assert objective.name == "colorizer"
    found = trainable_parameters(networks_of(model, [objective]))
    assert found == experiment.config.expected["parameters"]


def test_options_reach_the_network(tmp_path):
    with pytest.raises(UserError, match=r"^digiface_resnet: model\.freeze = true with .*none"):
        load("model.freeze=true").model()
    page = tmp_path / "resnet50.h5"
    page.write_text("<!DOCTYPE html><title>Sign in</title>")
    with pytest.raises(UserError, match=r"resnet50\.h5: no HDF5 file \(a web page"):
        load(f"model.weights={page}").model()


def test_size_below_the_stride():
    with pytest.raises(UserError, match=r"data\.height is 16; ResNet-50 needs at least 32"):
        load("data.height=16").model()
