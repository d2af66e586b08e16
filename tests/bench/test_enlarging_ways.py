"""Ways to bring color to a photograph's size: what each keeps, and what the edge-aware ones do."""

import cv2
import numpy as np
import pytest

from colorkeras.bench.enlarging_ways import (
    LIGHTNESS,
    LUMA,
    guided_filter,
    joint_bilateral,
    ways,
)
from colorkeras.color.srgb import rgb_to_lab
from colorkeras.photos.luminance import grey_of

WAYS = ways(radius=1, eps=1e-4, sigma_space=0.4, sigma_range=0.05)


def two_halves(height, width):
    """A step from dark to light, between two columns; (height, width) float32."""
    guide = np.full((height, width), 0.2, np.float32)
    guide[:, width // 2 :] = 0.8
    return guide


def test_names():
    edge_aware = {
        (LUMA, "guided filter, radius 1, eps 0.0001"),
        (LUMA, "joint bilateral, sigmas 0.4 and 0.05"),
    }
    plain = {
        (colors, kernel)
        for colors in (LIGHTNESS, LUMA)
        for kernel in ("bilinear", "bicubic", "lanczos4")
    }
    assert set(WAYS) == plain | edge_aware


@pytest.mark.parametrize("key", WAYS, ids=str)
def test_a_uniform_color_stays(key):
    photograph = np.full((31, 47, 3), (180, 90, 60), np.uint8)
    small = np.full((8, 12, 3), np.array([180, 90, 60]) / 255, np.float32)
    result = WAYS[key](small, photograph)
    assert result.dtype == np.uint8
    np.testing.assert_allclose(result, photograph.astype(int), atol=1)


@pytest.mark.parametrize("key", WAYS, ids=str)
def test_the_luminance_is_that_of_the_photograph(key):
    """Of an achromatic photograph colored by random ones of little chroma."""
    random = np.random.default_rng(0)
    photograph = np.repeat(random.integers(90, 160, (40, 56, 1), np.uint8), 3, axis=2)
    small = random.uniform(0.45, 0.55, (10, 14, 3)).astype(np.float32)
    result = WAYS[key](small, photograph)
    if key[0] == LUMA:
        np.testing.assert_allclose(grey_of(result), grey_of(photograph), atol=0.31 / 255)
    else:
        found, kept = (np.asarray(rgb_to_lab(image))[..., 0] for image in (result, photograph))
        np.testing.assert_allclose(found, kept, atol=0.4)


def test_guided_filter_finds_a_linear_color():
    """Where the color is a linear function of the guide, it is that of the large guide."""
    random = np.random.default_rng(0)
    small_guide, guide = (random.random(n, np.float32) for n in ((6, 20), (24, 80)))
    small = np.dstack([small_guide, 1 - 2 * small_guide])
    result = guided_filter(small, small_guide, guide, radius=2, eps=1e-9)
    np.testing.assert_allclose(result, np.dstack([guide, 1 - 2 * guide]), atol=1e-3)


def test_guided_filter_with_a_large_eps_is_a_mean():
    small = np.zeros((9, 9, 2), np.float32)
    small[4, 4] = 25 * 25
    flat = np.zeros((9, 9), np.float32)
    result = guided_filter(small, flat, flat, radius=2, eps=1)
    assert result[4, 4] == pytest.approx([25, 25])  # the mean of the windows' means
    assert result[4, 1] == pytest.approx([10, 10])  # two of five columns of windows hold the dot


def test_joint_bilateral_is_as_sharp_as_the_guide():
    guide, small_guide = two_halves(24, 80), two_halves(6, 20)
    small = np.dstack([small_guide, 1 - small_guide])
    true = np.dstack([guide, 1 - guide])
    result = joint_bilateral(small, small_guide, guide, sigma_space=1.0, sigma_range=0.05)
    np.testing.assert_allclose(result, true, atol=1e-5)
    assert abs(cv2.resize(small, (80, 24)) - true).max() > 0.1


def test_joint_bilateral_by_hand():
    """Two small pixels, four large ones; the guide is flat, so that distances alone count."""
    small = np.float32([[[0.0, 0.0], [1.0, 2.0]]])
    result = joint_bilateral(
        small, np.zeros((1, 2), np.float32), np.zeros((1, 4), np.float32), sigma_space=1.0,
        sigma_range=1.0,
    )  # fmt: skip
    # The first large pixel lies at -0.25. Its 5×5 pixels are those at -2 … 2; what lies outside is
    # the nearest pixel's, at its own distance.
    weights = np.exp(-((np.arange(-2, 3) + 0.25) ** 2) / 2)
    expected = weights[3:].sum() / weights.sum()
    np.testing.assert_allclose(result[0, 0], [expected, 2 * expected], rtol=1e-5)
    np.testing.assert_allclose(result[0, 3], [1 - expected, 2 - 2 * expected], rtol=1e-5)


def test_joint_bilateral_finds_weights_where_no_pixel_is_alike():
    small = np.full((2, 2, 2), 0.3, np.float32)
    guides = np.zeros((2, 2), np.float32), np.ones((4, 4), np.float32)
    result = joint_bilateral(small, *guides, sigma_space=0.3, sigma_range=0.001)
    np.testing.assert_allclose(result, 0.3, rtol=1e-5)
