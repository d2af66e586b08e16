"""The U-Net, layer by layer against the paper's table; its depths, dropouts and refusals."""

import math

import keras
import numpy as np
import pytest

from colorkeras.networks.unet import unet

# Output shape and parameters of every convolution at 256×256, one channel in and two out.
CONVOLUTIONS = {
    "e1": ((128, 128, 64), 1_024),
    "e2": ((64, 64, 128), 131_072),
    "e3": ((32, 32, 256), 524_288),
    "e4": ((16, 16, 512), 2_097_152),
    "e5": ((8, 8, 512), 4_194_304),
    "e6": ((4, 4, 512), 4_194_304),
    "e7": ((2, 2, 512), 4_194_304),
    "e8": ((1, 1, 512), 4_194_304),
    "d1": ((2, 2, 512), 4_194_304),
    "d2": ((4, 4, 512), 8_388_608),
    "d3": ((8, 8, 512), 8_388_608),
    "d4": ((16, 16, 512), 8_388_608),
    "d5": ((32, 32, 256), 4_194_304),
    "d6": ((64, 64, 128), 1_048_576),
    "d7": ((128, 128, 64), 262_144),
    "out": ((256, 256, 2), 4_098),
}
NORMALISED = {*CONVOLUTIONS} - {"e1", "e8", "out"}


@pytest.fixture(scope="module")
def network():
    return unet(256, 256)


def names_of(network, kind):
    return [layer.name for layer in network.layers if isinstance(layer, kind)]


def dropouts(network):
    return [name.partition("_")[0] for name in names_of(network, keras.layers.Dropout)]


def trainable(network):
    return sum(math.prod(weight.shape) for weight in network.trainable_weights)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(network, name):
    layer = network.get_layer(name)
    shape, parameters = CONVOLUTIONS[name]
    assert layer.output.shape[1:] == shape
    assert layer.count_params() == parameters
    assert layer.kernel_size == (4, 4)
    assert layer.strides == (2, 2)


def test_layers_without_parameters_of_their_own(network):
    norms = names_of(network, keras.layers.BatchNormalization)
    assert norms == [f"{name}_norm" for name in CONVOLUTIONS if name in NORMALISED]
    assert names_of(network, keras.layers.LeakyReLU) == [f"e{n}_activation" for n in range(2, 9)]
    assert len(names_of(network, keras.layers.ReLU)) == 8
    for block in range(1, 8):
        skip = network.get_layer(f"d{block}_skip")
        encoder, decoder = skip.input
        assert encoder.shape == decoder.shape == network.get_layer(f"e{8 - block}").output.shape


def test_parameters(network):
    assert trainable(network) == 54_409_858


@pytest.mark.parametrize(("levels", "parameters"), [(7, 41_824_898), (5, 16_654_978)])
def test_a_level_less_has_one_512_block_less(levels, parameters):
    network = unet(2**levels, 2**levels, levels=levels)
    assert trainable(network) == parameters
    lost = [f"{side}{n}" for n in range(levels + 1, 9) for side in "ed"]
    assert not {layer.name for layer in network.layers} & set(lost)


def test_size_need_not_be_square():
    assert unet(32, 96, levels=5).output_shape == (None, 32, 96, 2)


@pytest.mark.parametrize(
    ("levels", "where", "expected"),
    [
        (8, "code", ["d2", "d3", "d4"]),
        (7, "code", ["d2", "d3"]),
        (6, "code", ["d2"]),
        (5, "code", []),
        (8, "paper", ["d1", "d2", "d3"]),
        (6, "paper", ["d1", "d2", "d3"]),
        (3, "paper", ["d1", "d2"]),
    ],
)
def test_where_dropout_is(levels, where, expected):
    assert dropouts(unet(2**levels, 2**levels, levels=levels, dropout_at=where)) == expected


def test_no_dropout():
    assert dropouts(unet(64, 64, levels=6, dropout=0.0)) == []


def test_dropout_is_random_in_training_only():
    network = unet(64, 64, levels=6, dropout_at="paper")
    image = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 1)).astype("float32")
    measured = [np.asarray(network(image, training=False)) for _ in range(2)]
    np.testing.assert_array_equal(*measured)
    trained = [np.asarray(network(image, training=True)) for _ in range(2)]
    assert np.abs(trained[0] - trained[1]).max() > 0


def test_same_padding_is_one_pixel_on_each_side(network):
    """On even sizes Keras's "same" is PyTorch's padding of 1, which the paper's code has."""
    image = np.random.default_rng(0).normal(size=(1, 256, 256, 1)).astype("float32")
    convolution = network.get_layer("e1")
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = keras.ops.conv(padded, convolution.kernel, strides=2, padding="valid")
    np.testing.assert_allclose(convolution(image), expected, atol=1e-6)


def test_output_is_float32_chroma_whatever_the_policy():
    keras.config.set_dtype_policy("mixed_bfloat16")
    network = unet(32, 32, levels=5)
    image = np.full((2, 32, 32, 1), 50.0, "float32")
    outputs = np.asarray(network(image))
    assert outputs.dtype == np.float32
    assert np.abs(outputs).max() <= 1
    assert network.get_layer("d4").compute_dtype == "bfloat16"


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((160, 256), "data.height is 160; .* such as 256, or pass model.levels=5"),
        ((512, 384), "data.width is 384; .* 256, such as 256 or 512, or pass model.levels=7"),
        ((256, 250), r"data.width is 250; .* a multiple of 256, such as 256\.$"),
        ((301, 256), r"data.height is 301; .* such as 256 or 512\.$"),
    ],
)
def test_sizes_that_do_not_fit(size, message):
    with pytest.raises(ValueError, match=message):
        unet(*size)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"levels": 1}, "model.levels is 1; expected at least 2"),
        ({"dropout": 1.0}, r"model.dropout is 1.0; expected a share in \[0, 1\)"),
        ({"dropout": -0.5}, "model.dropout is -0.5"),
        ({"dropout_at": "codes"}, "model.dropout_at is 'codes'; expected 'code' or 'paper'"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        unet(256, 256, **options)
