"""The layers against Keras's: results, gradients, and which shapes are theirs."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from colorkeras.networks.fast import convolutions_tensorflow
from colorkeras.networks.fast.convolutions_tensorflow import (
    MOST_HALVED,
    MOST_KEPT,
    TensorFlowConv2D,
    TensorFlowConv2DTranspose,
)

HALVING = {"kernel_size": 4, "strides": 2, "padding": "same"}
SAME_SIZE = {"kernel_size": 3, "padding": "same"}
DILATED = {**SAME_SIZE, "dilation_rate": 2}
DOWN = (layers.Conv2D, TensorFlowConv2D)
UP = (layers.Conv2DTranspose, TensorFlowConv2DTranspose)


def drawn(*shape):
    return tf.constant(np.random.default_rng(len(shape)).integers(-2, 3, shape).astype(np.float32))


@pytest.fixture
def products(monkeypatch):
    """Names of the convolutions of ours that were used."""
    used = []
    for name in ("_halve", "_double", "_keep_size"):
        function = getattr(convolutions_tensorflow, name)

        def counted(*arguments, name=name, function=function):
            used.append(name)
            return function(*arguments)

        monkeypatch.setattr(convolutions_tensorflow, name, counted)
    return used


@pytest.mark.parametrize(
    ("kinds", "options", "name"),
    [
        (DOWN, HALVING, "_halve"),
        (UP, HALVING, "_double"),
        (DOWN, SAME_SIZE, "_keep_size"),
        (DOWN, DILATED, "_keep_size"),
        (DOWN, {**SAME_SIZE, "dilation_rate": (1, 3)}, "_keep_size"),
    ],
)
def test_layers_equal_keras(products, kinds, options, name):
    """Result and all gradients, in bfloat16: the same numbers, rounded at other places."""
    inputs = tf.cast(drawn(2, 4, 6, 3), tf.bfloat16)
    found = []
    for kind in kinds:
        layer = kind(5, **options, activation="tanh", dtype="mixed_bfloat16")
        layer.build(inputs.shape)
        layer.set_weights([0.1 * drawn(*v.shape).numpy() for v in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            loss = tf.reduce_sum(tf.cast(outputs, tf.float32) ** 2)
        weights = [variable.value for variable in layer.trainable_variables]
        found.append([outputs, *tape.gradient(loss, [inputs, *weights])])
    assert products == [name]
    for one, other in zip(*found, strict=True):
        scale = np.abs(np.asarray(one, np.float32)).max()
        np.testing.assert_allclose(
            np.asarray(one, np.float32), np.asarray(other, np.float32), atol=0.02 * scale
        )


@pytest.mark.parametrize(
    ("layer", "side", "is_ours"),
    [
        (TensorFlowConv2D(2, **HALVING, dtype="mixed_bfloat16"), MOST_HALVED, True),
        (TensorFlowConv2D(2, **HALVING, dtype="mixed_bfloat16"), MOST_HALVED + 2, False),
        (TensorFlowConv2D(2, **HALVING, dtype="mixed_bfloat16"), 7, False),
        (TensorFlowConv2D(2, **HALVING, dtype="float32"), 8, False),
        (TensorFlowConv2D(2, 4, padding="same", dtype="mixed_bfloat16"), 8, False),
        (TensorFlowConv2DTranspose(2, **HALVING, dtype="mixed_bfloat16"), MOST_HALVED // 2, True),
        (TensorFlowConv2DTranspose(2, **HALVING, dtype="mixed_bfloat16"), MOST_HALVED, False),
        (TensorFlowConv2DTranspose(2, 3, 2, padding="same", dtype="mixed_bfloat16"), 8, False),
        (TensorFlowConv2D(2, **SAME_SIZE, dtype="mixed_bfloat16"), MOST_KEPT, True),
        (TensorFlowConv2D(2, **SAME_SIZE, dtype="mixed_bfloat16"), MOST_KEPT + 1, False),
        (TensorFlowConv2D(2, **SAME_SIZE, strides=2, dtype="mixed_bfloat16"), 8, False),
        (TensorFlowConv2D(2, **SAME_SIZE, groups=2, dtype="mixed_bfloat16"), 8, False),
        (TensorFlowConv2D(2, **DILATED, dtype="mixed_bfloat16"), MOST_KEPT + 1, True),
        (TensorFlowConv2D(2, **DILATED, dtype="float32"), 8, False),
        (TensorFlowConv2D(2, 3, dilation_rate=2, dtype="mixed_bfloat16"), 8, False),
    ],
)
def test_other_shapes_are_left_to_keras(products, layer, side, is_ours):
    assert layer(tf.ones((1, side, side, 2))).shape[-1] == 2
    assert bool(products) == is_ours
