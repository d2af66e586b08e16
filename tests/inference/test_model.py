"""`Model.colorize`: which arrays it takes, and that they mean the same pixels."""

import re

import numpy as np
import pytest
from PIL import Image
from saved_models import write_model, write_noisy_model

from colorkeras.colorize import main
from colorkeras.inference.model import Model
from colorkeras.inference.saved_model import load_model

LEVELS = np.arange(20 * 30, dtype=np.int64).reshape(20, 30) % 256


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "model.h5", slope=(0.5, -0.3))


@pytest.fixture(scope="module")
def model(path):
    return Model(load_model(path))


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    return write_noisy_model(tmp_path_factory.mktemp("noisy") / "model.h5", "input")


def photo(folder):
    """A file of the levels, as color that is grey."""
    path = folder / "photo.png"
    Image.fromarray(LEVELS.astype(np.uint8)).convert("RGB").save(path)
    return path


def read(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    "image",
    [
        LEVELS.astype(np.uint8),
        LEVELS.astype(np.uint8)[..., np.newaxis],
        np.stack([LEVELS.astype(np.uint8)] * 3, axis=-1),
        (LEVELS * 257).astype(np.uint16),
        (LEVELS * 257).astype(">u2"),
        LEVELS / 255,
        (LEVELS / 255).astype(np.float32),
        (LEVELS / 255).astype(np.float16),
        np.asfortranarray(LEVELS.astype(np.uint8)),
    ],
    ids=lambda image: f"{image.dtype.str}-{image.ndim}",
)
def test_every_form_of_an_image_is_the_same_image(model, image):
    expected = model.colorize(LEVELS.astype(np.uint8))
    result = model.colorize(image)
    assert result.shape == (20, 30, 3)
    if result.dtype == np.uint16:
        assert image.dtype.itemsize == 2
        result = np.rint(result / 257)
    assert np.abs(result - expected.astype(int)).max() <= 1


def test_the_same_pixels_as_the_command(model, path, tmp_path):
    assert main([path, str(photo(tmp_path)), "-o", str(tmp_path / "out")]) == 0
    expected = read(tmp_path / "out" / "photo.png")
    result = model.colorize(LEVELS.astype(np.uint8))
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, expected)
    assert np.ptp(result.astype(int), axis=-1).max() > 20  # it has color


@pytest.mark.parametrize(
    ("option", "value"), [("keep", "lightness"), ("saturation", 0.5), ("temperature", 60.0)]
)
def test_options_as_the_command(model, path, tmp_path, option, value):
    argv = [path, str(photo(tmp_path)), "-o", str(tmp_path / "out"), f"--{option}", str(value)]
    assert main(argv) == 0
    result = model.colorize(LEVELS.astype(np.uint8), **{option: value})
    np.testing.assert_array_equal(result, read(tmp_path / "out" / "photo.png"))
    assert (result != model.colorize(LEVELS.astype(np.uint8))).any()


def test_sixteen_bits_stay(model):
    levels = np.linspace(0, 65535, 3000).astype(np.uint16).reshape(50, 60)
    result = model.colorize(levels)
    assert result.dtype == np.uint16
    luma = result @ np.array([0.299, 0.587, 0.114])
    assert np.abs(luma - levels).max() <= 0.31
    assert np.ptp(result.astype(int), axis=-1).max() > 2000


def test_samples_as_the_command(noisy, tmp_path):
    argv = [noisy, str(photo(tmp_path)), "-o", str(tmp_path / "out"), "--samples", "2"]
    assert main([*argv, "--seed", "7"]) == 0
    model = Model(load_model(noisy))
    assert model.has_noise
    for sample in range(2):
        result = model.colorize(LEVELS.astype(np.uint8), sample=sample, seed=7)
        expected = read(tmp_path / "out" / f"photo-{sample + 1}.png")
        np.testing.assert_array_equal(result, expected)


def test_colors_of_the_image_are_not_looked_at(model):
    """Of the two, only the luminance is the same: Y' of BT.601 is 76 for pure red."""
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    grey = np.full((8, 8), 76, np.uint8)
    difference = model.colorize(red).astype(int) - model.colorize(grey)
    assert np.abs(difference).max() <= 1


def test_says_what_it_is(model, path):
    assert repr(model) == f"<colorkeras model of tiny, 32×32, from {path}>"
    assert model.metadata["run"] == "first"
    assert model.color_space.name == "yuv_tanh"
    assert model.keras_model.output_shape == (None, 32, 32, 2)
    assert not model.has_noise


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        ([[0, 1]], TypeError, "received a list; expected a NumPy array."),
        (LEVELS, TypeError, "received int64; expected uint8, uint16 or floating point."),
        (LEVELS > 3, TypeError, "received bool;"),
        (LEVELS.astype(float), ValueError, "received values from 0 to 255; expected 0 to 1."),
        (np.full((4, 4), np.nan), ValueError, "received values from nan to nan;"),
        (np.full((4, 4), -0.1), ValueError, "received values from -0.1 to -0.1;"),
        (np.zeros((4, 4, 4), np.uint8), ValueError, "an array of shape (4, 4, 4);"),
        (np.zeros((1, 4, 4, 1), np.uint8), ValueError, "one image at a time."),
        (np.zeros((0, 4), np.uint8), ValueError, "an array of shape (0, 4, 1);"),
        (np.zeros(4, np.uint8), ValueError, "an array of shape (4,);"),
    ],
)
def test_what_is_no_image(model, image, error, message):
    with pytest.raises(error, match=re.escape(message)):
        model.colorize(image)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keep": "clip"}, "keep is 'clip'; expected one of ['luma', 'lightness']."),
        ({"saturation": -1}, "saturation is -1; expected a number from 0 to 4."),
        ({"saturation": float("nan")}, "saturation is nan;"),
        ({"temperature": "warm"}, "temperature is 'warm'; expected a number from -100 to 100."),
        ({"seed": -1}, "seed is -1; expected a whole number from 0 to 4294967295."),
        ({"seed": 0.5}, "seed is 0.5;"),
        ({"sample": 0}, "this model has no noise"),
        ({"sample": -1}, "sample is -1;"),
    ],
)
def test_options_out_of_range(model, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        model.colorize(LEVELS.astype(np.uint8), **options)
