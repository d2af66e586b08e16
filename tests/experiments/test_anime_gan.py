"""anime_gan: LeNet-5 layer by layer, the report's record, options and refusals."""

import math
from pathlib import Path

import keras
import numpy as np
import pytest

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment
from colorkeras.experiment.objective import StepBatch

FOLDER = Path(__file__).parents[2] / "experiments" / "anime_gan"
SMALL = ["data.height=32", "data.width=32", "model.levels=4"]
# Zhang and Mao, Colorize Grayscale Image: "Epoch 101/500, Iteration 280/282".
RECORD = {
    "loss_D_fake": 0.46282,
    "loss_D_real": 0.45018,
    "loss_D": 0.45650,
    "loss_G_GAN": 1.66006,
    "loss_G_L1": 4.92482,
    "loss_G": 6.58488,
}
# Output shapes at three sizes of the image.
LAYERS = {
    "c1": ((28, 28, 6), (252, 252, 6), (156, 252, 6)),
    "s2": ((14, 14, 6), (126, 126, 6), (78, 126, 6)),
    "c3": ((10, 10, 16), (122, 122, 16), (74, 122, 16)),
    "s4": ((5, 5, 16), (61, 61, 16), (37, 61, 16)),
    "flatten": ((400,), (59_536,), (36_112,)),
    "f5": ((120,),) * 3,
    "f6": ((84,),) * 3,
    "logits": ((1,),) * 3,
}
SIZES = {(32, 32): 61_241, (256, 256): 7_157_561, (160, 256): 4_346_681}


def experiment(preset="paper", overrides=()):
    return load_experiment(load_config(FOLDER, preset, overrides))


def trainable(network):
    return sum(math.prod(weight.shape) for weight in network.trainable_weights)


def discriminator(height, width, **options):
    """The discriminator beside a generator of a single layer."""
    tables = [f"objectives.{key}={value}" for key, value in options.items()]
    ours = experiment(overrides=tables)
    model = keras.Sequential([keras.Input((height, width, 1)), keras.layers.Conv2D(2, 1)])
    return ours.build_objectives(model, **ours.config.objectives)[0].network


@pytest.mark.parametrize("number", range(3))
def test_lenet(number):
    size, parameters = list(SIZES.items())[number]
    network = discriminator(*size)
    assert trainable(network) == parameters
    for name, shapes in LAYERS.items():
        assert network.get_layer(name).output.shape[1:] == shapes[number], name


@pytest.mark.parametrize("preset", ["quick", "small", "paper", "yuv"])
def test_expected_parameters(preset):
    ours = experiment(preset)
    objectives = ours.objectives(ours.model())
    found = {objective.name: trainable(objective.network) for objective in objectives}
    assert found == ours.config.expected["parameters"]


def test_yuv_preset_is_the_reports_other_network_in_size_and_space():
    ours = experiment("yuv")
    assert (ours.config.data.height, ours.config.data.width) == (160, 256)
    assert ours.space.family == "yuv"


def test_activations():
    kinds = {
        classic: {
            type(layer).__name__
            for layer in discriminator(32, 32, classic=str(classic).lower()).layers
            if layer.name.endswith("_activation")
        }
        for classic in (False, True)
    }
    assert kinds == {False: {"LeakyReLU"}, True: {"Activation"}}


def test_resize_to_gives_the_classic_lenet():
    network = discriminator(256, 256, resize_to=32)
    assert trainable(network) == 61_241
    assert network.get_layer("c1").output.shape[1:] == (28, 28, 6)


def test_every_pixel_of_a_resized_image_counts():
    keras.config.set_dtype_policy("mixed_bfloat16")
    network = discriminator(128, 128, resize_to=16)
    for row, column in ((0, 0), (3, 77), (64, 64), (101, 2)):
        dot = np.zeros((1, 128, 128, 3), "float32")
        dot[0, row, column] = 1.0
        resized = np.asarray(network.get_layer("resize")(dot))
        assert resized.dtype == np.float32
        assert resized.sum() > 0
    assert network(dot).dtype == "float32"


def test_the_records_arithmetic_is_that_of_our_losses():
    """loss_D is the mean of its halves; loss_G the sum of its parts, λ inside loss_G_L1."""
    ours = experiment("quick", SMALL)
    model = ours.model()
    random = np.random.default_rng(0)
    inputs, chroma = (random.uniform(-1, 1, (2, 32, 32, n)).astype("float32") for n in (1, 2))
    batch = StepBatch(inputs, chroma, model(inputs, training=False))
    terms = {}
    for objective in ours.objectives(model):
        terms |= {name: float(value) for name, value in objective.loss(batch).items()}
    assert list(terms) == list(RECORD)
    error = np.abs(np.asarray(batch.outputs) - chroma).mean()
    assert terms["loss_G_L1"] == pytest.approx(100 * error, rel=1e-5)
    for losses in (RECORD, terms):
        mean = (losses["loss_D_fake"] + losses["loss_D_real"]) / 2
        assert losses["loss_D"] == pytest.approx(mean, rel=1e-6)
        total = losses["loss_G_GAN"] + losses["loss_G_L1"]
        assert losses["loss_G"] == pytest.approx(total, rel=1e-6)


def test_split_of_the_record():
    """282 iterations of 16 images, the last one incomplete, are three quarters of 6000."""
    config = load_config(FOLDER, "paper")
    assert config.data.train_images == 6000 * config.data.train_fraction
    assert math.ceil(config.data.train_images / config.train.batch_size) == 282


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["data.height=160"], "anime_gan: data.height is 160; .*model.levels=5"),
        ([*SMALL, "objectives.l1_weight=-1"], "objectives.l1_weight is -1.0; expected 0 or more"),
        (
            [*SMALL, "objectives.resize_to=8"],
            r"objectives.resize_to is 8; expected 0 \(no resizing\) or at least 16",
        ),
    ],
)
def test_refusals(overrides, message):
    ours = experiment(overrides=overrides)
    with pytest.raises(UserError, match=message):
        ours.objectives(ours.model())


def test_lenet_needs_16_pixels():
    assert discriminator(16, 20).output_shape == (None, 1)
    with pytest.raises(ValueError, match=r"data.width is 15; .* at least 16"):
        discriminator(16, 15)
