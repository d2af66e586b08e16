"""The comparison finds a model that computes something else."""

import keras
import numpy as np
import pytest
from saved_models import write_model, write_noisy_model

from colorkeras.color.space import ColorSpace
from colorkeras.inference.export.compare import IMAGES, fixed_images, largest_difference, limit_of
from colorkeras.inference.export.convert import convert
from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.saved_model import load_model

KERAS = FORMATS["keras"]


def test_images_are_fixed_and_differ():
    images = fixed_images(8, 12)
    assert images.shape == (IMAGES, 8, 12, 3)
    assert images.dtype == np.uint8
    assert images.tobytes() == fixed_images(8, 12).tobytes()
    assert len({image.tobytes() for image in images}) == IMAGES
    assert images.min() == 0
    assert images.max() == 255


def test_the_same_model_and_another(tmp_path):
    saved = load_model(write_noisy_model(tmp_path / "model.h5", "input"))
    convert(saved.model, KERAS, tmp_path / KERAS.file, "tiny")
    assert largest_difference(saved, KERAS, tmp_path / KERAS.file) <= 1e-6
    weights = saved.model.get_weights()
    saved.model.set_weights([*weights[:-1], weights[-1] + 0.1])
    assert 0.01 < largest_difference(saved, KERAS, tmp_path / KERAS.file) < 0.11


def test_chroma_that_is_not_finite_is_no_small_difference(tmp_path):
    saved = load_model(write_model(tmp_path / "model.h5"))
    convert(saved.model, KERAS, tmp_path / KERAS.file, "tiny")
    saved.model.set_weights([w * np.nan for w in saved.model.get_weights()])
    assert not largest_difference(saved, KERAS, tmp_path / KERAS.file) <= 1e-4


def test_noise_is_given_to_both(tmp_path):
    """A model of z alone: with z left out or another, the two would differ."""
    keras.utils.set_random_seed(0)
    saved = load_model(write_noisy_model(tmp_path / "model.h5", "input"))
    for weight in saved.model.weights:
        if weight.path.startswith("dense"):
            weight.assign(np.full(weight.shape, 0.5))
    convert(saved.model, KERAS, tmp_path / KERAS.file, "tiny")
    assert largest_difference(saved, KERAS, tmp_path / KERAS.file) <= 1e-6


@pytest.mark.parametrize(
    ("space", "expected"),
    [("yuv_tanh", 1e-4), ("yuv_sigmoid", 1e-4), ("lab_pix2pix", 1e-4), ("lab_raw", 1.0787e-2)],
)
def test_limit(space, expected):
    assert limit_of(ColorSpace.named(space)) == pytest.approx(expected)
