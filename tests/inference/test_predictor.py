"""Prediction and sampling with a trained generator."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny_experiment import make_image

from colorkeras.color.space import ColorSpace
from colorkeras.experiment.generator import Noise, all_layers, generate
from colorkeras.inference.predictor import Predictor

SPACE = ColorSpace.named("yuv_tanh")
IMAGES = tf.constant(np.stack([make_image(seed, 16, 16) for seed in range(2)]))


@pytest.fixture
def dropout_model():
    return keras.Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.Conv2D(8, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Conv2D(2, 1, activation="tanh"),
        ]
    )


@pytest.fixture
def noise_model():
    """Chroma is z itself, on every pixel."""
    luminance, z = keras.Input((16, 16, 1)), keras.Input((2,))
    plane = layers.UpSampling2D(16)(layers.Reshape((1, 1, 2))(z))
    return keras.Model([luminance, z], plane)


def state_of(model):
    return [np.array(variable) for variable in model.variables]


def assert_unchanged(model, before):
    for variable, old in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.asarray(variable), old, err_msg=variable.path)


def test_dropout_is_off_unless_sampled(dropout_model):
    predictor = Predictor(dropout_model, SPACE, Noise("dropout"))
    inputs, _ = SPACE.split(IMAGES)
    expected = dropout_model(inputs, training=False)
    np.testing.assert_allclose(predictor(IMAGES, [0, 1]), expected, atol=1e-6)
    assert not np.allclose(predictor.sample(IMAGES, [0, 1], 0), expected, atol=1e-3)


def test_dropout_samples_follow_from_their_key(dropout_model):
    predictor = Predictor(dropout_model, SPACE, Noise("dropout"))
    first = predictor.sample(IMAGES, [3, 4], 1)
    np.testing.assert_array_equal(predictor.sample(IMAGES, [3, 4], 1), first)
    assert not np.array_equal(predictor.sample(IMAGES, [3, 4], 2), first)
    assert not np.array_equal(predictor.sample(IMAGES, [5, 6], 1), first)


def test_sampling_leaves_the_model_as_it_was(dropout_model):
    """Batch statistics and dropout's own seeds are part of a training that goes on."""
    before = state_of(dropout_model)
    Predictor(dropout_model, SPACE, Noise("dropout")).sample(IMAGES, [0, 1], 0)
    assert_unchanged(dropout_model, before)
    assert all(layer.trainable for layer in dropout_model.layers)


def test_batch_statistics_are_those_of_inference(dropout_model):
    """Without dropout, a sample is the prediction: the moving statistics are used in both."""
    for layer in dropout_model.layers:
        if isinstance(layer, layers.Dropout):
            layer.rate = 0.0
    predictor = Predictor(dropout_model, SPACE, Noise("dropout"))
    np.testing.assert_allclose(
        predictor.sample(IMAGES, [0, 1], 0), predictor(IMAGES, [0, 1]), atol=1e-6
    )


def test_noise_input(noise_model):
    noise = Noise("input", "normal", (2,))
    predictor = Predictor(noise_model, SPACE, noise)
    z = noise.for_images([7, 8], 0)
    expected = np.broadcast_to(z[:, None, None], (2, 16, 16, 2))
    np.testing.assert_array_equal(predictor(IMAGES, [7, 8]), expected)
    np.testing.assert_array_equal(predictor.sample(IMAGES, [7, 8], 0), expected)
    other = predictor.sample(IMAGES, [7, 8], 1)
    np.testing.assert_array_equal(other[:, 0, 0], noise.for_images([7, 8], 1))


def test_gamut_merges(noise_model):
    noise = Noise("input", "uniform", (2,))
    chroma = Predictor(noise_model, SPACE, noise)(IMAGES, [0, 1])
    inputs, _ = SPACE.split(IMAGES)
    expected = SPACE.merge(inputs, chroma, gamut="clip")
    merged = Predictor(noise_model, SPACE, noise, "clip")(IMAGES, [0, 1])
    np.testing.assert_allclose(merged, expected, atol=1e-3)


def test_generate_without_noise(dropout_model):
    inputs, _ = SPACE.split(IMAGES)
    np.testing.assert_array_equal(
        generate(dropout_model, inputs), dropout_model(inputs, training=False)
    )


def test_all_layers_of_nested_models(dropout_model):
    outer = keras.Sequential([keras.Input((16, 16, 1)), dropout_model, layers.ReLU()])
    names = [type(layer).__name__ for layer in all_layers(outer)]
    assert names == ["Conv2D", "BatchNormalization", "Dropout", "Conv2D", "ReLU"]
