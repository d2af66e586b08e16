"""Chroma is brought to a photograph's size by bicubic interpolation, strip by strip."""

import itertools

import cv2
import numpy as np
import pytest
from skimage import color, data

from colorkeras.photos.enlarging import enlarged


@pytest.mark.parametrize(
    ("rows", "columns", "height", "width"),
    [
        (28, 20, 300, 211),
        (7, 5, 8, 5),
        (1, 1, 3, 4),
        (1, 9, 1, 100),
        (2, 3, 50, 7),
        (20, 30, 11, 16),
    ],
)
def test_strips_equal_opencv_on_the_whole(rows, columns, height, width):
    small = np.random.default_rng(0).uniform(-1, 1, (rows, columns, 2)).astype(np.float32)
    whole = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    edges = [0, height // 3, height // 2, height]
    strips = [
        enlarged(small, height, width, top, bottom)
        for top, bottom in itertools.pairwise(edges)
        if bottom > top
    ]
    np.testing.assert_allclose(np.concatenate(strips), whole.reshape(height, width, 2), atol=2e-5)


@pytest.mark.parametrize("photograph", [data.astronaut, data.chelsea, data.coffee, data.rocket])
def test_nearer_to_the_truth_than_bilinear(photograph):
    lab = color.rgb2lab(photograph())
    height, width, _ = lab.shape
    true = lab[..., 1:].astype(np.float32)
    small = cv2.resize(true, (128, round(128 * height / width)), interpolation=cv2.INTER_AREA)

    def error(chroma):
        return color.deltaE_ciede2000(lab, np.dstack([lab[..., :1], chroma])).mean()

    bilinear = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    assert error(enlarged(small, height, width, 0, height)) < error(bilinear)
