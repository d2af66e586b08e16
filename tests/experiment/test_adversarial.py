"""The objectives of a GAN: hand-worked terms, and updates against two tapes written by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny_experiment import make_image

from colorkeras.color.space import ColorSpace
from colorkeras.experiment.adversarial import adversarial_objectives, cross_entropy
from colorkeras.experiment.generator import Noise
from colorkeras.experiment.objective import StepBatch, due_objectives
from colorkeras.training.step_tensorflow import TensorFlowStep

SPACE = ColorSpace.named("lab_pix2pix")
NOISE = Noise("input", "normal", (3,))
L1_WEIGHT = 100.0


def mean_discriminator():
    """Logit of an image: the sum over its 2×2 pixels and 3 channels."""
    network = keras.Sequential([keras.Input((2, 2, 3)), layers.Flatten(), layers.Dense(1)])
    network.set_weights([np.ones((12, 1), "float32"), np.zeros(1, "float32")])
    return network


def terms_by_name(l1_weight):
    """Luminance 0.1, chroma 0.2 where the truth is 0: logits 4·(0.1 + 0.4) = 2 and 0.4."""
    batch = StepBatch(
        inputs=np.full((1, 2, 2, 1), 0.1, "float32"),
        targets=np.zeros((1, 2, 2, 2), "float32"),
        outputs=np.full((1, 2, 2, 2), 0.2, "float32"),
    )
    found = {}
    for objective in adversarial_objectives(None, mean_discriminator(), l1_weight):
        found[objective.name] = {k: float(v) for k, v in objective.loss(batch).items()}
    return found


def test_terms():
    found = terms_by_name(L1_WEIGHT)
    assert list(found) == ["discriminator", "generator"]
    fake, real = np.log1p(np.exp(2.0)), np.log1p(np.exp(-0.4))
    assert found["discriminator"] == pytest.approx(
        {"loss_D_fake": fake, "loss_D_real": real, "loss_D": (fake + real) / 2}, rel=1e-6
    )
    gan = np.log1p(np.exp(-2.0))
    assert found["generator"] == pytest.approx(
        {"loss_G_GAN": gan, "loss_G_L1": 20.0, "loss_G": gan + 20.0}, rel=1e-6
    )


def test_no_l1():
    terms = terms_by_name(0.0)["generator"]
    assert terms.keys() == {"loss_G_GAN", "loss_G"}
    assert terms["loss_G"] == terms["loss_G_GAN"]


@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_weight_that_is_none(weight):
    with pytest.raises(ValueError, match=r"objectives\.l1_weight is .*; expected 0 or more"):
        adversarial_objectives(None, mean_discriminator(), weight)


def test_in_turn():
    """Odd steps update the discriminator, even ones the generator."""
    for in_turn, expected in ((False, [2, 2, 2, 2]), (True, ["d", "g", "d", "g"])):
        objectives = adversarial_objectives(None, mean_discriminator(), 0.0, in_turn)
        found = [due_objectives(objectives, step) for step in range(1, 5)]
        names = [due[0].name[0] if len(due) == 1 else len(due) for due in found]
        assert names == expected


def test_what_is_minimised():
    discriminator = mean_discriminator()
    for objective in adversarial_objectives(discriminator, discriminator, 1.0):
        terms = {"loss_D_fake": 1.0, "loss_D_real": 2.0, "loss_D": 4.0}
        if objective.name == "generator":
            terms = {"loss_G_GAN": 1.0, "loss_G_L1": 2.0, "loss_G": 4.0}
        assert objective.total(terms) == 4.0


@pytest.mark.parametrize(
    ("logit", "is_real", "expected"), [(0, True, np.log(2)), (200, False, 200)]
)
def test_cross_entropy(logit, is_real, expected):
    value = cross_entropy(np.full((2, 1), logit, "float16"), is_real)
    assert value.dtype == "float32"
    assert float(value) == pytest.approx(expected, rel=1e-6)


def make_networks():
    """A generator with noise and batch statistics, a discriminator of patches."""
    keras.utils.set_random_seed(3)
    luminance, z = keras.Input((16, 16, 1)), keras.Input((3,))
    plane = layers.Reshape((16, 16, 1))(layers.Dense(256)(z))
    x = layers.Conv2D(6, 3, padding="same")(layers.Concatenate()([luminance, plane]))
    x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
    chroma = layers.Conv2D(2, 3, padding="same", activation="tanh")(x)
    discriminator = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(4, 4, strides=2),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Conv2D(1, 4),
        ]
    )
    return keras.Model([luminance, z], chroma), discriminator


def reference_step(generator, discriminator, optimizers, images, z):
    """pix2pix's order, written out with one tape for each network and TensorFlow's own loss."""
    inputs, targets = SPACE.split(images)
    cross = tf.nn.sigmoid_cross_entropy_with_logits

    def judge(chroma):
        return discriminator(tf.concat([inputs, chroma], -1), training=True)

    with tf.GradientTape() as generator_tape:
        outputs = generator([inputs, z], training=True)
        with tf.GradientTape() as discriminator_tape:
            fake, real = judge(tf.stop_gradient(outputs)), judge(targets)
            halves = (
                tf.reduce_mean(cross(tf.zeros_like(fake), fake)),
                tf.reduce_mean(cross(tf.ones_like(real), real)),
            )
            loss = (halves[0] + halves[1]) / 2
        variables = discriminator.trainable_variables
        gradients = discriminator_tape.gradient(loss, variables)
        optimizers["discriminator"].apply_gradients(zip(gradients, variables, strict=True))
        fake = judge(outputs)
        error = tf.reduce_mean(tf.abs(outputs - targets))
        loss = tf.reduce_mean(cross(tf.ones_like(fake), fake)) + L1_WEIGHT * error
    variables = generator.trainable_variables
    gradients = generator_tape.gradient(loss, variables)
    optimizers["generator"].apply_gradients(zip(gradients, variables, strict=True))


def make_optimizers(networks):
    optimizers = {
        name: keras.optimizers.SGD(0.05, momentum=0.5) for name in ("discriminator", "generator")
    }
    for optimizer, network in zip(optimizers.values(), reversed(networks), strict=True):
        optimizer.build(network.trainable_variables)
    return optimizers


def test_updates_equal_two_tapes_written_by_hand():
    ours, theirs = make_networks(), make_networks()
    objectives = adversarial_objectives(*ours, L1_WEIGHT)
    step = TensorFlowStep(
        ours[0],
        objectives,
        make_optimizers(ours),
        SPACE,
        lambda number, count: NOISE.for_step(0, number, count),
    )
    reference = make_optimizers(theirs)
    for number in (1, 2, 3):
        images = tf.constant(np.stack([make_image(10 * number + k, 16, 16) for k in range(4)]))
        step(images, number)
        reference_step(*theirs, reference, images, tf.constant(NOISE.for_step(0, number, 4)))
    for mine, other in zip(ours, theirs, strict=True):
        for a, b in zip(mine.weights, other.weights, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5, err_msg=a.path)
    fresh = make_networks()
    assert not np.allclose(ours[0].get_weights()[0], fresh[0].get_weights()[0], atol=1e-3)
