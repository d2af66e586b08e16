"""The products of matrices against TensorFlow's own gradients."""

import numpy as np
import pytest
import tensorflow as tf

from colorkeras.networks.fast.kernel_gradients_tensorflow import halving, same_size


def drawn(*shape):
    # Small whole numbers: their sums are exact in float32.
    return tf.constant(np.random.default_rng(len(shape)).integers(-2, 3, shape).astype(np.float32))


@pytest.mark.parametrize("size", [(2, 2), (6, 4), (8, 8)])
def test_halving_equals_tensorflows(size):
    larger = drawn(3, *size, 5)
    smaller = drawn(3, size[0] // 2, size[1] // 2, 7)
    expected = tf.raw_ops.Conv2DBackpropFilter(
        input=larger,
        filter_sizes=[4, 4, 5, 7],
        out_backprop=smaller,
        strides=[1, 2, 2, 1],
        padding="SAME",
    )
    np.testing.assert_array_equal(halving(larger, smaller), expected)


@pytest.mark.parametrize("size", [(1, 1), (5, 4), (8, 8)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 2), (1, 3)])
def test_same_size_equals_tensorflows(size, dilation):
    inputs, upstream, kernel = drawn(3, *size, 5), drawn(3, *size, 7), tf.zeros((3, 3, 5, 7))
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        outputs = tf.nn.convolution(inputs, kernel, 1, "SAME", dilations=dilation)
    expected = tape.gradient(outputs, kernel, upstream)
    np.testing.assert_array_equal(same_size(inputs, upstream, dilation), expected)
