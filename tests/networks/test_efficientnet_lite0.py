"""EfficientNet-Lite0 as encoder: right names for photographs, and the same by other ways."""

import importlib.util

import keras
import numpy as np
import pytest

from colorkeras.networks.efficientnet_lite0 import IMAGENET_WEIGHTS, lite0_features
from colorkeras.networks.torch_file import read_state_dict

CHANNELS = {2: 16, 4: 24, 8: 40, 16: 112, 32: 320}
needs_weights = pytest.mark.skipif(
    importlib.util.find_spec(IMAGENET_WEIGHTS.module) is None,
    reason=f"{IMAGENET_WEIGHTS.package} is not installed",
)


def encoder(height, width, **options):
    levels = keras.Input((height, width, 1))
    return keras.Model(levels, list(lite0_features(levels, **options).values()))


@pytest.fixture(scope="module")
def state():
    return read_state_dict(IMAGENET_WEIGHTS.read("imagenet"))


@pytest.fixture(scope="module")
def classifier(state):
    """The whole network, 224×224 grey levels to 1,000 probabilities: encoder, head, classes."""
    levels = keras.Input((224, 224, 1))
    x = keras.layers.Conv2D(1280, 1, use_bias=False, name="head")(lite0_features(levels)[32])
    x = keras.layers.BatchNormalization(epsilon=1e-3, name="head_norm")(x, training=False)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU(6.0)(x))
    model = keras.Model(levels, keras.layers.Dense(1000, "softmax", name="classes")(x))
    norm = ("weight", "bias", "running_mean", "running_var")
    model.get_layer("head").set_weights([state["_conv_head.weight"].transpose(2, 3, 1, 0)])
    model.get_layer("head_norm").set_weights([state[f"_bn1.{part}"] for part in norm])
    model.get_layer("classes").set_weights([state["_fc.weight"].T, state["_fc.bias"]])
    return model


# Photographs inside the wheel of scikit-image, in the public domain or under CC0.
@needs_weights
@pytest.mark.parametrize(
    ("photograph", "names"),
    [
        ("cat", {281: "tabby", 282: "tiger cat", 285: "Egyptian cat"}),
        ("coffee", {967: "espresso"}),
        ("camera", {872: "tripod"}),
    ],
)
def test_photographs_are_named(classifier, photograph, names):
    import cv2
    import skimage.data

    image = getattr(skimage.data, photograph)()
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
    side = min(grey.shape)
    top, left = ((size - side) // 2 for size in grey.shape)
    square = grey[top : top + side, left : left + side]
    levels = cv2.resize(square, (224, 224), interpolation=cv2.INTER_AREA)
    probabilities = classifier.predict(levels[None, ..., None].astype("float32"), verbose=0)[0]
    assert int(probabilities.argmax()) in names
    assert sum(probabilities[index] for index in names) > 0.6


@needs_weights
def test_folded_normalization_computes_the_same():
    levels = np.random.default_rng(0).uniform(0, 255, (2, 50, 70, 1)).astype("float32")
    folded, normalized = encoder(50, 70), encoder(50, 70, keep_statistics=False)
    for mine, theirs in zip(folded(levels), normalized(levels, training=False), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-3)


@needs_weights
@pytest.mark.parametrize("options", [{}, {"weights": "none"}, {"keep_statistics": False}])
def test_shapes_and_names(options):
    levels = keras.Input((50, 70, 1))
    features = lite0_features(levels, **options)
    expected = {n: (None, -(-50 // n), -(-70 // n), c) for n, c in CHANNELS.items()}
    assert {stride: tensor.shape for stride, tensor in features.items()} == expected
    model = keras.Model(levels, list(features.values()))
    assert all(layer.name.startswith("encoder_") for layer in model.layers[1:])
    assert model.trainable_weights


@needs_weights
def test_frozen_trains_nothing():
    assert not encoder(32, 32, freeze=True).trainable_weights


def test_frozen_and_random_is_refused():
    with pytest.raises(ValueError, match="stay random"):
        encoder(32, 32, weights="none", freeze=True)
