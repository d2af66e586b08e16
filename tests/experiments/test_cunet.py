"""cunet: the network layer by layer, how far it sees, its options, refusals."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment, networks_of, trainable_parameters

FOLDER = Path(__file__).parents[2] / "experiments" / "cunet"
# Convolution: output at 256×256, parameters without those of the normalisation.
LAYERS = {
    "conv_1_1": ((256, 256, 64), 640),
    "conv_1_2": ((256, 256, 64), 36_928),
    "conv_2_1": ((128, 128, 128), 73_856),
    "conv_2_2": ((128, 128, 128), 147_584),
    "conv_3_1": ((64, 64, 256), 295_168),
    "conv_3_2": ((64, 64, 256), 590_080),
    "conv_4_1": ((32, 32, 512), 1_180_160),
    "conv_4_2": ((32, 32, 512), 2_359_808),
    "extended_5_1": ((32, 32, 512), 2_359_808),
    "extended_5_2": ((32, 32, 512), 2_359_808),
    "extended_6_1": ((32, 32, 512), 2_359_808),
    "extended_6_2": ((32, 32, 512), 2_359_808),
    "conv_7_1": ((32, 32, 512), 2_359_808),
    "conv_7_2": ((32, 32, 512), 2_359_808),
    "up_8_1": ((64, 64, 256), 2_097_408),
    "conv_8_2": ((64, 64, 256), 1_179_904),
    "up_9_1": ((128, 128, 128), 524_416),
    "conv_9_2": ((128, 128, 128), 295_040),
    "up_10_1": ((256, 256, 64), 131_136),
    "conv_10_2": ((256, 256, 64), 73_792),
    "head": ((256, 256, 2), 130),
}
CONCATENATIONS = {
    "up_8_1_concat": (64, 64, 512),
    "up_9_1_concat": (128, 128, 256),
    "up_10_1_concat": (256, 256, 128),
}
SMALL = ["data.height=16", "data.width=16"]


def experiment(preset="paper", overrides=()):
    return load_experiment(load_config(FOLDER, preset, overrides))


def build(*overrides):
    return experiment(overrides=[*SMALL, *overrides]).model()


def parameters(model):
    return trainable_parameters({"colorizer": model})["colorizer"]


def test_layers():
    ours = experiment()
    model = ours.model()
    for name, (shape, count) in LAYERS.items():
        assert model.get_layer(name).output.shape[1:] == shape, name
        assert model.get_layer(name).count_params() == count, name
    for name, shape in CONCATENATIONS.items():
        assert model.get_layer(name).output.shape[1:] == shape, name
    networks = networks_of(model, ours.objectives(model))
    assert trainable_parameters(networks) == ours.config.expected["parameters"]


@pytest.mark.parametrize(("dilation", "pixels"), [(2, 228), (1, 164)])
def test_receptive_field_of_the_bottom(dilation, pixels):
    """The columns that one position of the last layer at an eighth of the size depends on."""
    model = build("data.width=256", f"model.dilation={dilation}")
    bottom = keras.Model(model.input, model.get_layer("conv_7_2_norm").output)
    image = tf.random.stateless_uniform((1, 16, 256, 1), seed=(0, 0))
    with tf.GradientTape() as tape:
        tape.watch(image)
        # Inference: batch statistics would make every position depend on all.
        one = bottom(image, training=False)[0, 0, 16]
    gradient = np.asarray(tape.gradient(one, image))[0, :, :, 0]
    seen = np.flatnonzero(np.abs(gradient).max(axis=0))
    assert seen[-1] - seen[0] + 1 == pixels


def test_order_of_activation_and_normalisation():
    for order, names in (
        ("act_bn", ["conv_1_1", "conv_1_1_sigmoid", "conv_1_1_norm"]),
        ("bn_act", ["conv_1_1", "conv_1_1_norm", "conv_1_1_sigmoid"]),
    ):
        model = build(f"model.norm_order={order}")
        assert [layer.name for layer in model.layers[1:4]] == names
        assert parameters(model) == 23_156_674


def test_downsampling_by_stride():
    model = build("model.downsampling=stride")
    assert not any("pool" in layer.name for layer in model.layers)
    assert model.get_layer("conv_4_1").output.shape[1:] == (2, 2, 512)
    assert parameters(model) == 23_156_674


def test_activation():
    model = build("model.activation=relu")
    used = [layer.activation.__name__ for layer in model.layers if hasattr(layer, "activation")]
    assert set(used) == {"relu", "linear", "tanh"}


@pytest.mark.parametrize(("preset", "scale"), [("paper", 127.0), ("normalized", 1.0)])
def test_output_scale(preset, scale):
    model = experiment(preset, SMALL).model()
    head = model.get_layer("head")
    head.bias.assign([50.0, -50.0])  # drives tanh into both of its ends
    outputs = np.asarray(model(np.zeros((1, 16, 16, 1), "float32")))
    np.testing.assert_allclose(outputs[0, 0, 0], [scale, -scale], rtol=1e-6)


def test_first_weights_are_those_of_pytorch():
    """Uniform in ±1/√n: n = 9·64 in a convolution, 16·256 (outputs) in a transposed one, 64."""
    model = build()
    for name, bound in (("conv_1_2", 1 / 24), ("up_8_1", 1 / 64), ("head", 1 / 8)):
        kernel, bias = (np.asarray(weight) for weight in model.get_layer(name).weights)
        spread = np.abs(kernel).max(), kernel.std() * np.sqrt(3)
        assert spread == pytest.approx((bound, bound), rel=0.15), name
        assert 0 < np.abs(bias).max() <= bound, name
        assert max(spread[0], np.abs(bias).max()) <= bound, name


def test_first_weights_beside_torch():
    torch = pytest.importorskip("torch")
    model = build()
    transposed = torch.nn.ConvTranspose2d(512, 256, 4, 2, 1)
    for name, theirs in (("conv_4_2", torch.nn.Conv2d(512, 512, 3)), ("up_8_1", transposed)):
        for weight, other in zip(model.get_layer(name).weights, theirs.parameters(), strict=True):
            expected = float(other.detach().abs().max())
            assert np.abs(np.asarray(weight)).max() == pytest.approx(expected, rel=0.05), name


def test_first_weights_of_keras():
    """Of runs before `initial_weights`: biases of zero, kernels 1.73 times as wide."""
    kernel, bias = build("model.initial_weights=keras").get_layer("conv_7_1").get_weights()
    assert not bias.any()
    assert kernel.std() * np.sqrt(3) == pytest.approx(np.sqrt(3) / np.sqrt(9 * 512), rel=0.01)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.initial_weights=zero", "model.initial_weights: received 'zero', expected one of"),
        ("data.height=20", "data.height is 20; three halvings need a multiple of 8, such as 16 or"),
        ("data.width=28", "data.width is 28; three halvings need a multiple of 8, such as 24 or"),
        ("model.norm_order=bn", "model.norm_order: received 'bn', expected one of act_bn, bn_act"),
        ("model.activation=tanh", "model.activation: received 'tanh', expected one of sigmoid"),
        ("model.downsampling=max", "model.downsampling: received 'max', expected one of average"),
        ("model.dilation=0", "model.dilation: received 0, expected 1 or more"),
        ("model.output_scale=0", "model.output_scale: received 0.0, expected more than 0"),
    ],
)
def test_refusals(override, message):
    with pytest.raises(UserError, match=f"cunet: {message}"):
        build(override)
