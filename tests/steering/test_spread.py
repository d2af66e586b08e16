"""The solver, against values worked out by hand and against a dense solution."""

import numpy as np
import pytest

from colorkeras.steering.spread import _FIRM, _LEAST, spread


def test_two_pixels():
    """Firmness k = 100 at the first, a link w = 1, pull p: the share is k (w + p) / det."""
    pull, link, firm = 0.25, 1 + _LEAST, _FIRM
    values = np.array([[[7.0], [0.0]]])
    found, share = spread(np.full((1, 2), 0.5, np.float32), np.array([[1.0, 0.0]]), values, pull)
    determinant = (firm + link + pull) * (link + pull) - link**2
    expected = firm * np.array([link + pull, link]) / determinant
    np.testing.assert_allclose(share[0], expected, rtol=1e-9)
    np.testing.assert_allclose(found[0, :, 0], 7 * expected, rtol=1e-9)


def test_an_edge_stops_it():
    grey = np.full((9, 20), 0.3, np.float32)
    grey[:, 10:] = 0.6
    weight = np.zeros((9, 20))
    weight[4, 4] = 1
    _, share = spread(grey, weight, np.zeros((9, 20, 1)), 1e-3)
    assert share[:, :9].min() > 0.5
    assert share[:, 11:].max() < 0.02


def test_values_lie_between_those_of_the_hints():
    rng = np.random.default_rng(1)
    grey = rng.random((20, 30)).astype(np.float32)
    weight = (rng.random((20, 30)) > 0.95).astype(float)
    values = rng.random((20, 30, 2)) + 3
    found, share = spread(grey, weight, values, 1e-2)
    assert share.min() > 0
    mean = found / share[..., np.newaxis]
    assert mean.min() >= values[weight > 0].min() - 1e-9
    assert mean.max() <= values[weight > 0].max() + 1e-9


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1)])
def test_narrow_images(shape):
    _, share = spread(np.zeros(shape, np.float32), np.ones(shape), np.zeros((*shape, 1)), 1.0)
    np.testing.assert_allclose(share, _FIRM / (_FIRM + 1))
