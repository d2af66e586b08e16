"""zhang_cic: the network layer by layer, its decoding, its losses, presets and refusals."""

import functools
from pathlib import Path

import keras
import numpy as np
import pytest

from colorkeras.color.classes import CLASSES
from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment, networks_of, trainable_parameters
from colorkeras.experiment.objective import StepBatch

FOLDER = Path(__file__).parents[2] / "experiments" / "zhang_cic"
# Convolution: output at 256×256, parameters of kernel and bias.
LAYERS = {
    "conv1_1": ((256, 256, 64), 640),
    "conv1_2": ((128, 128, 64), 36_928),
    "conv2_1": ((128, 128, 128), 73_856),
    "conv2_2": ((64, 64, 128), 147_584),
    "conv3_1": ((64, 64, 256), 295_168),
    "conv3_2": ((64, 64, 256), 590_080),
    "conv3_3": ((32, 32, 256), 590_080),
    "conv4_1": ((32, 32, 512), 1_180_160),
    "conv4_2": ((32, 32, 512), 2_359_808),
    "conv4_3": ((32, 32, 512), 2_359_808),
    **{f"conv{b}_{n}": ((32, 32, 512), 2_359_808) for b in (5, 6, 7) for n in (1, 2, 3)},
    "conv8_1": ((64, 64, 256), 2_097_408),
    "conv8_2": ((64, 64, 256), 590_080),
    "conv8_3": ((64, 64, 256), 590_080),
    "logits": ((64, 64, 313), 80_441),
}
SMALL = ["data.height=32", "data.width=32"]


def experiment(preset="paper", overrides=()):
    return load_experiment(load_config(FOLDER, preset, overrides))


@functools.cache
def network():
    return experiment(overrides=["data.height=256", "data.width=256"]).model()


@functools.cache
def small_network():
    """Of 32×32 pixels."""
    return experiment("quick", SMALL).model()


def test_layers():
    model = network()
    for name, (shape, parameters) in LAYERS.items():
        layer = model.get_layer(name)
        assert layer.output.shape[1:] == shape, name
        assert layer.count_params() == parameters, name
    assert sum(parameters for _, parameters in LAYERS.values()) == 32_230_393
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert [norm.name for norm in norms] == [f"conv{block}_norm" for block in range(1, 8)]
    assert trainable_parameters({"all": model})["all"] == 32_230_393 + 4_992


def test_two_blocks_are_dilated():
    convolutions = [layer for layer in network().layers if type(layer) is keras.layers.Conv2D]
    dilated = [layer.name for layer in convolutions if layer.dilation_rate == (2, 2)]
    assert dilated == [f"conv{block}_{number}" for block in (5, 6) for number in (1, 2, 3)]


def test_halving_is_padded_on_all_sides_as_in_pytorch():
    """A kernel of ones on ones counts the pixels of the image that it meets."""
    model = network()
    names = [f"{name}_padding" for name in ("conv1_2", "conv2_2", "conv3_3")]
    assert all(model.get_layer(name).padding == ((1, 1), (1, 1)) for name in names)
    padding, convolution = model.get_layer("conv1_2_padding"), model.get_layer("conv1_2")
    ones = np.ones((1, 4, 4, 64), "float32")
    mine = keras.layers.Conv2D(1, 3, strides=convolution.strides, padding=convolution.padding)
    mine.build((None, 6, 6, 64))
    mine.set_weights([np.full((3, 3, 64, 1), 1 / 64), np.zeros(1)])
    np.testing.assert_allclose(mine(padding(ones))[0, ..., 0], [[4, 6], [6, 9]], rtol=1e-5)


@pytest.mark.parametrize("preset", ["quick", "small_l2"])
def test_expected_parameters(preset):
    ours = experiment(preset)
    model = ours.model()
    found = trainable_parameters(networks_of(model, ours.objectives(model)))
    assert found == ours.config.expected["parameters"]


def test_the_model_ends_in_the_color_of_its_classes():
    """Where one logit is far above the others, the color is that class."""
    model = small_network()
    logits = model.get_layer("logits")
    decode = keras.Model(logits.output, model.output)
    for index in (0, 150, 312):
        given = np.zeros((1, 8, 8, 313), "float32")
        given[..., index] = 1000
        expected = np.broadcast_to(CLASSES[index] / 110, (1, 32, 32, 2))
        np.testing.assert_allclose(decode(given), expected, atol=1e-6)


def test_the_classes_follow_the_color_space():
    model = experiment("quick", [*SMALL, "color.space=lab_wallner"]).model()
    (kernel,) = model.get_layer("class_mean").get_weights()
    np.testing.assert_allclose(kernel[0, 0], CLASSES / 128, rtol=1e-6)


def loss_of(ours, logits, targets):
    (objective,) = ours.objectives(small_network())
    assert objective.reads == ("logits",)
    batch = StepBatch(None, keras.ops.convert_to_tensor(targets), None, {"logits": logits})
    return {name: float(value) for name, value in objective.loss(batch).items()}


def test_loss_without_rebalancing_is_the_entropy():
    """All classes equally probable: log 313, whatever the colors."""
    ours = experiment("quick", [*SMALL, "objectives.uniform_share=1"])
    targets = np.random.default_rng(0).uniform(-0.8, 0.8, (2, 32, 32, 2)).astype("float32")
    logits = keras.ops.zeros((2, 8, 8, 313))
    assert loss_of(ours, logits, targets) == {"loss_classes": pytest.approx(np.log(313))}


def test_grey_images_are_skipped_unless_told_otherwise():
    grey = np.zeros((2, 32, 32, 2), "float32")
    logits = keras.ops.zeros((2, 8, 8, 313))
    assert loss_of(experiment("quick", SMALL), logits, grey) == {"loss_classes": 0}
    ours = experiment("quick", [*SMALL, "objectives.skip_grey=false"])
    assert loss_of(ours, logits, grey)["loss_classes"] > 0


def test_weight_decay_is_that_of_a_sum_over_pixels():
    """½ · 0.001 / (8 · 8 predicted pixels) · w², of the 22 kernels and no bias."""
    model = small_network()
    kernels = [
        layer.kernel for layer in model.layers if hasattr(layer, "kernel") and layer.trainable
    ]
    assert len(kernels) == len(LAYERS)
    expected = sum(float(keras.ops.sum(kernel**2)) for kernel in kernels) * 0.0005 / 64
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-4)
    assert experiment("quick", [*SMALL, "model.weight_decay=0"]).model().losses == []


def test_regression():
    ours = experiment("quick_l2", SMALL)
    model = ours.model()
    assert model.get_layer("chroma_quarter").output.shape == (None, 8, 8, 2)
    (objective,) = ours.objectives(model)
    targets = np.zeros((1, 32, 32, 2), "float32")
    targets[:, ::4, ::4] = (0.6, -0.8)
    layers = {"chroma_quarter": keras.ops.zeros((1, 8, 8, 2))}
    terms = objective.loss(StepBatch(None, keras.ops.convert_to_tensor(targets), None, layers))
    assert {name: float(value) for name, value in terms.items()} == {"loss_l2": pytest.approx(0.5)}


@pytest.mark.parametrize(("first", "second"), [("quick", "quick_l2"), ("small", "small_l2")])
def test_the_baseline_differs_in_its_head_alone(first, second):
    classes, regression = load_config(FOLDER, first), load_config(FOLDER, second)
    assert classes.data == regression.data
    assert classes.optimizer == regression.optimizer
    assert classes.train == regression.train
    assert regression.model == {**classes.model, "head": "regression"}


def test_paper_preset_has_the_steps_of_the_paper():
    config = load_config(FOLDER, "paper")
    steps = config.data.train_images // config.train.batch_size
    assert config.train.epochs * steps == pytest.approx(450_000, rel=0.02)
    table = config.optimizer["colorizer"]
    rate, changes = table.options["learning_rate"], table.schedule.options["changes"]
    assert [round(epochs * steps, -3) for epochs, _ in changes] == [200_000, 375_000]
    assert [rate * factor for _, factor in changes] == pytest.approx([1e-5, 3e-6], rel=1e-3)


def test_another_lambda():
    ours = experiment("quick", [*SMALL, "objectives.uniform_share=2"])
    with pytest.raises(UserError, match=r"^zhang_cic: uniform_share is 2.0; expected .* in \[0, 1"):
        ours.objectives(small_network())


def grey_training_set(name, of_images):
    assert name == "class_prior"
    return of_images(np.full((2, 32, 32, 3), 90, "uint8")).mean(axis=0)


def test_a_grey_training_set_has_no_prior():
    ours, message = experiment("quick", SMALL), r"^zhang_cic: the training set shows 1 of 313 color"
    with pytest.raises(UserError, match=message):
        ours.objectives(small_network(), grey_training_set)


def test_without_rebalancing_no_prior_is_asked_for():
    ours = experiment("quick", [*SMALL, "objectives.uniform_share=1"])

    def refuse(name, of_images):
        raise AssertionError(name)

    (objective,) = ours.objectives(small_network(), refuse)
    assert objective.reads == ("logits",)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["data.height=36"], r"data\.height is 36; .* a multiple of 8, such as 32 or 40"),
        (["data.width=20"], r"data\.width is 20; .* such as 16 or 24"),
        (["model.head=classify"], r"model\.head is 'classify'; expected 'classes' or 'regression'"),
        (["model.temperature=0"], r"temperature is 0.0; expected a number above 0"),
        (["model.weight_decay=-1"], r"model\.weight_decay is -1.0; expected 0 or more"),
        (["color.space=yuv_tanh"], r"color\.space is 'yuv_tanh'.*such as 'lab_cic'"),
    ],
)
def test_refusals(overrides, message):
    ours = experiment("quick", [*SMALL, *overrides])
    with pytest.raises(UserError, match=rf"^zhang_cic: {message}"):
        ours.model()
