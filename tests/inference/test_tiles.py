"""Tiles cover a photograph, overlap, and are mixed without edges."""

import numpy as np
import pytest
from saved_models import write_model

from colorkeras.inference.colorizer import Colorizer
from colorkeras.inference.model import _Array
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.tiles import _starts, tiled


@pytest.fixture(scope="module")
def colorizer(tmp_path_factory):
    """Of a model of 32 × 32 that looks at single pixels."""
    path = write_model(tmp_path_factory.mktemp("model") / "model.h5", slope=(0.5, -0.3))
    return Colorizer(load_model(path))


@pytest.mark.parametrize("length", [1, 31, 32, 33, 47, 48, 49, 64, 100])
def test_tiles_cover_a_length_and_overlap_by_half(length):
    starts = list(_starts(length, 32))
    assert starts[0] == 0
    assert max(starts[-1], 0) + 32 >= length
    steps = np.diff(starts)
    assert (steps <= 16).all()
    assert all(start >= 0 for start in starts)


def test_a_photograph_no_longer_than_the_model_has_no_tiles(colorizer):
    assert tiled(colorizer, _Array(np.zeros((32, 20), np.uint8)), None, "a", 0) is None


@pytest.mark.parametrize("size", [(64, 64), (40, 64), (200, 90), (50, 3)])
def test_a_model_of_single_pixels_gives_the_same_as_on_the_whole(colorizer, size):
    """It predicts the same for a tile as for the whole, so that the mixture must too."""
    level = 90
    image = _Array(np.full(size, level, np.uint8))
    found = tiled(colorizer, image, None, "a", 0)
    scale = min(64 / max(size), 1)
    assert found.shape == (*(max(1, round(length * scale)) for length in size), 3)
    whole = colorizer.predict(image)
    np.testing.assert_allclose(found, np.broadcast_to(whole[0, 0], found.shape), atol=1e-5)


def test_color_stays_in_its_place(colorizer):
    """Brightness chooses the color: its steps lie where those of the photograph lie."""
    image = np.zeros((64, 64), np.uint8)
    image[20:44, 30:] = 200
    found = tiled(colorizer, _Array(image), None, "a", 0)
    colored = np.ptp(found, axis=-1) > 0.1
    np.testing.assert_array_equal(colored, image > 0)
