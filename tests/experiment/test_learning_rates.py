"""Some layers learn at a rate of their own: steps worked by hand, in every way a step is taken."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from colorkeras.config.optimizers import OPTIMIZERS
from colorkeras.experiment.learning_rates import set_learning_rates
from colorkeras.experiment.optimizers import optimizer_named
from colorkeras.training.step_tensorflow import _update_of

GRADIENT = 0.5
START = (2.0, 2.0, 2.0)


def network():
    """Three layers of one weight: "encoder_1", "decoder", and "head" in a model "encoder_2"."""
    one = {"use_bias": False, "kernel_initializer": keras.initializers.Constant(2.0)}
    head = keras.Sequential([keras.Input((1,)), layers.Dense(1, name="head", **one)])
    inner = keras.Model(head.inputs, head.outputs, name="encoder_2")
    inputs = keras.Input((1,))
    x = layers.ReLU(name="plain")(layers.Dense(1, name="encoder_1", **one)(inputs))
    return keras.Model(inputs, inner(layers.Dense(1, name="decoder", **one)(x)))


def after_steps(optimizer, factors, steps=1, rate=None, scaled=False):
    """The weights of "encoder_1", "decoder" and "head" after steps with the same gradient."""
    model = network()
    set_learning_rates(optimizer, model, factors)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(model.trainable_variables)
    if rate is not None:
        optimizer.learning_rate = rate
    scale = float(optimizer.scale_loss(1.0))
    update = _update_of(optimizer, model, replicas=_One)
    for _ in range(steps):
        update([tf.constant([[GRADIENT * scale]]) for _ in START])
    return np.ravel(model.get_weights())


class _One:
    count = 1


def moved(*args, **kwargs):
    return np.subtract(START, after_steps(*args, **kwargs))


@pytest.mark.parametrize("scaled", [False, True])
def test_sgd_moves_a_tenth(scaled):
    found = moved(keras.optimizers.SGD(0.1), {"encoder_1": 0.1}, scaled=scaled)
    np.testing.assert_allclose(found, [0.005, 0.05, 0.05], rtol=1e-4)


@pytest.mark.parametrize("scaled", [False, True])
def test_adam_moves_a_tenth(scaled):
    """Its first steps are the learning rate, whatever the gradient; with factor 3 three times."""
    factors = {"encoder_1": 0.1, "decoder": 3}
    found = moved(keras.optimizers.Adam(0.01), factors, steps=2, scaled=scaled)
    np.testing.assert_allclose(found, [0.002, 0.06, 0.02], rtol=1e-4)


def test_all_layers_of_a_nested_model_and_the_longest_beginning():
    found = moved(keras.optimizers.SGD(0.1), {"encoder": 0.1, "encoder_2": 2, "dec": 0.5})
    np.testing.assert_allclose(found, [0.005, 0.025, 0.1], rtol=1e-5)


def test_momentum_and_a_rate_that_a_schedule_changes():
    """v = 0.9 v - rate · factor · g: in two steps 2.9 times the first one."""
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    found = moved(optimizer, {"encoder_1": 0.1}, steps=2, rate=0.01)
    np.testing.assert_allclose(found, np.multiply([0.1, 1, 1], 2.9 * 0.01 * 0.5), rtol=1e-3)


@pytest.mark.parametrize("scaled", [False, True])
def test_decoupled_weight_decay_follows_the_factor(scaled):
    """w ← w (1 - rate · factor · decay), then Adam's step."""
    optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.5)
    found = moved(optimizer, {"encoder_1": 0.1}, scaled=scaled)
    plain = 2 * 0.01 * 0.5 + 0.01
    np.testing.assert_allclose(found, [0.1 * plain, plain, plain], rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_factor_is_another_learning_rate(name):
    """As an optimizer of a tenth of the rate would do, in every optimizer there is."""
    make = lambda rate: optimizer_named(name, {"learning_rate": rate})  # noqa: E731
    slow, fast = (moved(make(rate), {}, steps=3) for rate in (0.001, 0.01))
    found = moved(make(0.01), {"encoder_1": 0.1}, steps=3)
    np.testing.assert_allclose(found, [slow[0], fast[1], fast[2]], rtol=1e-4)


def test_fused_update(monkeypatch):
    monkeypatch.setattr("colorkeras.training.step_tensorflow.FUSED_FROM", 1)
    found = moved(keras.optimizers.AdamW(0.01, weight_decay=0.5), {"encoder_1": 0.1}, steps=2)
    monkeypatch.undo()
    plain = moved(keras.optimizers.AdamW(0.01, weight_decay=0.5), {"encoder_1": 0.1}, steps=2)
    np.testing.assert_allclose(found, plain, rtol=1e-5)


def test_no_factors_leave_the_optimizer_alone():
    optimizer = keras.optimizers.Adam(0.01)
    step = optimizer.update_step
    set_learning_rates(optimizer, network(), {"encoder": 1.0})
    assert optimizer.update_step == step


def test_frozen_layers_may_be_named():
    model = network()
    model.get_layer("encoder_1").trainable = False
    optimizer = keras.optimizers.SGD(0.1)
    set_learning_rates(optimizer, model, {"encoder_1": 0.1, "decoder": 0.1})
    optimizer.build(model.trainable_variables)
    optimizer.apply([tf.constant([[GRADIENT]])] * 2, model.trainable_variables)
    np.testing.assert_allclose(np.ravel(model.get_weights()), [2, 1.995, 1.95], rtol=1e-5)


@pytest.mark.parametrize("beginning", ["encodr", "plain", "ncoder"])
def test_beginning_of_no_layer_with_weights(beginning):
    with pytest.raises(ValueError, match=f"^learning_rate_factors: '{beginning}' begins"):
        set_learning_rates(keras.optimizers.SGD(0.1), network(), {"dec": 1, beginning: 0.1})


def test_suggestion():
    with pytest.raises(ValueError, match=r"Did you mean encoder_\d\?$"):
        set_learning_rates(keras.optimizers.SGD(0.1), network(), {"encoder_3": 0.1})
