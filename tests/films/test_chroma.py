"""Color planes of colors whose samples are known from the standards."""

from fractions import Fraction

import numpy as np
import pytest

from colorkeras.films.chroma import ChromaMaker, shown
from colorkeras.films.facts import BT601, BT709, BT2020, FilmFacts

RED_LESS_LUMA = np.float32([0.701, -0.299])  # R - Y' and B - Y' of red, with BT.601's Y' of 0.299


def facts(matrix=BT601, full=True, bits=8, size=(4, 6)):
    units = Fraction(1, 25)
    return FilmFacts(
        size[1], size[0], bits, full, matrix, 2, 2, Fraction(1), units, Fraction(25)
    )  # fmt: skip


def planes(film, luma, difference=RED_LESS_LUMA, halved=False):
    small = np.broadcast_to(np.float32(difference), (3, 3, 2))
    rows = np.full((film.height, film.width), luma, film.dtype)
    return ChromaMaker(film, halved, film.bits).planes(rows, small)


@pytest.mark.parametrize(
    ("film", "luma", "cb", "cr"),
    [
        (facts(), 76, 85, 255),
        (facts(BT601, False), 81, 90, 240),  # as in the color bars of BT.601
        (facts(BT709, False), 63, 102, 240),
        (facts(BT2020, False), 74, 97, 240),
        (facts(BT709, False, 10), 250, 409, 960),
    ],
)
def test_pure_red(film, luma, cb, cr):
    blue, red = planes(film, luma)
    assert blue.shape == red.shape == (4, 6)
    unit = 1 << (film.bits - 8)
    assert np.abs(blue.astype(int) - cb).max() <= unit
    assert np.abs(red.astype(int) - cr).max() <= unit
    pixels = shown(film, np.full(blue.shape, luma, film.dtype), blue, red)
    assert np.abs(pixels - [255.0, 0, 0]).max() <= 3


def test_a_color_that_leaves_rgb_becomes_weaker():
    film = facts()
    for luma in (0, 255):
        assert all((plane == 128).all() for plane in planes(film, luma))
    # Y' is 0.8: R may be 0.2 above it, not 0.701.
    blue, red = planes(film, 204)
    weaker = 0.2 / 0.701
    assert abs(int(red[0, 0]) - (128 + 127.5 * weaker)) <= 1
    assert abs(int(blue[0, 0]) - (128 - 255 * weaker * 0.299 / 1.772)) <= 1


def test_limited_range_beyond_black_and_white_is_grey():
    film = facts(full=False)
    for luma in (3, 250):
        assert all((plane == 128).all() for plane in planes(film, luma))


def test_every_pixel_below_a_sample_counts():
    film, luma = facts(), np.full((4, 6), 128, np.uint8)
    luma[0, 1] = 255
    maker = ChromaMaker(film, True, 8)
    blue, red = maker.planes(luma, np.broadcast_to(RED_LESS_LUMA, (3, 3, 2)))
    assert blue.shape == (2, 3)
    assert (blue[0, 0], red[0, 0]) == (128, 128)
    assert red[0, 1] > 200


def test_samples_lie_where_players_expect_them():
    """A linear ramp of color, read at the left one of two columns and between two rows."""
    film = facts(size=(8, 40))
    ramp = np.zeros((8, 40, 2), np.float32)
    ramp[..., 0] = np.arange(40) / 400  # R - Y' of each column of luma
    _, red = ChromaMaker(film, True, 8).planes(np.full((8, 40), 128, np.uint8), ramp)
    expected = 128 + 255 * np.arange(0, 40, 2) / 400 / 1.402
    assert np.abs(red[1, 2:-2] - expected[2:-2]).max() <= 0.6
