"""Optimizers of earlier libraries: steps worked by hand, and the libraries' own where installed."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from colorkeras.config.optimizers import OPTIMIZERS
from colorkeras.experiment.optimizers import optimizer_named
from colorkeras.training.checkpoint import load_checkpoint, save_checkpoint
from colorkeras.training.step_tensorflow import _update_of

ROOT = Path(__file__).parents[2]
OURS = ("rmsprop_tf1", "rmsprop_keras2", "adam_pytorch")
START = 2.0
GRADIENTS = (0.5, -0.25, 1e-4)
# Options that make the arithmetic short: the squares of GRADIENTS are 1/4, 1/16 and 1e-8.
SHORT = {
    "rmsprop_tf1": {"learning_rate": 0.1, "rho": 0.5, "momentum": 0.5, "epsilon": 0.125},
    "rmsprop_keras2": {"learning_rate": 0.1, "rho": 0.5, "epsilon": 0.125},
    "adam_pytorch": {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.5},
}
# What each step takes from the weight, worked by hand.
BY_HAND = {
    # s = (1 + 0.25)/2 = 0.625, m = 0.05/√0.75; s = (0.625 + 0.0625)/2 = 0.34375,
    # m = m/2 - 0.025/√0.46875; s = 0.171875005, m = m/2 + 1e-5/√0.296875005.
    "rmsprop_tf1": (0.0577350269, -0.0076473237, -0.0038053086),
    # s = 0.125: 0.05/(0.3535533906 + 0.125); s = 0.09375: -0.025/(0.3061862178 + 0.125);
    # s = 0.046875005: 1e-5/(0.2165063625 + 0.125).
    "rmsprop_keras2": (0.1044815500, -0.0579795897, 0.0000292820),
    # m = 0.25, v = 0.0625: 0.1·(0.25/0.5)/(√(0.0625/0.25) + 0.5); m = 0; m = 0.00005 and
    # v = 0.75·0.0625 + 0.25e-8: 0.1·(0.00005/0.875)/(√(0.0468750025/0.578125) + 0.5).
    "adam_pytorch": (0.05, 0.0, 0.0000072817),
}


def build(optimizer, scaled=False, start=START):
    """A network of one weight and its built optimizer."""
    one = keras.initializers.Constant(start)
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer=one)]
    )
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(model.trainable_variables)
    return model, optimizer


class _One:
    count = 1


def moves(optimizer, gradients=GRADIENTS, scaled=False, rates=None):
    """What each of the steps takes from the weight."""
    model, optimizer = build(optimizer, scaled)
    update = _update_of(optimizer, model, _One)
    scale = float(optimizer.scale_loss(1.0))
    weights = [START]
    for number, gradient in enumerate(gradients):
        if rates:
            optimizer.learning_rate = rates[number]
        update([tf.constant([[gradient * scale]])])
        weights.append(float(model.get_weights()[0].item()))
    return -np.diff(weights)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("way", ["plain", "scaled", "fused"])
def test_steps_worked_by_hand(name, way, monkeypatch):
    if way == "fused":
        monkeypatch.setattr("colorkeras.training.step_tensorflow.FUSED_FROM", 1)
    found = moves(optimizer_named(name, SHORT[name]), scaled=way == "scaled")
    np.testing.assert_allclose(found, BY_HAND[name], rtol=1e-5, atol=3e-7)


@pytest.mark.parametrize("name", OURS)
def test_a_schedule_changes_the_rate(name):
    """The second step with half of the rate is half as long, without momentum."""
    options = {key: value for key, value in SHORT[name].items() if key != "momentum"}
    gradients = (0.5, 0.25)
    whole = moves(optimizer_named(name, options), gradients)
    half = moves(optimizer_named(name, options), gradients, rates=(0.1, 0.05))
    np.testing.assert_allclose(half, whole * [1, 0.5], rtol=1e-4)


def test_rmsprop_tf1_is_that_of_tensorflow():
    """With the defaults of both, at the church experiment's rate, over a hundred gradients."""
    gradients = np.random.default_rng(0).normal(0, 0.01, (100, 7)).astype("float32")
    for momentum in (0.0, 0.9):
        theirs = tf.Variable(np.linspace(-1, 1, 7, dtype="float32"))
        ours = keras.Variable(np.linspace(-1, 1, 7), dtype="float32")
        reference = tf.compat.v1.train.RMSPropOptimizer(0.01, momentum=momentum)
        optimizer = optimizer_named("rmsprop_tf1", {"learning_rate": 0.01, "momentum": momentum})
        optimizer.build([ours])
        for gradient in gradients:
            reference.apply_gradients([(tf.constant(gradient), theirs)])
            optimizer.apply([tf.constant(gradient)], [ours])
        assert np.abs(theirs.numpy() - np.linspace(-1, 1, 7)).max() > 0.01
        np.testing.assert_allclose(np.asarray(ours), theirs.numpy(), rtol=0, atol=2e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("adam_pytorch", {"beta_1": 0.5}),
        ("adam_pytorch", {}),
        ("rmsprop_keras2", {}),  # PyTorch's RMSprop has the same rule
    ],
)
def test_pytorch(name, options):
    torch = pytest.importorskip("torch")
    gradients = np.random.default_rng(0).normal(0, 1e-6, (100, 7)).astype("float32")
    start = np.linspace(-1, 1, 7, dtype="float32")
    theirs = torch.tensor(start, requires_grad=True)
    if name == "adam_pytorch":
        betas = (options.get("beta_1", 0.9), 0.999)
        reference = torch.optim.Adam([theirs], lr=2e-4, betas=betas)
    else:
        reference = torch.optim.RMSprop([theirs], lr=2e-4, alpha=0.9, eps=1e-7)
    ours = keras.Variable(start, dtype="float32")
    optimizer = optimizer_named(name, {"learning_rate": 2e-4, **options})
    optimizer.build([ours])
    for gradient in gradients:
        theirs.grad = torch.tensor(gradient)
        reference.step()
        optimizer.apply([tf.constant(gradient)], [ours])
    reached = theirs.detach().numpy()
    assert np.abs(reached - start).max() > 1e-4
    np.testing.assert_allclose(np.asarray(ours), reached, rtol=0, atol=5e-7)


def test_where_they_differ_from_keras():
    """The first step with a gradient of 1e-3 at the rate of 0.01, by the formulas."""
    found = {
        name: moves(optimizer_named(name, {"learning_rate": 0.01}), [1e-3])[0]
        for name in ("rmsprop_tf1", "rmsprop", "rmsprop_keras2", "adam", "adam_pytorch")
    }
    expected = {
        "rmsprop_tf1": 1e-5 / math.sqrt(0.9 + 1e-7),
        "rmsprop": 1e-5 / math.sqrt(1e-7 + 1e-7),
        "rmsprop_keras2": 1e-5 / (math.sqrt(1e-7) + 1e-7),
        "adam": 1e-5 / (1e-3 + 1e-7 / math.sqrt(0.001)),
        "adam_pytorch": 1e-5 / (1e-3 + 1e-8),
    }
    assert found == pytest.approx(expected, abs=3e-7)
    assert expected["rmsprop_keras2"] > 1.4 * expected["rmsprop"] > 2000 * expected["rmsprop_tf1"]


def test_adam_pytorch_corrects_to_the_last_digit():
    """Of constant gradients each step is the rate, also where 1 - β₂ᵗ is small in float32."""
    keras_variable = keras.Variable(np.zeros(1), dtype="float32")
    optimizer = optimizer_named("adam_pytorch", {"learning_rate": 1.0, "beta_1": 0.0})
    optimizer.build([keras_variable])
    for step in range(1, 4):
        optimizer.apply([tf.constant([0.5])], [keras_variable])
        assert float(keras_variable[0]) == pytest.approx(-step, rel=3e-7)


@pytest.mark.parametrize("name", OURS)
def test_resumed_training_is_the_unbroken_one_to_the_bit(name, tmp_path):
    options = {**SHORT[name], **({"momentum": 0.9} if "momentum" in OPTIMIZERS[name] else {})}
    whole, optimizer = build(optimizer_named(name, options))
    update = _update_of(optimizer, whole, _One)
    for number, gradient in enumerate(GRADIENTS):
        if number == 1:
            save_checkpoint(tmp_path / "state.h5", {"g": whole}, {"g": optimizer}, {"step": 1})
        update([tf.constant([[gradient]])])
    resumed, restored = build(optimizer_named(name, options), start=-1.0)
    load_checkpoint(tmp_path / "state.h5", {"g": resumed}, {"g": restored})
    for gradient in GRADIENTS[1:]:
        _update_of(restored, resumed, _One)([tf.constant([[gradient]])])
    assert resumed.get_weights()[0].tobytes() == whole.get_weights()[0].tobytes()


@pytest.mark.parametrize("name", OURS)
def test_overflow_in_float16_leaves_weights_and_averages(name):
    model, optimizer = build(optimizer_named(name, SHORT[name]), scaled=True)
    before = [np.array(v) for v in optimizer.inner_optimizer.variables]
    _update_of(optimizer, model, _One)([tf.constant([[math.inf]])])
    assert model.get_weights()[0].item() == START
    for old, variable in zip(before, optimizer.inner_optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(variable), old)


@pytest.mark.parametrize("name", OURS)
def test_configuration_makes_an_equal_optimizer(name):
    optimizer = optimizer_named(name, SHORT[name])
    config = optimizer.get_config()
    assert {key: config[key] for key in SHORT[name]} == pytest.approx(SHORT[name])
    twin = type(optimizer).from_config(config)
    np.testing.assert_array_equal(moves(twin), moves(optimizer))


def test_second_build_changes_nothing():
    model, optimizer = build(optimizer_named("rmsprop_tf1", {"momentum": 0.5}))
    before = [id(variable) for variable in optimizer.variables]
    optimizer.build(model.trainable_variables)
    assert [id(variable) for variable in optimizer.variables] == before


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("rmsprop_tf1", {"momentum": 2.0}, "momentum is 2.0; expected a number between 0 and 1"),
        ("adam_pytorch", {"beta_2": 1.0}, "beta_2 is 1.0; expected a number from 0 to below 1"),
        ("adam_pytorch", {"beta_1": math.nan}, "beta_1 is nan; expected a number from 0"),
    ],
)
def test_refusals(name, options, message):
    with pytest.raises(ValueError, match=message):
        optimizer_named(name, options)


JAX = """
import json, sys, keras, numpy as np
from colorkeras.experiment.optimizers import optimizer_named
found = {}
for name, options in json.loads(sys.argv[1]).items():
    variable = keras.Variable(np.full((1,), 2.0), dtype="float32")
    optimizer = optimizer_named(name, options)
    optimizer.build([variable])
    import jax
    step = jax.jit(lambda v, g, s: optimizer.stateless_apply(s, [g], [v]))
    value, slots, weights = variable.value, [v.value for v in optimizer.variables], [2.0]
    for gradient in json.loads(sys.argv[2]):
        (value,), slots = step(value, jax.numpy.full((1,), gradient), slots)
        weights.append(float(value[0]))
    found[name] = (-np.diff(weights)).tolist()
print(json.dumps(found))
"""


def test_jax_takes_the_same_steps():
    """Keras has one backend per process."""
    done = subprocess.run(
        [sys.executable, "-c", JAX, json.dumps(SHORT), json.dumps(GRADIENTS)],
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for name, found in json.loads(done.stdout).items():
        np.testing.assert_allclose(found, BY_HAND[name], rtol=1e-5, atol=3e-7)
