"""The functions against TensorFlow's convolutions; whole networks: the slow `test_step_jax.py`."""

import jax
import numpy as np
import pytest
import tensorflow as tf

from colorkeras.networks.fast.convolutions_jax import convolve, convolve_transposed

CASES = ((4, 2), (3, 2), (2, 2), (5, 3), (4, 1), (5, 2))  # kernel, stride


def drawn(*shape):
    # Small whole numbers, whose sums float32 holds exactly.
    return np.random.default_rng(len(shape)).integers(-2, 3, shape).astype(np.float32)


def assert_same(function, reference, upstream, inputs, kernel):
    """The result of both, and its gradients."""
    given = [tf.constant(inputs), tf.constant(kernel)]
    with tf.GradientTape() as tape:
        tape.watch(given)
        expected = reference(*given)
    expected_gradients = tape.gradient(expected, given, upstream)
    found, pull = jax.vjp(function, inputs, kernel)
    np.testing.assert_array_equal(found, expected)
    for one, other in zip(pull(upstream), expected_gradients, strict=True):
        np.testing.assert_array_equal(one, other)


# The first is smaller than every kernel, the second than some in one direction.
@pytest.mark.parametrize("sides", [(1, 1), (2, 6), (7, 5)])
@pytest.mark.parametrize(("kernel", "stride"), CASES)
def test_results_and_gradients_are_those_of_tensorflow(sides, kernel, stride):
    larger = drawn(2, stride * sides[0], stride * sides[1], 3)
    smaller, weights = drawn(2, *sides, 4), drawn(kernel, kernel, 3, 4)
    assert_same(
        lambda x, w: convolve(x, w, (stride, stride)),
        lambda x, w: tf.nn.conv2d(x, w, stride, "SAME"),
        smaller,
        larger,
        weights,
    )
    assert_same(
        lambda x, w: convolve_transposed(x, w, (stride, stride)),
        lambda x, w: tf.nn.conv2d_transpose(x, w, larger.shape, stride, "SAME"),
        larger,
        smaller,
        weights,
    )
