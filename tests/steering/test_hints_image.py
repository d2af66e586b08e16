"""Hints as strokes in a PNG."""

import numpy as np
import pytest
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.steering.hints import read_hints

SIZE = (40, 60)


def strokes(color=(200, 30, 20), size=SIZE):
    pixels = np.zeros((*size, 4), np.uint8)
    pixels[10:13, 20:30] = (*color, 255)
    return pixels


def write(folder, pixels, name="hints.png", **options):
    Image.fromarray(pixels).save(folder / name, **options)
    return folder / name


def test_opaque_pixels_are_hints(tmp_path):
    hints = read_hints(write(tmp_path, strokes()), SIZE)
    assert len(hints) == 30
    assert (hints.colors == (200, 30, 20)).all()
    np.testing.assert_allclose(hints.positions.min(0), [20.5 / 60, 10.5 / 40])


def test_grey_strokes_are_hints_where_the_rest_is_transparent(tmp_path):
    hints = read_hints(write(tmp_path, strokes((90, 90, 90))), SIZE)
    assert (hints.colors == 90).all()


def test_half_transparent_pixels_are_none(tmp_path):
    pixels = strokes()
    pixels[30, 30] = (0, 255, 0, 100)
    assert len(read_hints(write(tmp_path, pixels), SIZE)) == 30


def test_strokes_over_the_grey_photograph(tmp_path):
    rng = np.random.default_rng(0)
    pixels = np.repeat(rng.integers(0, 256, (*SIZE, 1), np.uint8), 3, axis=2)
    pixels[10:13, 20:30] = 200, 30, 20
    hints = read_hints(write(tmp_path, pixels), SIZE)
    assert len(hints) == 30
    assert (hints.colors == (200, 30, 20)).all()
    opaque = np.dstack([pixels, np.full(SIZE, 255, np.uint8)])
    assert len(read_hints(write(tmp_path, opaque), SIZE)) == 30


def test_other_size_of_the_same_proportions(tmp_path):
    hints = read_hints(write(tmp_path, strokes()), (400, 600))
    place = (hints.positions * (600, 400)).astype(int)
    assert place.min(0).tolist() == [205, 105]  # middles of pixels of 10
    np.testing.assert_allclose(hints.radius, 0.5 / 60)
    assert (hints.colors == (200, 30, 20)).all()


def test_a_large_png_is_reduced_to_the_pixels_that_it_touches(tmp_path):
    pixels = np.zeros((700, 1400, 4), np.uint8)
    pixels[::2] = 10, 200, 10, 255
    hints = read_hints(write(tmp_path, pixels), (1400, 2800))
    assert len(hints) == 256 * 512


@pytest.mark.parametrize("kind", ["P", "LA", "16"])
def test_other_kinds_of_png(tmp_path, kind):
    path = tmp_path / "hints.png"
    image = Image.fromarray(strokes())
    if kind == "P":
        image.quantize(8).save(path)
    elif kind == "LA":
        image.convert("LA").save(path)
    else:
        import cv2

        cv2.imwrite(str(path), strokes()[..., [2, 1, 0, 3]].astype(np.uint16) * 257)
    hints = read_hints(path, SIZE)
    assert len(hints) == 30
    if kind != "LA":
        np.testing.assert_allclose(hints.colors, np.tile([200, 30, 20], (30, 1)), atol=2)


def test_other_proportions(tmp_path):
    with pytest.raises(UserError, match="is 60x40, the photograph 40x60; expected its size"):
        read_hints(write(tmp_path, strokes()), (60, 40))


def test_no_hints(tmp_path):
    expected = "has no hints; expected a PNG that is transparent"
    with pytest.raises(UserError, match=expected):
        read_hints(write(tmp_path, np.zeros((*SIZE, 4), np.uint8)), SIZE)
    with pytest.raises(UserError, match=expected):
        read_hints(write(tmp_path, np.full(SIZE, 90, np.uint8)), SIZE)


def test_a_color_photograph(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), np.uint8)
    with pytest.raises(UserError, match="looks like an image in color"):
        read_hints(write(tmp_path, pixels), SIZE)


def test_other_files(tmp_path):
    with pytest.raises(UserError, match="is JPEG, expected CSV or PNG"):
        read_hints(write(tmp_path, strokes()[..., :3].copy(), "hints.jpg"), SIZE)
    (tmp_path / "text.png").write_text("x,y,color")
    with pytest.raises(UserError, match="hints cannot be read"):
        read_hints(tmp_path / "text.png", SIZE)
    with pytest.raises(UserError, match="hints cannot be read: cannot be opened"):
        read_hints(tmp_path / "missing.png", SIZE)
    whole = write(tmp_path, strokes()).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="hints cannot be read"):
        read_hints(tmp_path / "cut.png", SIZE)
