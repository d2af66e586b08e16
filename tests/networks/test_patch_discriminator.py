"""The discriminator of patches, layer by layer against the paper's table."""

import math

import keras
import numpy as np
import pytest

from colorkeras.networks.patch_discriminator import patch_discriminator

# Output shape and trainable parameters at 256×256×3, with those of the normalisation.
LAYERS = {
    "conv1": ((128, 128, 64), 4 * 4 * 3 * 64 + 64),
    "conv2": ((64, 64, 128), 131_072),
    "conv3": ((32, 32, 256), 524_288),
    "conv4": ((31, 31, 512), 2_097_152),
    "logits": ((30, 30, 1), 8_193),
}


@pytest.fixture(scope="module")
def network():
    return patch_discriminator(256, 256)


def trainable(network):
    return sum(math.prod(weight.shape) for weight in network.trainable_weights)


@pytest.mark.parametrize("name", LAYERS)
def test_layers(network, name):
    layer = network.get_layer(name)
    shape, parameters = LAYERS[name]
    assert layer.output.shape[1:] == shape
    assert layer.count_params() == parameters
    assert layer.use_bias == (name in ("conv1", "logits"))


def test_parameters(network):
    assert trainable(network) == 2_765_633


def test_normalisation_is_pytorchs(network):
    norms = [x for x in network.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert [norm.name for norm in norms] == ["conv2_norm", "conv3_norm", "conv4_norm"]
    assert {(norm.momentum, norm.epsilon) for norm in norms} == {(0.9, 1e-5)}


def test_initial_weights(network):
    kernel = np.asarray(network.get_layer("conv4").kernel)
    assert abs(kernel.mean()) < 1e-4
    assert kernel.std() == pytest.approx(0.02, rel=0.01)
    gamma = np.asarray(network.get_layer("conv4_norm").gamma)
    assert gamma.mean() == pytest.approx(1, abs=0.005)
    assert gamma.std() == pytest.approx(0.02, rel=0.2)
    assert not np.any(np.asarray(network.get_layer("logits").bias))


def test_a_logit_sees_70_pixels():
    """The logit in the middle answers to 70×70 pixels and to no others."""
    network = patch_discriminator(128, 128)
    image = np.zeros((1, 128, 128, 3), "float32")
    before = np.asarray(network(image, training=False))[0, 7, 7, 0]
    # Logit i sees the rows 8i - 23 to 8i + 46.
    for row, is_seen in ((32, False), (33, True), (102, True), (103, False)):
        changed = image.copy()
        changed[0, row] = 100.0
        after = np.asarray(network(changed, training=False))[0, 7, 7, 0]
        assert (after != before) == is_seen, row


def test_logits_are_float32_whatever_the_policy():
    keras.config.set_dtype_policy("mixed_bfloat16")
    network = patch_discriminator(32, 32)
    assert network(np.zeros((1, 32, 32, 3), "float32")).dtype == "float32"
    assert network.get_layer("conv4").compute_dtype == "bfloat16"


def test_least_size():
    assert patch_discriminator(24, 40).output_shape == (None, 1, 3, 1)
    for height, width, side in ((23, 24, "data.height is 23"), (24, 16, "data.width is 16")):
        with pytest.raises(ValueError, match=f"{side}; .* at least 24"):
            patch_discriminator(height, width)
