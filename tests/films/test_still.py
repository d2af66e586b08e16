"""One frame of a film as an image."""

from fractions import Fraction

import numpy as np
import pytest
from films import SIZE, picture, write_film

from colorkeras.films.facts import UnusableFilm
from colorkeras.films.still import frame_at, grey_still


def still(film, number=0):
    return grey_still(film, number, 10**6)


@pytest.mark.parametrize(("number", "found"), [(0, 0), (1, 1), (9, 9), (99, 9)])
def test_the_frame_of_a_number(tmp_path, number, found):
    film = write_film(tmp_path / "a.mkv", frames=10)
    answer, pixels = still(film, number)
    assert answer == found
    assert (pixels.shape, pixels.dtype) == ((*SIZE, 3), np.uint8)


def test_may_be_ended_at_each_frame(tmp_path):
    seen = []

    def check():
        seen.append(1)
        if len(seen) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        grey_still(write_film(tmp_path / "a.mkv", frames=10), 9, 10**6, check)


@pytest.mark.parametrize(
    ("seconds", "number"),
    [(0, 0), (0.0999, 0), (0.1, 1), (0.15, 1), (0.1999989, 2), (0.29, 2), (99, 9)],
)
def test_the_frame_that_a_player_shows(tmp_path, seconds, number):
    film = write_film(tmp_path / "a.mp4", frames=10, codec="libx264")  # of 10 frames/s
    assert frame_at(film, seconds) == number


def test_frames_of_different_length(tmp_path):
    film = write_film(tmp_path / "a.mkv", 3, pts=(0, 500, 600), time_base=Fraction(1, 1000))
    assert [frame_at(film, seconds) for seconds in (0.4, 0.5, 0.7)] == [0, 1, 2]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_player_counts_from_where_the_film_says(tmp_path, name):
    """The first of the frames comes at 1.5 s."""
    film = write_film(
        tmp_path / name, 3, codec="libx264", pts=(1500, 1600, 1700), time_base=Fraction(1, 1000)
    )
    assert [frame_at(film, seconds) for seconds in (0, 1.5, 1.61, 1.7)] == [0, 0, 1, 2]


@pytest.mark.parametrize("form", ["gray", "gray10le", "gray16le"])
def test_black_is_0_and_white_is_255(tmp_path, form):
    film = write_film(tmp_path / "a.mkv", 2, form=form)
    bits = {"gray": 8, "gray10le": 10, "gray16le": 16}[form]
    expected = picture(0, 0, SIZE, 2**bits - 1) / (2**bits - 1) * 255
    _, pixels = still(film)
    np.testing.assert_allclose(pixels[..., 1], expected, atol=0.51)
    assert np.ptp(pixels.astype(int), axis=2).max() == 0


def test_upright_with_square_pixels(tmp_path):
    upright = write_film(tmp_path / "a.mp4", 1, codec="libx264")
    turned = write_film(tmp_path / "b.mp4", 1, codec="libx264", turned=90)
    (_, first), (_, second) = still(upright), still(turned)
    np.testing.assert_array_equal(np.rot90(first), second)  # to the left
    wide = write_film(tmp_path / "c.mov", 1, codec="libx264", shape=2)
    assert still(wide)[1].shape[:2] == (SIZE[0], 2 * SIZE[1])


def test_no_film(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(UnusableFilm):
        still(tmp_path / "a.mp4")
    with pytest.raises(UnusableFilm):
        frame_at(tmp_path / "a.mp4", 0)


def test_too_large_with_square_pixels(tmp_path):
    """Pixels 10 times as wide as they are high."""
    film = write_film(tmp_path / "a.mov", 1, codec="libx264", shape=10)
    height, width = SIZE
    with pytest.raises(UnusableFilm, match=f"^{10 * width}x{height} with square pixels is larger"):
        grey_still(film, 0, 10 * width * height - 1)
    assert grey_still(film, 0, 10 * width * height)[1].shape == (height, 10 * width, 3)
