"""Chroma and luma: the way there and back, against scikit-image."""

import numpy as np
from planted_colors import grey_of
from skimage.color import rgb2lab

from colorkeras.steering.chroma import at_size, lab_of, with_chroma

COLORS = np.random.default_rng(4).uniform(0.05, 0.95, (40, 50, 3)).astype(np.float32)


def test_lab_is_that_of_scikit_image():
    np.testing.assert_allclose(lab_of(COLORS), rgb2lab(COLORS), atol=2e-3)


def test_there_and_back():
    """A color of sRGB comes back from its luma and chroma."""
    back = with_chroma(grey_of(COLORS), lab_of(COLORS)[..., 1:])
    np.testing.assert_allclose(grey_of(back), grey_of(COLORS), atol=1e-6)
    assert np.abs(back - COLORS).mean() < 0.05 / 255
    assert np.quantile(np.abs(back - COLORS), 0.99) < 1 / 255


def test_black_white_and_colors_outside_of_srgb():
    grey = np.array([0, 1, 0.5], np.float32)
    strong = np.array([[90, 60]] * 3, np.float32)
    color = with_chroma(grey, strong)
    np.testing.assert_allclose(color[:2], [[0] * 3, [1] * 3], atol=1e-5)
    np.testing.assert_allclose(grey_of(color), grey, atol=1e-5)
    assert color.min() >= 0
    assert color.max() <= 1


def test_the_same_size_stays():
    np.testing.assert_allclose(at_size(COLORS, grey_of(COLORS)), COLORS, atol=1e-6)
