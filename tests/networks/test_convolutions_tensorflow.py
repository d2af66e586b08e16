"""The products of matrices against TensorFlow's gradients, the layers against Keras's."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from colorkeras.networks import convolutions_tensorflow
from colorkeras.networks.convolutions_tensorflow import (
    DoublingConv2DTranspose,
    HalvingConv2D,
    kernel_gradient,
)

OPTIONS = {"kernel_size": 4, "strides": 2, "padding": "same"}
PAIRS = ((layers.Conv2D, HalvingConv2D), (layers.Conv2DTranspose, DoublingConv2DTranspose))


def drawn(*shape):
    # Small whole numbers: their sums are exact in bfloat16's float32 accumulators.
    return tf.constant(np.random.default_rng(len(shape)).integers(-2, 3, shape).astype(np.float32))


@pytest.mark.parametrize("size", [(2, 2), (6, 4), (8, 8)])
def test_gradient_of_the_kernel_equals_tensorflows(size):
    larger = drawn(3, *size, 5)
    smaller = drawn(3, size[0] // 2, size[1] // 2, 7)
    expected = tf.raw_ops.Conv2DBackpropFilter(
        input=larger,
        filter_sizes=[4, 4, 5, 7],
        out_backprop=smaller,
        strides=[1, 2, 2, 1],
        padding="SAME",
    )
    np.testing.assert_array_equal(kernel_gradient(larger, smaller), expected)


@pytest.mark.parametrize(("reference", "faster"), PAIRS)
def test_layers_equal_keras(reference, faster):
    """Result and all gradients, in bfloat16: the same numbers, rounded at other places."""
    inputs = tf.cast(drawn(2, 4, 6, 3), tf.bfloat16)
    found = []
    for kind in (reference, faster):
        layer = kind(5, **OPTIONS, activation="tanh", dtype="mixed_bfloat16")
        layer.build(inputs.shape)
        layer.set_weights([0.1 * drawn(*v.shape).numpy() for v in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            loss = tf.reduce_sum(tf.cast(outputs, tf.float32) ** 2)
        weights = [variable.value for variable in layer.trainable_variables]
        found.append([outputs, *tape.gradient(loss, [inputs, *weights])])
    for one, other in zip(*found, strict=True):
        scale = np.abs(np.asarray(one, np.float32)).max()
        np.testing.assert_allclose(
            np.asarray(one, np.float32), np.asarray(other, np.float32), atol=0.02 * scale
        )


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({}, convolutions_tensorflow.MOST_PIXELS + 2),
        ({"strides": 1}, 8),
        ({"kernel_size": 3}, 8),
        ({"dtype": "float32"}, 8),
    ],
)
@pytest.mark.parametrize(("reference", "faster"), PAIRS)
def test_other_shapes_are_left_to_keras(monkeypatch, reference, faster, options, size):
    def refuse(*_):
        raise AssertionError("computed by matrix products")

    for name in ("_halve", "_double"):
        monkeypatch.setattr(convolutions_tensorflow, name, refuse)
    layer = faster(2, **{**OPTIONS, "dtype": "mixed_bfloat16", **options})
    assert layer(tf.ones((1, size, size, 2))).shape[-1] == 2
    with pytest.raises(AssertionError, match="matrix products"):
        faster(2, **OPTIONS, dtype="mixed_bfloat16")(tf.ones((1, 8, 8, 2)))
