"""Losses and objectives against numbers worked out by hand."""

import keras
import numpy as np
import pytest

from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective, StepBatch

# One image of 1×2 pixels: errors 0.5, -1, 0, 0.25.
TARGETS = np.array([[[[0.0, 0.5], [0.25, -0.25]]]], "float32")
OUTPUTS = np.array([[[[0.5, -0.5], [0.25, 0.0]]]], "float32")


def batch(outputs=OUTPUTS, targets=TARGETS):
    return StepBatch(inputs=None, targets=targets, outputs=keras.ops.convert_to_tensor(outputs))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("mse", (0.25 + 1 + 0 + 0.0625) / 4),
        ("mae", (0.5 + 1 + 0 + 0.25) / 4),
    ],
)
def test_regression(kind, expected):
    terms = regression(kind)(batch())
    assert list(terms) == [f"loss_{kind}"]
    assert terms[f"loss_{kind}"].shape == ()
    assert float(terms[f"loss_{kind}"]) == expected


@pytest.mark.parametrize("kind", ["mse", "mae"])
def test_regression_of_the_truth_is_zero(kind):
    assert float(regression(kind)(batch(TARGETS))[f"loss_{kind}"]) == 0


@pytest.mark.parametrize("kind", ["mse", "mae"])
def test_regression_is_a_mean_whatever_the_batch(kind):
    twice = batch(np.tile(OUTPUTS, (2, 3, 1, 1)), np.tile(TARGETS, (2, 3, 1, 1)))
    once = float(regression(kind)(batch())[f"loss_{kind}"])
    assert float(regression(kind)(twice)[f"loss_{kind}"]) == pytest.approx(once)


@pytest.mark.parametrize(
    ("kind", "expected"),
    # Mean over four values: 2·error / 4 and sign(error) / 4.
    [("mse", [0.25, -0.5, 0, 0.125]), ("mae", [0.25, -0.25, 0, 0.25])],
)
def test_gradient(kind, expected):
    import tensorflow as tf

    outputs = tf.constant(OUTPUTS)
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        loss = regression(kind)(StepBatch(None, TARGETS, outputs))[f"loss_{kind}"]
    assert tape.gradient(loss, outputs).numpy().ravel().tolist() == expected


def test_unknown_loss():
    with pytest.raises(ValueError, match="loss: received 'huber', expected one of mse, mae"):
        regression("huber")


def network(regularizer=None):
    """One 1×1 convolution with weights 2 and 3."""
    model = keras.Sequential(
        [
            keras.Input((1, 2, 1)),
            keras.layers.Conv2D(2, 1, use_bias=False, kernel_regularizer=regularizer),
        ]
    )
    model.set_weights([np.array([[[[2.0, 3.0]]]], "float32")])
    return model


class TestObjective:
    TERMS = {"l1": 0.5, "gan": 0.25, "accuracy": 100.0}  # noqa: RUF012

    def test_defaults(self):
        objective = Objective("colorizer", network(), regression("mse"))
        assert (objective.every, objective.report_only) == (1, ())

    def test_total_is_the_sum_of_the_terms(self):
        assert float(Objective("g", network(), None).total(self.TERMS)) == 100.75

    def test_total_without_what_is_only_reported(self):
        objective = Objective("g", network(), None, report_only=("accuracy",))
        assert float(objective.total(self.TERMS)) == 0.75

    def test_total_with_the_regularisation_of_the_network(self):
        # 0.5 · (2² + 3²) = 6.5
        objective = Objective(
            "g", network(keras.regularizers.L2(0.5)), None, report_only=("accuracy",)
        )
        assert float(objective.total(self.TERMS)) == 7.25
