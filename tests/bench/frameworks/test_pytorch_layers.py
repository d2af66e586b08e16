"""Keras's layers in PyTorch, one by one: the same numbers for the same weights."""

import keras
import numpy as np
import pytest
from keras import layers

from colorkeras.bench.frameworks.keras_graph import describe_graph
from colorkeras.config.optimizers import OPTIMIZERS
from colorkeras.console.errors import UserError

pytest.importorskip("torch")

import torch

from colorkeras.bench.frameworks.pytorch_networks import Network, _optimizer

LAYERS = [
    layers.Conv2D(4, 3, padding="same", activation="elu"),
    layers.Conv2D(4, 3, strides=2, padding="same"),
    layers.Conv2D(4, 3, dilation_rate=2, padding="same"),
    layers.Conv2D(4, (2, 3), padding="valid", activation="gelu"),
    layers.Conv2DTranspose(4, 4, strides=2, padding="same"),
    layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="tanh"),
    layers.Conv2DTranspose(4, 2, strides=3, padding="valid"),
    layers.BatchNormalization(),
    layers.AveragePooling2D(2),
    layers.MaxPooling2D(2),
    layers.UpSampling2D(2),
    layers.UpSampling2D(2, interpolation="bilinear"),
    layers.ZeroPadding2D(((1, 2), (0, 3))),
    layers.Cropping2D(((1, 0), (2, 1))),
    layers.LeakyReLU(0.2),
    layers.ReLU(),
    layers.Rescaling([1.0, 2.0, 3.0], 0.5),
    layers.GlobalAveragePooling2D(),
    layers.Flatten(),
    layers.Reshape((3, 8, 6)),
    layers.Activation("sigmoid"),
]


def in_pytorch(model):
    weights = {}
    graph = describe_graph(model, iter([True] * len(model.layers)), weights, "model")
    network = Network(graph, torch.float32)
    network.load(weights, "model")
    return network


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_layer(layer):
    inputs = keras.Input((6, 8, 3))
    outputs = layer(layers.Conv2D(3, 1)(inputs))  # so that every network has weights
    model = keras.Model(inputs, outputs)
    draw = np.random.default_rng(0).uniform
    model.set_weights([draw(0.1, 1, weight.shape) for weight in model.get_weights()])
    images = draw(-1, 1, (2, 6, 8, 3)).astype(np.float32)
    found = in_pytorch(model).predict([images])
    np.testing.assert_allclose(found, np.asarray(model(images)), rtol=1e-5, atol=1e-5)


def test_unknown_layer_is_named():
    model = keras.Sequential([keras.Input((6, 8, 3)), layers.GaussianNoise(0.1, name="shaky")])
    with pytest.raises(UserError, match="layer shaky: GaussianNoise has no translation to PyTorch"):
        in_pytorch(model)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("fused", [False, True])
def test_optimizer(name, fused):
    """PyTorch has one of each kind, whatever library the rule is of."""
    weights = [torch.nn.Parameter(torch.ones(2))]
    described = {"optimizer": name, "options": OPTIMIZERS[name]}
    found = _optimizer(described, weights, fused)
    assert type(found).__name__.lower() == name.partition("_")[0]
    assert found.defaults["lr"] == OPTIMIZERS[name]["learning_rate"]
    weights[0].grad = torch.ones(2)
    found.step()
    assert float(weights[0][0].detach()) < 1
