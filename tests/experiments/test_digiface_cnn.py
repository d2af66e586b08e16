"""The plain encoder and decoder of the DigiFace poster, layer by layer at 128×128."""

import math
from pathlib import Path

import pytest

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment

FOLDER = Path(__file__).parents[2] / "experiments" / "digiface_cnn"
LAYERS = {  # output, parameters: kernel² · channels in · filters + filters
    "conv1": ((128, 128, 64), 640),
    "conv2": ((64, 64, 64), 36_928),
    "conv3": ((64, 64, 128), 73_856),
    "conv4": ((32, 32, 128), 147_584),
    "conv5": ((32, 32, 256), 295_168),
    "conv6": ((16, 16, 256), 590_080),
    "conv7": ((16, 16, 512), 1_180_160),
    "up1": ((32, 32, 128), 1_048_704),
    "up1_norm": ((32, 32, 128), 256),
    "up2": ((64, 64, 64), 131_136),
    "up2_norm": ((64, 64, 64), 128),
    "up3": ((128, 128, 32), 32_800),
    "up3_norm": ((128, 128, 32), 64),
    "chroma": ((128, 128, 2), 578),
}


def load(*overrides):
    return load_experiment(load_config(FOLDER, preset="paper", overrides=overrides))


def test_layers_at_128():
    model = load().model()
    found = {
        layer.name: (
            layer.output.shape[1:],
            sum(math.prod(weight.shape) for weight in layer.trainable_weights),
        )
        for layer in model.layers
        if layer.weights
    }
    assert found == LAYERS
    assert model.input_shape == (None, 128, 128, 1)


def test_native_size_of_digiface():
    assert load("data.height=112", "data.width=112").model().output_shape == (None, 112, 112, 2)


def test_one_objective():
    experiment = load("objectives.loss=mae")
    (objective,) = experiment.objectives(experiment.model())
    assert objective.name == "colorizer"


@pytest.mark.parametrize("key", ["height", "width"])
def test_size_that_the_strides_do_not_divide(key):
    with pytest.raises(UserError, match=rf"data\.{key} is 100; .* such as 96 or 104"):
        load(f"data.{key}=100").model()


def test_unknown_loss():
    experiment = load("objectives.loss=huber")
    with pytest.raises(UserError, match=r"loss: received 'huber', expected one of mse, mae"):
        experiment.objectives(experiment.model())
