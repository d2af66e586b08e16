"""pix2pix: its presets, objectives and stages, and what it refuses."""

import importlib.util
import math
from pathlib import Path

import keras
import numpy as np
import pytest
from saved_models import METADATA

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import save_model
from colorkeras.networks.efficientnet_lite0 import IMAGENET_WEIGHTS

FOLDER = Path(__file__).parents[2] / "experiments" / "pix2pix"
SMALL = ["data.height=32", "data.width=32", "model.levels=5"]


def experiment(preset="paper", overrides=()):
    return load_experiment(load_config(FOLDER, preset, overrides))


def seen(config):
    """Training images seen by the end."""
    return config.train.epochs * config.data.train_images


needs_weights = pytest.mark.skipif(
    importlib.util.find_spec(IMAGENET_WEIGHTS.module) is None,
    reason=f"{IMAGENET_WEIGHTS.package} is not installed",
)
ENCODERS = [
    pytest.param(name, marks=needs_weights) for name in ("quick_encoder", "pretrained_encoder")
]


@pytest.mark.parametrize(
    "preset", ["quick", "quick_pretrained", "small", "paper", "pretrained", *ENCODERS]
)
def test_expected_parameters(preset):
    """Each preset's own count; the networks of one are the networks of its stages."""
    ours = experiment(preset)
    model = ours.model()
    networks = {objective.name: objective.network for objective in ours.objectives(model)}
    for name, count in ours.config.expected["parameters"].items():
        weights = networks[name].trainable_weights
        assert sum(math.prod(weight.shape) for weight in weights) == count, name


def test_layers_at_the_papers_size():
    ours = experiment()
    model = ours.model()
    discriminator = ours.objectives(model)[0].network
    assert model.get_layer("e8").output.shape[1:] == (1, 1, 512)
    assert model.get_layer("d7").output.shape[1:] == (128, 128, 64)
    assert discriminator.get_layer("conv4").output.shape[1:] == (31, 31, 512)
    assert discriminator.output_shape == (None, 30, 30, 1)


def test_objectives_in_order_of_update():
    ours = experiment("quick_pretrained", SMALL)
    model = ours.model()
    pretrain, discriminator, generator = ours.objectives(model)
    names = [objective.name for objective in (pretrain, discriminator, generator)]
    assert names == ["pretrain", "discriminator", "generator"]
    assert pretrain.network is generator.network is model
    assert discriminator.network is not model


def test_quick_presets_see_the_same_number_of_the_same_images():
    names = ("quick", "quick_pretrained", "quick_encoder")
    scratch, pretrained, encoder = (load_config(FOLDER, name) for name in names)
    assert seen(scratch) == seen(pretrained)
    assert scratch.data == pretrained.data
    assert scratch.model == pretrained.model
    assert scratch.optimizer == pretrained.optimizer
    assert scratch.train.batch_size == pretrained.train.batch_size
    assert encoder.data == pretrained.data
    assert encoder.optimizer == pretrained.optimizer
    assert encoder.train == pretrained.train
    assert encoder.stages == pretrained.stages


def test_small_preset_sees_ten_thousand_of_a_thousand_images():
    config = load_config(FOLDER, "small")
    assert config.train.epochs * 1000 * config.data.train_fraction == pytest.approx(1e4, rel=0.05)


def test_options():
    at_8 = ["data.height=256", "data.width=256"]
    model = experiment(overrides=[*at_8, "model.dropout_at=paper"]).model()
    assert "d1_dropout" in [layer.name for layer in model.layers]
    ours = experiment("quick", [*SMALL, "objectives.l1_weight=0"])
    assert ours.config.objectives["l1_weight"] == 0.0
    assert len(ours.objectives(ours.model())) == 2


@needs_weights
@pytest.mark.slow
def test_saved_model_on_an_encoder_opens_in_plain_keras(tmp_path):
    options = ["data.height=40", "data.width=56", "model.freeze=true"]
    ours = experiment("quick_encoder", options)
    model = ours.model()
    save_model(tmp_path / "model.h5", model, ours.space, METADATA)
    opened = keras.models.load_model(tmp_path / "model.h5", compile=False)
    checked = load_model(tmp_path / "model.h5").model
    luminance = np.random.default_rng(0).uniform(-1, 1, (2, 40, 56, 1)).astype("float32")
    np.testing.assert_allclose(opened(luminance), model(luminance), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(checked(luminance), model(luminance), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["data.height=160"], "pix2pix: data.height is 160; .*model.levels=5"),
        (["model.encoder=vgg"], "model.encoder is 'vgg'; expected 'none' or 'lite0'"),
        (
            ["model.encoder=lite0", "model.weights=none", "model.freeze=true"],
            "pix2pix: .* would stay random",
        ),
        (
            ["model.encoder=lite0", f"model.weights={FOLDER / 'README.md'}"],
            "pix2pix: model.weights = .*README.md is damaged or another file",
        ),
        (["model.dropout_at=text"], "model.dropout_at is 'text'; expected 'code' or 'paper'"),
        ([*SMALL, "objectives.l1_weight=-1"], "objectives.l1_weight is -1.0; expected 0 or more"),
        (
            ["data.height=16", "data.width=16", "model.levels=4"],
            "data.height is 16; the discriminator of 70×70 patches needs at least 24",
        ),
    ],
)
def test_refusals(overrides, message):
    ours = experiment(overrides=overrides)
    with pytest.raises(UserError, match=message):
        ours.objectives(ours.model())
