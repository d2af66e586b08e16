"""Hints drawn as discs."""

import numpy as np

from colorkeras.steering.chroma import lab_of
from colorkeras.steering.hints import Hints
from colorkeras.steering.marks import marked

RED, BLUE = (200, 30, 30), (30, 30, 200)


def chroma_of(*colors):
    return lab_of(np.array(colors, np.float32) / 255)[:, 1:]


def hints(places, colors, **fields):
    return Hints(np.array(places), np.array(colors, np.uint8), **fields)


def test_a_disc_around_the_pixel():
    grey = np.full((10, 20), 0.5, np.float32)
    weight, chroma = marked(hints([(0.5, 0.5)], [RED], radius=np.array([0.1])), grey)
    rows, columns = np.nonzero(weight)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (3, 7, 8, 12)
    assert weight[5, 10] == 1
    np.testing.assert_allclose(chroma[5, 10], chroma_of(RED)[0], atol=1e-4)
    assert not chroma[0, 0].any()


def test_does_not_reach_over_an_edge():
    grey = np.full((10, 20), 0.5, np.float32)
    grey[:, 11:] = 0.8
    weight, _ = marked(hints([(0.5, 0.5)], [RED], radius=np.array([0.1])), grey)
    assert np.nonzero(weight)[1].max() == 10


def test_contradictions_become_their_mean():
    grey = np.full((10, 20), 0.5, np.float32)
    places = [(0.5, 0.5)] * 3
    _, chroma = marked(hints(places, [RED, BLUE, BLUE], radius=np.zeros(3)), grey)
    expected = chroma_of(RED, BLUE, BLUE).mean(axis=0)
    np.testing.assert_allclose(chroma[5, 10], expected, atol=1e-4)


def test_the_last_row_and_column_count():
    weight, _ = marked(
        hints([(1.0, 1.0)], [RED], radius=np.zeros(1)), np.full((4, 6), 0.5, np.float32)
    )
    assert np.argwhere(weight).tolist() == [[3, 5]]


def test_a_million_hints():
    places = np.random.default_rng(0).random((1_000_000, 2))
    many = Hints(places, np.full((1_000_000, 3), RED, np.uint8))
    weight, chroma = marked(many, np.full((300, 512), 0.5, np.float32))
    assert (weight == 1).all()
    np.testing.assert_allclose(chroma[100, 100], chroma_of(RED)[0], atol=1e-3)
