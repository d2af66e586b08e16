"""Losses at a fraction of the size against numbers worked out by hand."""

import numpy as np
import pytest
import tensorflow as tf

from colorkeras.color.space import ColorSpace
from colorkeras.experiment.class_losses import (
    class_cross_entropy,
    every_kth,
    subsampled_l2,
)
from colorkeras.experiment.color_classes import ColorClasses
from colorkeras.experiment.objective import StepBatch

CIC = ColorSpace.named("lab_cic")
FAR = ColorClasses(CIC, [[-60, 0], [60, 0]])  # far apart: the soft encoding is one class


def batch_of(targets, **layers):
    """A batch with the outputs of layers beside it."""
    outputs = {name: tf.convert_to_tensor(value) for name, value in layers.items()}
    return StepBatch(None, tf.constant(targets, "float32"), None, outputs)


def pixels(*units):
    """One image of one row, in normalised chroma."""
    return np.float32([[units]]) / 110


def term(loss, batch, name="loss_classes"):
    terms = loss(batch)
    assert list(terms) == [name]
    assert terms[name].shape == ()
    return float(terms[name])


class TestCrossEntropy:
    LOGITS = np.float32([[[[np.log(3), 0], [np.log(3), 0]]]])  # probabilities ¾ and ¼

    def test_by_hand(self):
        batch = batch_of(pixels((-60, 0), (60, 0)), logits=self.LOGITS)
        found = term(class_cross_entropy("logits", FAR), batch)
        assert found == pytest.approx((np.log(4 / 3) + np.log(4)) / 2, rel=1e-5)

    def test_pixels_count_by_their_nearest_class(self):
        batch = batch_of(pixels((-60, 0), (60, 0)), logits=self.LOGITS)
        found = term(class_cross_entropy("logits", FAR, np.array([0.5, 3])), batch)
        assert found == pytest.approx((0.5 * np.log(4 / 3) + 3 * np.log(4)) / 2, rel=1e-5)

    def test_equals_the_dense_form_and_its_gradient(self):
        """-Σ z log ẑ with all 313 classes."""
        classes, rng = ColorClasses(CIC), np.random.default_rng(0)
        targets = rng.uniform(-0.9, 0.9, (2, 8, 12, 2)).astype("float32")
        logits = tf.constant(rng.normal(size=(2, 4, 6, 313)), "float32")
        indices, shares = classes.encode(targets[:, ::2, ::2])
        encoded = np.zeros(logits.shape, "float32")
        np.put_along_axis(encoded, np.asarray(indices), np.asarray(shares), axis=-1)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(logits)
            entropy = -tf.reduce_sum(encoded * tf.nn.log_softmax(logits), axis=-1)
            expected = tf.reduce_mean(entropy)
            batch = batch_of(targets, logits=logits)
            found = class_cross_entropy("logits", classes)(batch)["loss_classes"]
        assert float(found) == pytest.approx(float(expected), rel=1e-5)
        np.testing.assert_allclose(
            tape.gradient(found, logits), tape.gradient(expected, logits), atol=1e-8
        )

    def test_grey_images_count_as_zero(self):
        grey, colored = pixels((5, -5), (0, 0)), pixels((5, -5), (0, -6))
        logits = np.zeros((2, 1, 2, 2), "float32")
        batch = batch_of(np.concatenate([grey, colored]), logits=logits)
        assert term(class_cross_entropy("logits", FAR), batch) == pytest.approx(np.log(2))
        found = term(class_cross_entropy("logits", FAR, skip_grey=True), batch)
        assert found == pytest.approx(np.log(2) / 2)

    def test_logits_of_half_precision(self):
        targets = pixels((-60, 0), (60, 0))
        half = batch_of(targets, logits=tf.cast(self.LOGITS, "bfloat16"))
        found = class_cross_entropy("logits", FAR)(half)["loss_classes"]
        assert found.dtype == "float32"
        assert float(found) == pytest.approx((np.log(4 / 3) + np.log(4)) / 2, abs=0.01)


def test_l2_by_hand():
    """Errors (0.3, -0.4) and (0, 0.1): ½ · (0.25 + 0.01) / 2."""
    batch = batch_of(np.zeros((1, 1, 2, 2)), head=np.float32([[[[0.3, -0.4], [0, 0.1]]]]))
    assert term(subsampled_l2("head"), batch, "loss_l2") == pytest.approx(0.065)


def test_every_kth_pixel_from_the_first():
    targets = np.arange(2 * 8 * 12 * 2).reshape(2, 8, 12, 2)
    found = every_kth(targets, np.zeros((2, 2, 3, 5)), "logits")
    np.testing.assert_array_equal(found, targets[:, [0, 4]][:, :, [0, 4, 8]])


@pytest.mark.parametrize("size", [(3, 4), (4, 4), (16, 24)])
def test_sizes_that_do_not_divide(size):
    with pytest.raises(ValueError, match=r"Layer 'logits' predicts .* of images of 8×12"):
        every_kth(np.zeros((1, 8, 12, 2)), np.zeros((1, *size, 5)), "logits")
