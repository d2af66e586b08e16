"""The NumPy form of sRGB → CIELAB, against scikit-image and against the form on tensors."""

import numpy as np
from skimage.color import rgb2lab

from colorkeras.color.cielab import (
    LINEAR_OF_LEVEL,
    RGB_FROM_XYZ,
    WHITE,
    lab_to_xyz,
    levels_to_lab,
    matrix,
)
from colorkeras.color.srgb import rgb_to_lab

LEVELS = np.array([0, 1, 5, 10, 11, 60, 128, 200, 254, 255], np.uint8)
GRID = np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS), axis=-1).reshape(-1, 10, 3)


def test_equals_scikit_image():
    lab = levels_to_lab(GRID)
    assert lab.dtype == np.float32
    np.testing.assert_allclose(lab, rgb2lab(GRID), atol=1e-3)


def test_equals_the_form_on_tensors():
    np.testing.assert_allclose(levels_to_lab(GRID), np.asarray(rgb_to_lab(GRID)), atol=1e-4)


def test_lab_to_xyz_is_the_inverse():
    lab = levels_to_lab(GRID).astype(np.float64)
    xyz = lab_to_xyz(np.moveaxis(lab, -1, 0), np.where)
    linear = np.stack(matrix(RGB_FROM_XYZ * WHITE, xyz), axis=-1)
    np.testing.assert_allclose(linear, LINEAR_OF_LEVEL[GRID], atol=1e-5)
