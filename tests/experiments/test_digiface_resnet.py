"""The ResNet-50 system of the DigiFace poster at its size; the network itself: networks/."""

import importlib.util
import math
from pathlib import Path

import pytest

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment, networks_of, trainable_parameters
from colorkeras.networks import efficientnet_lite0 as lite0

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


@pytest.mark.skipif(
    importlib.util.find_spec(lite0.IMAGENET_WEIGHTS.module) is None,
    reason=f"{lite0.IMAGENET_WEIGHTS.package} is not installed",
)
def test_the_smaller_encoder():
    model = load("model.encoder=lite0", "model.weights=imagenet", "data.height=112").model()
    assert model.get_layer("encoder_block16_project").output.shape == (None, 4, 4, 320)
    assert model.output_shape == (None, 112, 128, 2)
    assert sum(math.prod(weight.shape) for weight in model.trainable_weights) == 8_348_818


def test_unknown_encoder():
    with pytest.raises(UserError, match=r"model\.encoder is 'vgg'; expected 'resnet50'"):
        load("model.encoder=vgg").model()


def test_size_below_the_stride():
    with pytest.raises(UserError, match=r"data\.height is 16; the encoder needs at least 32"):
        load("data.height=16").model()
