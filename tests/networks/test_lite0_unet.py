"""The U-Net on EfficientNet-Lite0: fastai's widths, any size, where it begins, what is trained."""

import importlib.util

import keras
import numpy as np
import pytest

from colorkeras.networks.efficientnet_lite0 import IMAGENET_WEIGHTS
from colorkeras.networks.lite0_unet import lite0_unet

needs_weights = pytest.mark.skipif(
    importlib.util.find_spec(IMAGENET_WEIGHTS.module) is None,
    reason=f"{IMAGENET_WEIGHTS.package} is not installed",
)
# At 75×50, sizes that no stride divides: fastai's rules from 320 and 112, 40, 24, 16 channels.
LAYERS = {
    "middle_conv1": (3, 2, 640),
    "middle_conv2": (3, 2, 320),
    "up1_skip": (5, 4, 160 + 112),
    "up1_conv2": (5, 4, 272),
    "up2_skip": (10, 7, 136 + 40),
    "up2_conv2": (10, 7, 176),
    "up3_skip": (19, 13, 88 + 24),
    "up3_conv2": (19, 13, 112),
    "up4_skip": (38, 25, 56 + 16),
    "up4_conv2": (38, 25, 36),
    "last_skip": (75, 50, 36 + 1),
    "out": (75, 50, 2),
}


@pytest.fixture(scope="module")
def random():
    return lite0_unet(75, 50, weights="none")


def test_layers(random):
    assert {name: random.get_layer(name).output.shape[1:] for name in LAYERS} == LAYERS
    assert random.output.dtype == "float32"


def test_doubling_begins_as_repetition(random):
    x = np.random.default_rng(0).standard_normal((1, 3, 2, 320)).astype("float32")
    doubled = np.asarray(random.get_layer("up1_shuffle")(x))
    np.testing.assert_allclose(doubled, doubled[:, ::2, ::2].repeat(2, 1).repeat(2, 2), atol=1e-5)
    assert 0.4 < np.square(doubled).mean() < 2.5  # He et al.: as large as its input


@needs_weights
def test_encoder_sees_grey_levels_and_may_be_frozen():
    model = lite0_unet(32, 32, freeze=True)
    levels = keras.Model(model.input, model.get_layer("levels").output)
    found = levels(np.float32([-1, 0, 1]).repeat(1024).reshape(3, 32, 32, 1))
    assert np.unique(found).tolist() == [0, 127.5, 255]
    assert not any(weight.path.startswith("encoder_") for weight in model.trainable_weights)
    assert len(model.trainable_weights) > 20
