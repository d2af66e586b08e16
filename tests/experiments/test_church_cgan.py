"""church_cgan: both networks layer by layer, what the noise and the luminance reach, refusals."""

from pathlib import Path

import numpy as np
import pytest

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment, networks_of, trainable_parameters
from colorkeras.experiment.objective import StepBatch, due_objectives

FOLDER = Path(__file__).parents[2] / "experiments" / "church_cgan"
# Layer: channels of the convolution's input, filters, kernel, parameters.
REPORT = {
    "conv_1": (2, 128, 7, 12_672),
    "conv_2": (130, 64, 5, 208_064),
    "conv_3": (66, 64, 5, 105_664),
    "conv_4": (65, 64, 5, 104_064),
    "conv_5": (65, 64, 5, 104_064),
    "conv_6": (65, 32, 5, 52_032),
    "chroma": (33, 2, 5, 1_652),
}
CAO = {
    "conv_1": (2, 128, 7, 12_672),
    "conv_2": (130, 64, 5, 208_064),
    "conv_3": (66, 64, 5, 105_664),
    "conv_4": (65, 64, 5, 104_064),
    "conv_5": (65, 32, 5, 52_032),
    "chroma": (33, 2, 5, 1_652),
}
DISCRIMINATOR = {
    "conv_1": (32, 32, 64),
    "conv_2": (16, 16, 128),
    "conv_3": (8, 8, 256),
    "conv_4": (4, 4, 512),
    "flatten": (8192,),
    "dense": (64,),
    "logit": (1,),
}
TINY = ["data.height=16", "data.width=16", "model.widths=[4,4,4]", "model.kernels=[3,3,3,3]"]


def experiment(preset="paper", overrides=()):
    return load_experiment(load_config(FOLDER, preset, overrides))


@pytest.mark.parametrize(("preset", "table"), [("paper", REPORT), ("cao", CAO)])
def test_generator(preset, table):
    ours = experiment(preset)
    model = ours.model()
    assert model.get_layer("noise_projection").count_params() == 413_696
    for name, (channels, filters, kernel, parameters) in table.items():
        layer = model.get_layer(name)
        assert layer.input.shape[1:] == (64, 64, channels), name
        assert layer.output.shape[1:] == (64, 64, filters), name
        assert layer.kernel.shape[:2] == (kernel, kernel), name
        assert layer.count_params() == parameters, name
    networks = networks_of(model, ours.objectives(model))
    assert trainable_parameters(networks) == ours.config.expected["parameters"]


@pytest.mark.parametrize(("preset", "norms"), [("paper", 4), ("cao", 3)])
def test_discriminator(preset, norms):
    ours = experiment(preset)
    network = ours.objectives(ours.model())[0].network
    for name, shape in DISCRIMINATOR.items():
        assert network.get_layer(name).output.shape[1:] == shape, name
    assert sum("_norm" in layer.name for layer in network.layers) == norms
    dense = [network.get_layer(name) for name in ("dense", "logit")]
    assert [layer.activation.__name__ for layer in dense] == ["linear", "linear"]


def test_heads_fit_their_color_spaces():
    random = np.random.default_rng(0)
    inputs = [random.random((2, 16, 16, 1)), random.uniform(-1, 1, (2, 100))]
    for head, lowest in (("sigmoid", 0.0), ("tanh", -1.0)):
        model = experiment(overrides=[*TINY, f"model.head={head}"]).model()
        kernel = model.get_layer("chroma").kernel
        kernel.assign(1e3 * np.asarray(kernel))  # drives the head into both of its ends
        outputs = np.asarray(model(inputs))
        assert (outputs.min(), outputs.max()) == pytest.approx((lowest, 1.0), abs=1e-3)


@pytest.mark.parametrize("noise_layers", [1, 3, 4])
def test_noise_layers(noise_layers):
    model = experiment(overrides=[*TINY, f"model.noise_layers={noise_layers}"]).model()
    noisy = [len(model.get_layer(f"concat_{n}").input) - (2 if n > 1 else 1) for n in range(1, 5)]
    assert noisy == [1] * noise_layers + [0] * (4 - noise_layers)


def test_noise_changes_the_chroma():
    model = experiment(overrides=TINY).model()
    random = np.random.default_rng(0)
    luminance = np.repeat(random.random((1, 16, 16, 1)), 2, axis=0)
    first, second = np.asarray(model([luminance, random.uniform(-1, 1, (2, 100))]))
    assert np.abs(first - second).max() > 0


@pytest.mark.parametrize(("preset", "has_l1"), [("paper", False), ("quick", True)])
def test_generator_loss(preset, has_l1):
    ours = experiment(preset, TINY)
    model = ours.model()
    random = np.random.default_rng(0)
    inputs = random.random((2, 16, 16, 1), "float32")
    targets = random.random((2, 16, 16, 2), "float32")
    outputs = model([inputs, random.uniform(-1, 1, (2, 100)).astype("float32")])
    terms = ours.objectives(model)[1].loss(StepBatch(inputs, targets, outputs))
    assert ("loss_G_L1" in terms) == has_l1


@pytest.mark.parametrize(
    ("preset", "updated"),
    [
        ("paper", [("discriminator", "generator")] * 4),
        ("cao", [("discriminator",), ("generator",)] * 2),
    ],
)
def test_who_learns_in_a_step(preset, updated):
    """Cao et al. draw images and z for each network: a step updates one of them."""
    ours = experiment(preset, TINY)
    objectives = ours.objectives(ours.model())
    found = [tuple(o.name for o in due_objectives(objectives, step)) for step in range(1, 5)]
    assert found == updated


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.widths=[]", r"model.widths: received \[\], expected a list of whole numbers"),
        ("model.widths=[4,0,4]", r"model.widths: received \[4, 0, 4\], expected a list of whole"),
        ("model.kernels=[3,3,3,'5']", "model.kernels: received .*, expected a list of whole"),
        ("model.kernels=[3,3,3]", "model.kernels: received .*, expected 4 numbers: one more than"),
        ("model.noise_size=0", "model.noise_size: received 0, expected 1 or more"),
        ("model.noise_layers=0", "model.noise_layers: received 0, expected between 1 and 4"),
        ("model.noise_layers=5", "model.noise_layers: received 5, expected between 1 and 4"),
        ("model.head=relu", "model.head: received 'relu', expected one of sigmoid, tanh"),
        ("objectives.l1_weight=-1", "objectives.l1_weight is -1.0; expected 0 or more"),
    ],
)
def test_refusals(override, message):
    ours = experiment(overrides=[*TINY, override])
    with pytest.raises(UserError, match=f"church_cgan: {message}"):
        ours.objectives(ours.model())
