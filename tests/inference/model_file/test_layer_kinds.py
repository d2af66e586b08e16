"""Every layer that a model file may have: our shapes, weights and values against Keras itself."""

import h5py
import keras
import numpy as np
import pytest
from keras import layers
from saved_models import METADATA

from colorkeras.color.space import ColorSpace
from colorkeras.inference.model_file import container
from colorkeras.inference.model_file.checks import open_checked
from colorkeras.inference.model_file.layer_kinds import KINDS
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import save_model

SPACE = ColorSpace.named("yuv_tanh")
SIZE = (12, 8)

# (layer of the whole image with 4 channels)
ON_IMAGES = [
    layers.Conv2D(6, 3),
    layers.Conv2D(6, (5, 2), strides=(2, 3), padding="same", use_bias=False),
    layers.Conv2D(4, 3, dilation_rate=(2, 1), activation="gelu", kernel_regularizer="l2"),
    layers.Conv2DTranspose(3, 4, strides=2, padding="same"),
    layers.Conv2DTranspose(3, (2, 5), strides=(3, 2), padding="valid", use_bias=False),
    layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same"),
    layers.DepthwiseConv2D((2, 3), dilation_rate=2),
    layers.Dense(7, activation="silu", kernel_constraint=keras.constraints.MaxNorm(2.0)),
    layers.BatchNormalization(),
    layers.BatchNormalization(axis=3, scale=False, center=False),
    layers.LayerNormalization(),
    layers.GroupNormalization(groups=2),
    layers.GroupNormalization(groups=-1, center=False),
    layers.UnitNormalization(),
    layers.Activation("hard_silu"),
    layers.Identity(),
    layers.ReLU(max_value=6.0, negative_slope=0.1),
    layers.LeakyReLU(0.2),
    layers.ELU(0.5),
    layers.PReLU(),
    layers.PReLU(shared_axes=[1, 2]),
    layers.Softmax(),
    layers.Rescaling(2.0, offset=[1.0, 2.0, 3.0, 4.0]),
    layers.Dropout(0.5),
    layers.SpatialDropout2D(0.5, seed=3),
    layers.GaussianNoise(0.5),
    layers.Reshape((4, -1)),
    layers.Flatten(),
    layers.Permute((2, 3, 1)),
    layers.Cropping2D(((1, 2), (3, 0))),
    layers.ZeroPadding2D(((1, 2), (3, 0))),
    layers.UpSampling2D((2, 3), interpolation="bilinear"),
    layers.Resizing(5, 7),
    layers.Resizing(5, 7, interpolation="nearest"),
    layers.MaxPooling2D(3, strides=2, padding="same"),
    layers.AveragePooling2D((2, 3)),
    layers.GlobalAveragePooling2D(),
    layers.GlobalMaxPooling2D(keepdims=True),
]
MERGING = [
    *(layers.Concatenate(), layers.Concatenate(axis=1), layers.Add(), layers.Subtract()),
    *(layers.Multiply(), layers.Average(), layers.Maximum(), layers.Minimum()),
]


@pytest.fixture(autouse=True)
def without_trial(monkeypatch):
    """No second process: these files are ours."""
    monkeypatch.setattr(container, "try_reading", lambda path, max_memory: None)


def name_of(value):
    return value.name if isinstance(value, keras.Layer) else None


def opened_again(path, inputs, features):
    """Save a colorizer that goes through `features`; check our shapes, and read it back."""
    # Names of our own: those that Keras counts may be those of the layers above.
    while len(features.shape) < 4:
        shape = (1, *features.shape[1:])
        features = layers.Reshape(shape, name=f"rank_{len(shape)}")(features)
    chroma = layers.Conv2D(2, 1, activation="tanh", name="chroma")(
        layers.Resizing(*SIZE, name="whole")(features)
    )
    model = keras.Model(inputs, chroma)
    draw = np.random.default_rng(0)
    model.set_weights([draw.uniform(0.1, 0.9, w.shape) for w in model.get_weights()])
    save_model(path, model, SPACE, METADATA)
    network = open_checked(path).network
    for layer in model.layers:
        if not isinstance(layer, keras.Model):
            assert network.layers[layer.name].output == [layer.output.shape[1:]]
    assert sum(np.prod(shape) for shape in network.weights.values()) == model.count_params()
    image = draw.random((2, *SIZE, 1), "float32")
    loaded = load_model(path).model
    np.testing.assert_array_equal(loaded(image, training=False), model(image, training=False))
    return loaded


def images(inputs):
    return layers.Conv2D(4, 3, padding="same", name="first")(inputs)


@pytest.mark.parametrize("layer", ON_IMAGES, ids=name_of)
def test_one_input(layer, tmp_path):
    inputs = keras.Input((*SIZE, 1))
    opened_again(tmp_path / "model.h5", inputs, layer(images(inputs)))


@pytest.mark.parametrize("layer", MERGING, ids=name_of)
def test_merging(layer, tmp_path):
    inputs = keras.Input((*SIZE, 1))
    first = images(inputs)
    opened_again(tmp_path / "model.h5", inputs, layer([first, layers.ReLU(name="second")(first)]))


def test_scales_of_a_channel_each(tmp_path):
    """Squeeze and excitation: (1, 1, channels) times an image."""
    inputs = keras.Input((*SIZE, 1))
    first = images(inputs)
    scales = layers.Dense(4, activation="sigmoid")(
        layers.GlobalAveragePooling2D(keepdims=True)(first)
    )
    opened_again(tmp_path / "model.h5", inputs, layers.Multiply()([first, scales]))


def test_repeated_vector(tmp_path):
    inputs = keras.Input((*SIZE, 1))
    repeated = layers.RepeatVector(5)(layers.GlobalMaxPooling2D()(images(inputs)))
    opened_again(tmp_path / "model.h5", inputs, repeated)


def test_every_kind_is_tried():
    tried = {type(layer).__name__ for layer in (*ON_IMAGES, *MERGING)} | {"RepeatVector"}
    assert tried == set(KINDS)


def test_models_in_models_and_shared_layers(tmp_path):
    inputs, inner = keras.Input((*SIZE, 1)), keras.Input((*SIZE, 4))
    twice = layers.Conv2D(4, 1, name="conv")
    block = keras.Sequential(
        [keras.Input((*SIZE, 4)), layers.Conv2D(4, 1, name="conv")], name="block"
    )
    ends = [twice(inner), layers.PReLU()(block(twice(inner)))]
    functional = keras.Model(inner, ends, name="inner")
    first, second = functional(images(inputs))
    third, _ = functional(second, training=False)
    loaded = opened_again(tmp_path / "model.h5", inputs, layers.Add()([first, second, third]))
    inner = next(layer for layer in loaded.layers if layer.name == "inner")
    assert [type(layer).__name__ for layer in inner.layers][-2:] == ["Sequential", "PReLU"]


def test_a_model_at_the_end(tmp_path):
    """Among outputs Keras counts the calls of a functional model from 1, elsewhere from 0."""
    inputs, inner = keras.Input((*SIZE, 1)), keras.Input((*SIZE, 1))
    both = keras.Model(inner, layers.Conv2D(2, 1)(inner), name="inner")
    chroma = both(layers.ReLU()(inputs))
    model = keras.Model(inputs, both(layers.Conv2D(1, 1)(chroma)))
    save_model(tmp_path / "model.h5", model, SPACE, METADATA)
    image = np.random.default_rng(0).random((2, *SIZE, 1), "float32")
    loaded = load_model(tmp_path / "model.h5").model
    np.testing.assert_array_equal(loaded(image), model(image))


def test_frozen_layers(tmp_path):
    inputs = keras.Input((*SIZE, 1))
    first = images(inputs)
    frozen = layers.BatchNormalization(trainable=False)
    loaded = opened_again(tmp_path / "model.h5", inputs, frozen(first))
    assert not loaded.get_layer(frozen.name).trainable


def test_weights_named_otherwise_inside_their_group(tmp_path):
    """Keras writes the scopes of a Sequential into the names: seq/conv/kernel, not conv/kernel."""
    model = keras.Sequential(
        [keras.Input((*SIZE, 1)), layers.Conv2D(2, 1, name="conv")], name="seq"
    )
    save_model(tmp_path / "model.h5", model, SPACE, METADATA)
    with h5py.File(tmp_path / "model.h5") as file:
        assert "model_weights/conv/seq/conv/kernel" in file
    loaded = load_model(tmp_path / "model.h5").model
    assert isinstance(loaded, keras.Sequential)
    for mine, theirs in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
