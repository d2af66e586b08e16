"""EfficientNet-Lite0 as encoder: right names for photographs, and the same by other ways."""

import importlib.util
import math

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


def convolve(x, kernel, stride=1):
    """NumPy, TensorFlow's "same" padding. x: (rows, columns, channels); kernel as PyTorch's."""
    filters, per_group, side, _ = kernel.shape
    sizes = [-(-size // stride) for size in x.shape[:2]]
    spans = zip(sizes, x.shape[:2], strict=True)
    excess = [max((size - 1) * stride + side - before, 0) for size, before in spans]
    x = np.pad(x, [(n // 2, n - n // 2) for n in excess] + [(0, 0)])
    out = np.zeros((*sizes, filters))
    for i, j in np.ndindex(side, side):
        seen = x[i : i + sizes[0] * stride : stride, j : j + sizes[1] * stride : stride]
        seen = seen[: sizes[0], : sizes[1]]
        out += seen @ kernel[:, :, i, j].T if per_group > 1 else seen * kernel[:, 0, i, j]
    return out


def features_by_numpy(levels, state):
    """The encoder written a second time, from three equal channels, in float64."""

    def apply(x, conv, norm, stride=1, relu=True):
        parts = ("weight", "bias", "running_mean", "running_var")
        gamma, beta, mean, variance = (state[f"{norm}.{part}"] for part in parts)
        x = convolve(x, state[f"{conv}.weight"].astype("float64"), stride)
        x = (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        return np.clip(x, 0, 6) if relu else x

    x = apply(np.stack([(levels - 127) / 128] * 3, -1), "_conv_stem", "_bn0", 2)
    halving, taps = {1: 2, 3: 2, 5: 2, 11: 2}, {}
    for number in range(16):
        block, before = f"_blocks.{number}.", x
        if number:
            x = apply(x, f"{block}_expand_conv", f"{block}_bn0")
        x = apply(x, f"{block}_depthwise_conv", f"{block}_bn1", halving.get(number, 1))
        x = apply(x, f"{block}_project_conv", f"{block}_bn2", relu=False)
        x = x + before if x.shape == before.shape else x
        taps[number] = x
    return [taps[number] for number in (0, 2, 4, 10, 15)]


@needs_weights
@pytest.mark.parametrize(("size", "folded"), [((64, 96), True), ((45, 70), False)])
def test_features_equal_those_by_numpy(size, folded, state):
    levels = np.random.default_rng(1).uniform(0, 255, size)
    model = encoder(*size, keep_statistics=folded)
    before = [] if folded else model.get_weights()
    found = model(levels[None, ..., None].astype("float32"), training=False)
    for mine, expected in zip(found, features_by_numpy(levels, state), strict=True):
        np.testing.assert_allclose(mine[0], expected, rtol=1e-3, atol=1e-3)
    if not folded:
        model(levels[None, ..., None].astype("float32"), training=True)
        pairs = zip(before, model.get_weights(), strict=True)
        changed = [old.shape for old, new in pairs if not np.array_equal(old, new)]
        assert len(changed) == 2 * 48  # mean and variance of each normalization


@pytest.mark.parametrize("weights", ["none", pytest.param("imagenet", marks=needs_weights)])
def test_shapes_and_names(weights):
    levels = keras.Input((50, 70, 1))
    features = lite0_features(levels, weights)
    expected = {n: (None, -(-50 // n), -(-70 // n), c) for n, c in CHANNELS.items()}
    assert {stride: tensor.shape for stride, tensor in features.items()} == expected
    model = keras.Model(levels, list(features.values()))
    assert all(layer.name.startswith("encoder_") for layer in model.layers[1:])
    count = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert count == {"none": 2_958_272, "imagenet": 2_938_544}[weights]


@needs_weights
@pytest.mark.parametrize("keep_statistics", [True, False])
def test_frozen_trains_nothing(keep_statistics):
    assert not encoder(32, 32, freeze=True, keep_statistics=keep_statistics).trainable_weights


def test_frozen_and_random_is_refused():
    with pytest.raises(ValueError, match=r"would stay random\. .* model\.freeze to false"):
        encoder(32, 32, weights="none", freeze=True)
