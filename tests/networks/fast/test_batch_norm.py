"""The fused layer against Keras's: result, gradients, statistics, inference, and its use."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from colorkeras.networks.fast import switch
from colorkeras.networks.fast.batch_norm import (
    FusedBatchNormalization,
    batch_normalization,
    fuse_batch_normalization,
)

SHAPE = (4, 6, 5, 3)


@pytest.fixture
def pair():
    """Both layers with the same weights, in float32."""
    draw = np.random.default_rng(1).normal
    weights = [draw(1, 0.2, 3), draw(0, 0.2, 3), draw(0, 1, 3), draw(2, 0.1, 3)]
    pair = [
        make(momentum=0.9, epsilon=1e-5)
        for make in (layers.BatchNormalization, FusedBatchNormalization)
    ]
    for layer in pair:
        layer.build(SHAPE)
        layer.set_weights(weights)
    return pair


def images():
    return tf.constant(np.random.default_rng(2).normal(3, 2, SHAPE).astype(np.float32))


def trained(layer):
    """Outputs, gradients by input and weights, and statistics, of one call in training."""
    inputs = images()
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=True)
        loss = tf.reduce_sum(outputs**3)
    weights = [variable.value for variable in layer.trainable_variables]
    return [outputs, *tape.gradient(loss, [inputs, *weights]), *layer.get_weights()[2:]]


def test_training_equals_keras(pair):
    reference, fused = map(trained, pair)
    for one, other in zip(fused, reference, strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=2e-4, atol=2e-4)


def test_inference_and_a_frozen_layer_equal_keras(pair):
    for options in ({"training": False}, {"training": True}):
        found = [np.asarray(layer(images(), **options)) for layer in pair]
        np.testing.assert_allclose(*found, rtol=1e-5)
        for layer in pair:  # for the second round
            layer.trainable = False
    np.testing.assert_array_equal(*(layer.get_weights()[2] for layer in pair))


def test_used_in_bfloat16_on_a_cpu_only(monkeypatch):
    assert type(batch_normalization()) is layers.BatchNormalization
    keras.config.set_dtype_policy("mixed_bfloat16")
    layer = batch_normalization(name="norm")
    assert type(layer) is FusedBatchNormalization
    assert layer(tf.cast(images(), tf.bfloat16), training=True).dtype == tf.bfloat16
    monkeypatch.setattr(switch.keras.backend, "backend", lambda: "jax")
    assert type(batch_normalization()) is layers.BatchNormalization


def test_layers_of_a_library_are_fused_in_place():
    both = [layers.BatchNormalization() for _ in range(2)]
    layer = both[1]
    others = [layers.ReLU(), FusedBatchNormalization()]
    kinds = [type(other) for other in others]
    fuse_batch_normalization([layer, *others])
    assert type(layer) is layers.BatchNormalization  # float32
    keras.config.set_dtype_policy("mixed_bfloat16")
    fuse_batch_normalization([layer, *others])
    assert type(layer) is FusedBatchNormalization
    assert [type(other) for other in others] == kinds
    for one, other in zip(*map(trained, both), strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=2e-4, atol=2e-4)
