"""CIEDE2000 in NumPy: published pairs, and scikit-image."""

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000

from colorkeras.metrics.ciede2000_formula import difference


# Sharma, Wu, Dalal 2005, Table 1: pairs 1, 7, 10 and 25.
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_published_pairs(one, other, expected):
    lab1, lab2 = (np.array(lab)[:, np.newaxis] for lab in (one, other))
    assert difference([*lab1], [*lab2], np)[0] == pytest.approx(expected, abs=1e-4)


def test_equals_scikit_image():
    random = np.random.default_rng(0)
    lab = random.uniform((0, -80, -80), (100, 80, 80), (2, 200, 3)).astype(np.float32)
    ours = difference([*lab[0].T], [*lab[1].T], np)
    np.testing.assert_allclose(ours, deltaE_ciede2000(*lab), rtol=1e-3)
