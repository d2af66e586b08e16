"""Decoding of color classes: by hand, at its limits, and after saving."""

import keras
import numpy as np
import pytest
from saved_models import METADATA

from colorkeras.color.classes import CLASSES
from colorkeras.color.space import ColorSpace
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import save_model
from colorkeras.networks.annealed_mean import annealed_mean

TWO = np.float32([[0.5, -0.5], [-0.25, 0.75]])


def decode(logits, centres=TWO, **options):
    inputs = keras.Input(logits.shape[1:])
    return np.asarray(keras.Model(inputs, annealed_mean(inputs, centres, **options))(logits))


def one_image(*logits):
    return np.float32(logits)[None, None, None]


@pytest.mark.parametrize("temperature", [0.38, 1.0])
def test_two_classes_by_hand(temperature):
    """Probabilities ¾ and ¼, each to the power of 1/T."""
    found = decode(one_image(np.log(3), 0), temperature=temperature, enlarge=1)
    first = 3 ** (1 / temperature) / (3 ** (1 / temperature) + 1)
    np.testing.assert_allclose(found[0, 0, 0], first * TWO[0] + (1 - first) * TWO[1], rtol=1e-5)


def test_one_class_alone_is_its_centre():
    centres = CLASSES / np.float32(110)
    logits = 1e4 * np.eye(313, dtype="float32")[None]
    found = decode(logits[:, :, None], centres)
    assert found.shape == (1, 4 * 313, 4, 2)
    np.testing.assert_allclose(decode(logits[:, :, None], centres, enlarge=1)[0, :, 0], centres)


def test_colder_is_nearer_to_the_most_probable():
    hot, cold = (decode(one_image(0.1, 0), temperature=t, enlarge=1) for t in (1.0, 0.01))
    assert abs(cold - TWO[0]).max() < 1e-3 < abs(hot - TWO[0]).max()


def test_enlargement_is_bilinear():
    """Between two pixels in a row: shares ⅛, ⅜, ⅝, ⅞, as PyTorch's with half-pixel centres."""
    logits = np.float32([[[[1e4, 0], [0, 1e4]]]])
    found = decode(logits)[0, 0, :, 0]
    shares = np.array([0, 0, 1, 3, 5, 7, 8, 8]) / 8
    np.testing.assert_allclose(found, 0.5 - 0.75 * shares, atol=1e-6)


def test_no_weight_is_trained():
    inputs = keras.Input((4, 4, 2))
    model = keras.Model(inputs, annealed_mean(inputs, TWO))
    assert model.trainable_variables == []
    assert model.count_params() == 4


def test_float32_in_half_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        logits = one_image(0.3, 0.1)
        found = decode(logits)
    finally:
        keras.config.set_dtype_policy(policy)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, decode(logits))


def test_the_saved_model_opens_anywhere(tmp_path):
    inputs = keras.Input((32, 32, 1))
    logits = keras.layers.Conv2D(313, 3, strides=4, padding="same", name="logits")(inputs)
    model = keras.Model(inputs, annealed_mean(logits, CLASSES / np.float32(110)))
    save_model(tmp_path / "model.h5", model, ColorSpace.named("lab_cic"), METADATA)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 1)).astype("float32")
    plain = keras.models.load_model(tmp_path / "model.h5", compile=False)
    for read in (plain, load_model(tmp_path / "model.h5").model):
        np.testing.assert_array_equal(read(image), model(image))


def test_wrong_options():
    for temperature in (0, -1, float("nan")):
        with pytest.raises(ValueError, match=r"temperature is .*; expected a number above 0"):
            decode(one_image(0, 0), temperature=temperature)
    with pytest.raises(ValueError, match="3 logits for 2 color classes"):
        decode(one_image(0, 0, 0))
