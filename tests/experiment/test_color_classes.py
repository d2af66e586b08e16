"""Color classes against numbers worked out by hand and a plain NumPy computation."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from colorkeras.color.classes import CLASSES, srgb_classes
from colorkeras.color.space import ColorSpace
from colorkeras.experiment.color_classes import ColorClasses

CIC = ColorSpace.named("lab_cic")
SPACES = [ColorSpace.named(name) for name in ("lab_cic", "lab_wallner", "lab_sigmoid")]
SIDE = np.exp(-100 / 50)  # of a neighbour on the grid, beside 1 for the class itself
CORNER = np.exp(-200 / 50)


def normalised(space, units):
    return np.float32(units) / np.float32(space.target_scale) + np.float32(space.target_offset)


def colors(count=2000, seed=0):
    """(count, 2) CIELAB a* and b*, some of them far from every class."""
    return np.random.default_rng(seed).uniform(-130, 130, (count, 2))


def index(a, b, points=CLASSES):
    return points.tolist().index([a, b])


def dense(indices, weights, count):
    found = np.zeros((len(indices), count))
    np.put_along_axis(found, np.asarray(indices), np.asarray(weights), axis=1)
    return found


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space.name)
def test_soft_encoding_equals_numpy(space):
    points = srgb_classes()
    units = colors()
    distances = np.linalg.norm(units[:, None] - points[None].astype("float64"), axis=-1)
    order = np.argsort(distances, axis=1)
    ranked = np.take_along_axis(distances, order, axis=1)
    clear = ranked[:, 5] - ranked[:, 4] > 0.05  # no tie for the fifth place
    assert clear.sum() > 1900
    weights = np.exp((ranked[:, :1] ** 2 - ranked[:, :5] ** 2) / 50)
    expected = dense(order[:, :5], weights / weights.sum(axis=1, keepdims=True), len(points))
    found = ColorClasses(space, points).encode(normalised(space, units))
    assert found[0].shape == found[1].shape == (2000, 5)
    np.testing.assert_allclose(dense(*found, len(points))[clear], expected[clear], atol=1e-4)


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space.name)
def test_a_color_exactly_on_a_class(space):
    indices, weights = ColorClasses(space).encode(normalised(space, [[[20, -30]]]))
    assert indices.shape == (1, 1, 5)
    neighbors = [index(10, -30), index(20, -40), index(20, -20), index(30, -30)]
    assert np.asarray(indices)[0, 0].tolist() == [index(20, -30), *neighbors]
    expected = np.array([1, *[SIDE] * 4]) / (1 + 4 * SIDE)
    np.testing.assert_allclose(np.asarray(weights)[0, 0], expected, atol=1e-5)


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space.name)
def test_of_equally_near_classes_the_first_is_taken(space):
    """Between four classes, and for the fifth place between eight, at distance √(15² + 5²)."""
    indices, weights = ColorClasses(space).encode(normalised(space, [[25, 35]]))
    four = [index(20, 30), index(20, 40), index(30, 30), index(30, 40)]
    assert np.asarray(indices)[0].tolist() == [*four, index(10, 30)]
    far = np.exp(-(250 - 50) / 50)
    np.testing.assert_allclose(np.asarray(weights)[0, :4], 1 / (4 + far), atol=1e-4)


def test_every_class_is_nearest_to_itself():
    classes = ColorClasses(CIC)
    np.testing.assert_array_equal(classes.encode(classes.centres)[0][:, 0], np.arange(313))
    np.testing.assert_allclose(classes.centres * 110, CLASSES, atol=1e-4)
    assert classes.centres.dtype == np.float32


def test_fewer_classes_than_neighbors():
    indices, weights = ColorClasses(CIC, [[0, 0], [10, 0]]).encode(normalised(CIC, [[10, 0]]))
    assert np.asarray(indices).tolist() == [[1, 0]]
    np.testing.assert_allclose(
        np.asarray(weights), [[1 / (1 + SIDE), SIDE / (1 + SIDE)]], atol=1e-6
    )


def test_encoding_is_the_same_compiled():
    classes = ColorClasses(CIC)
    chroma = normalised(CIC, colors(500))
    expected = classes.encode(chroma)
    for compiled in (tf.function(classes.encode), tf.function(classes.encode, jit_compile=True)):
        for found, value in zip(compiled(chroma), expected, strict=True):
            np.testing.assert_allclose(found, value, atol=1e-5)


IN_JAX = """
import sys
import numpy as np
from colorkeras.color.space import ColorSpace
from colorkeras.experiment.color_classes import ColorClasses
units = np.random.default_rng(0).uniform(-130, 130, (500, 2)).astype("float32")
indices, weights = ColorClasses(ColorSpace.named("lab_cic")).encode(units / np.float32(110))
np.savez(sys.argv[1], indices=np.asarray(indices), weights=np.asarray(weights))
"""


def test_encoding_is_the_same_on_jax(tmp_path):
    subprocess.run(
        [sys.executable, "-c", IN_JAX, str(tmp_path / "encoded.npz")],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    indices, weights = ColorClasses(CIC).encode(normalised(CIC, colors(500)))
    with np.load(tmp_path / "encoded.npz") as jax:
        np.testing.assert_array_equal(jax["indices"], indices)
        np.testing.assert_allclose(jax["weights"], weights, atol=1e-5)


class TestShares:
    def test_by_hand(self):
        """Three of four pixels next to class (0, 0), one next to (50, 60)."""
        units = [[[[1, 2], [-4, 4]], [[0, 0], [52, 57]]]]
        shares = ColorClasses(CIC).shares(None, normalised(CIC, units))
        assert shares.shape == (1, 313)
        assert shares[0, index(0, 0)] == 0.75
        assert shares[0, index(50, 60)] == 0.25
        assert shares.sum() == 1

    @pytest.mark.parametrize("space", SPACES, ids=lambda space: space.name)
    def test_counts_the_nearest_class_of_the_encoding(self, space):
        ties = [np.rint(colors(1000, seed) / step) * step for seed, step in ((1, 5), (2, 1))]
        units = np.concatenate([colors(1000), *ties, 1.5 * colors(1000, 3)])  # some beyond sRGB
        chroma = normalised(space, units).reshape(4, 20, 50, 2)
        classes = ColorClasses(space)
        nearest = np.asarray(classes.encode(chroma)[0])[..., 0].reshape(4, -1)
        counts = [np.bincount(image, minlength=313) / 1000 for image in nearest]
        np.testing.assert_array_equal(classes.shares(None, chroma), counts)


class TestRebalancing:
    def test_smoothing_by_hand(self):
        """One class among its eight neighbours on the grid, all other classes far away."""
        points = [[a, b] for a in (-10, 0, 10) for b in (-10, 0, 10)]
        smoothed = ColorClasses(CIC, points).smoothed(np.eye(9)[4])
        total = 1 + 4 * SIDE + 4 * CORNER
        expected = np.array([CORNER, SIDE, CORNER, SIDE, 1, SIDE, CORNER, SIDE, CORNER]) / total
        np.testing.assert_allclose(smoothed, expected, rtol=1e-12)

    def test_smoothing_keeps_the_sum(self):
        prior = np.random.default_rng(0).dirichlet(np.ones(313))
        assert ColorClasses(CIC).smoothed(prior).sum() == pytest.approx(1)

    def test_weights_by_hand(self):
        """Two classes so far apart that smoothing changes nothing; λ = ½.

        1 / (½ · ¾ + ¼) = 1.6 and 1 / (½ · ¼ + ¼) = 8/3; E = ¾ · 1.6 + ¼ · 8/3 = 28/15.
        """
        weights = ColorClasses(CIC, [[-60, 0], [60, 0]]).rebalancing([0.75, 0.25])
        np.testing.assert_allclose(weights, [1.6 * 15 / 28, 8 / 3 * 15 / 28], rtol=1e-6)
        assert weights.dtype == np.float32

    @pytest.mark.parametrize("uniform_share", [0, 0.5, 0.9, 1])
    def test_expected_weight_is_one(self, uniform_share):
        classes = ColorClasses(CIC)
        prior = np.random.default_rng(0).dirichlet(np.ones(313))
        weights = classes.rebalancing(prior, uniform_share)
        assert classes.smoothed(prior) @ weights == pytest.approx(1)
        rare, common = prior.argmin(), prior.argmax()
        assert weights[rare] >= weights[common]
        if uniform_share == 1:
            np.testing.assert_allclose(weights, 1)

    @pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
    def test_lambda_is_a_share(self, value):
        with pytest.raises(ValueError, match=r"uniform_share is .*; expected a number in \[0, 1\]"):
            ColorClasses(CIC).rebalancing(np.full(313, 1 / 313), value)

    def test_unseen_classes_without_the_uniform_share(self):
        prior = np.full(313, 1 / 312)
        prior[7] = 0
        with pytest.raises(ValueError, match=r"shows only 312 of 313 color .*such as 0\.5"):
            ColorClasses(CIC).rebalancing(prior, 0)

    def test_grey_training_set(self):
        prior = np.eye(313)[index(0, 0)]
        with pytest.raises(ValueError, match=r"shows 1 of 313 color classes.*uniform_share = 1"):
            ColorClasses(CIC).rebalancing(prior)
        np.testing.assert_allclose(ColorClasses(CIC).rebalancing(prior, 1), 1)


def test_only_spaces_of_cielab():
    with pytest.raises(ValueError, match=r"color\.space is 'yuv_tanh'.*such as 'lab_cic'"):
        ColorClasses(ColorSpace.named("yuv_tanh"))


@pytest.mark.parametrize("points", [[1, 2], [[1, 2, 3]], np.zeros((0, 2)), [[0.5, 0]]])
def test_wrong_points(points):
    with pytest.raises(ValueError, match="Points of color classes"):
        ColorClasses(CIC, points)
