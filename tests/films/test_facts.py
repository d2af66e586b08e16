"""Orientation and matrices, by hand."""

import numpy as np
import pytest

from colorkeras.films.facts import Orientation, UnusableFilm, matrix_of

STORED = np.arange(6).reshape(2, 3)
ONE = 65536


def matrix(a, b, c, d):
    return (a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("found", "upright"),
    [
        (None, STORED),
        (matrix(1, 0, 0, 1), STORED),
        (matrix(0, 1, -1, 0), np.rot90(STORED, -1)),  # clockwise: x' = -y, y' = x
        (matrix(0, -1, 1, 0), np.rot90(STORED)),
        (matrix(-1, 0, 0, -1), np.rot90(STORED, 2)),
        (matrix(-1, 0, 0, 1), STORED[:, ::-1]),
        (matrix(1, 0, 0, -1), STORED[::-1]),
        (matrix(0, 1, 1, 0), STORED.T),
        ((46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30), STORED),  # by 45 degrees
    ],
)
def test_orientation(found, upright):
    orientation = Orientation(found)
    np.testing.assert_array_equal(orientation.upright(STORED), upright)
    np.testing.assert_array_equal(orientation.stored(upright), STORED)


def test_matrix():
    assert matrix_of(9, 100, 100) == 9
    assert [matrix_of(2, *size) for size in ((576, 720), (720, 960), (480, 1280))] == [6, 1, 1]
    for other in (0, 8, 10, 14):
        with pytest.raises(UnusableFilm, match=f"number {other} of ITU-T H.273"):
            matrix_of(other, 100, 100)
