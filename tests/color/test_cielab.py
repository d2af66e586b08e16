"""The NumPy form of sRGB → CIELAB, against scikit-image and against the form on tensors."""

import numpy as np
from skimage.color import rgb2lab

from colorkeras.color.cielab import levels_to_lab
from colorkeras.color.srgb import rgb_to_lab

LEVELS = np.array([0, 1, 5, 10, 11, 60, 128, 200, 254, 255], np.uint8)
GRID = np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS), axis=-1).reshape(-1, 10, 3)


def test_equals_scikit_image():
    lab = levels_to_lab(GRID)
    assert lab.dtype == np.float32
    np.testing.assert_allclose(lab, rgb2lab(GRID), atol=1e-3)


def test_equals_the_form_on_tensors():
    np.testing.assert_allclose(levels_to_lab(GRID), np.asarray(rgb_to_lab(GRID)), atol=1e-4)
