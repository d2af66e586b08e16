"""The error of hue: by hand on few colors, and against a loop over scikit-image's hue angles."""

import math

import numpy as np
import pytest
import skimage.color

from colorkeras.metrics.hue import GREY_CHROMA, NO_HUE, hue_error
from colorkeras.metrics.image_metrics import measure


def polar(*pixels):
    """(1, 1, pixels, 2) a*, b* of (chroma, hue in degrees)."""
    chroma, hue = np.array(pixels, np.float32).T
    angle = np.deg2rad(hue)
    return np.stack([chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1)[None, None]


def error(prediction, truth):
    return float(np.asarray(hue_error(polar(*prediction), polar(*truth)))[0])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(10, 40, 30), (350, 20, 30), (20, 350, 30), (0, 180, 180), (90, 271, 179), (77, 77, 0)],
)
def test_the_shorter_way_around(one, other, expected):
    assert error([(30, one)], [(50, other)]) == pytest.approx(expected, abs=1e-3)


def test_vivid_pixels_of_the_truth_count_more():
    # (30 · 10° + 10 · 50°) / 40
    assert error([(5, 10), (80, 50)], [(30, 0), (10, 0)]) == pytest.approx(20, abs=1e-3)


def test_greyish_pixels_of_the_truth_do_not_count():
    assert error([(20, 10), (20, 170)], [(30, 0), (0.9, 0)]) == pytest.approx(10, abs=1e-3)


def test_a_grey_prediction_is_as_wrong_as_a_random_hue():
    truth = [(30, 0), (10, 200)]
    assert error([(0, 0), (0.9, 200)], truth) == NO_HUE
    degrees = [float(error([(20, hue)] * 2, truth)) for hue in range(0, 360, 5)]
    assert np.mean(degrees) == pytest.approx(NO_HUE, abs=0.01)


def test_blank_where_the_truth_is_grey():
    assert math.isnan(error([(30, 10)] * 3, [(0.5, 0)] * 3))
    # Two of three pixels without weight: a mean of 2.9 / 3, or 3 / 3.
    assert math.isnan(error([(30, 10)] * 3, [(0.5, 0), (0.5, 0), (2.9, 0)]))
    assert error([(30, 10)] * 3, [(0.5, 0), (0.5, 0), (3.0, 0)]) == pytest.approx(10, abs=1e-3)


def test_equals_a_loop_over_scikit_image():
    rng = np.random.default_rng(0)
    truth, prediction = rng.integers(0, 256, (2, 3, 14, 12, 3), dtype=np.uint8)
    found = np.asarray(measure(prediction, truth)["hue_error"])
    for i in range(3):
        lch, lch_truth = (
            skimage.color.lab2lch(skimage.color.rgb2lab(x[i])) for x in (prediction, truth)
        )
        apart = np.rad2deg(lch[..., 2] - lch_truth[..., 2]) % 360
        apart = np.minimum(apart, 360 - apart)
        weights = lch_truth[..., 1] * (lch_truth[..., 1] >= GREY_CHROMA)
        assert lch[..., 1].min() > GREY_CHROMA
        assert found[i] == pytest.approx(np.average(apart, weights=weights), abs=1e-2)
