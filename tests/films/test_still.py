"""One frame of a film as an image."""

from fractions import Fraction

import numpy as np
import pytest
from films import SIZE, picture, write_film

from colorkeras.films.facts import UnusableFilm
from colorkeras.films.still import grey_still


def still(film, seconds=0.0):
    return grey_still(film, seconds, 10**6)


@pytest.mark.parametrize(
    ("seconds", "number"), [(0, 0), (0.0995, 1), (0.1, 1), (0.15, 1), (0.29, 2), (99, 9)]
)
def test_the_frame_that_is_shown_then(tmp_path, seconds, number):
    film = write_film(tmp_path / "a.mkv", frames=10)  # of 10 frames/s
    found, pixels = still(film, seconds)
    assert found == number
    assert (pixels.shape, pixels.dtype) == ((*SIZE, 3), np.uint8)


def test_frames_of_different_length(tmp_path):
    film = write_film(tmp_path / "a.mkv", 3, pts=(0, 500, 600), time_base=Fraction(1, 1000))
    assert [still(film, seconds)[0] for seconds in (0.4, 0.5, 0.7)] == [0, 1, 2]


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
