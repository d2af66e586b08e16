"""The doubt: standard deviations of (a*, b*), among opinions and inside of each."""

import cv2
import numpy as np
import pytest
from PIL import Image

from colorkeras.data.images.mark import facts_of
from colorkeras.inference.doubt import LONGEST, doubt_of, write_doubt


def color(lightness, a, b, size=(4, 6)):
    """One CIELAB color as sRGB in [0, 1]."""
    lab = np.full((*size, 3), (lightness, a, b), np.float32)
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)


def test_two_opinions_by_hand():
    """(a*, b*) of (10, 0) and (-10, 6): deviations of 10 and 3, together √109."""
    found = doubt_of([color(60, 10, 0), color(60, -10, 6)], [])
    np.testing.assert_allclose(found, np.sqrt(109), atol=0.05)


def test_the_same_opinion_is_no_doubt():
    assert doubt_of([color(60, 10, 0)] * 3, []).max() < 1e-3


def test_variances_are_added():
    spreads = [np.full((4, 6), 3.0, np.float32), np.full((8, 12), 5.0, np.float32)]
    found = doubt_of([color(60, 10, 0), color(60, -10, 6)], spreads)
    np.testing.assert_allclose(found, np.sqrt(109 + (9 + 25) / 2), atol=0.05)


def test_opinions_of_several_sizes():
    found = doubt_of([color(60, 10, 0, (4, 6)), color(60, -10, 6, (8, 12))], [])
    assert found.shape == (8, 12)
    np.testing.assert_allclose(found, np.sqrt(109), atol=0.05)


@pytest.mark.parametrize("size", [(40, 60), (300, 5000)])
def test_the_map(tmp_path, size):
    doubt = np.zeros((10, 15), np.float32)
    doubt[:, 8:] = 25
    write_doubt(tmp_path / "d.png", doubt, 25.0, size, {"experiment": "tiny"})
    with Image.open(tmp_path / "d.png") as image:
        assert max(image.size) == min(max(size), LONGEST)
        assert facts_of(image) == {"experiment": "tiny"}
        shown = np.asarray(image.convert("RGB")).astype(int)
    assert shown[:, :3].max() < 10
    assert shown[:, -3:].mean() > 180
