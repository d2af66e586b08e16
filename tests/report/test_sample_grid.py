"""Grids of images: places, enlargement, titles, and the images that runs share."""

import numpy as np
import pytest
from PIL import Image

from colorkeras.report.sample_grid import make_grid, read_grid, save_png

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)


def image(color, height=160, width=256):
    return np.full((height, width, 3), color, np.uint8)


def count(grid, color):
    return int((grid == color).all(axis=2).sum())


def test_images_keep_every_pixel_in_their_order():
    grid = make_grid([[image(RED), image(GREEN), image(BLUE)]], ["grey", "ours", "truth"])
    assert grid.dtype == np.uint8
    assert [count(grid, color) for color in (RED, GREEN, BLUE)] == [160 * 256] * 3
    lefts = [np.argwhere((grid == color).all(axis=2))[0, 1] for color in (RED, GREEN, BLUE)]
    assert lefts == sorted(lefts)
    assert (grid[0] == 255).all()
    assert (grid[:, -1] == 255).all()


@pytest.mark.parametrize(("width", "factor"), [(64, 3), (128, 2), (256, 1)])
def test_small_images_are_enlarged(width, factor):
    grid = make_grid([[image(RED, 32, width)]], ["grey"])
    assert count(grid, RED) == 32 * width * factor**2


def test_titles_are_drawn_and_wrapped():
    plain = make_grid([[image(RED)]], [""])
    short = make_grid([[image(RED)]], ["grey"])
    long = make_grid([[image(RED)]], ["an_experiment_with_a_long_name/20260301-quick-0"])
    assert (short < 128).all(axis=2).sum() > (plain < 128).all(axis=2).sum()
    assert long.shape[0] > short.shape[0]
    assert long.shape[1] == short.shape[1]


def test_images_of_different_sizes():
    grid = make_grid([[image(RED, 100, 200), image(BLUE, 160, 256)]], ["a", "b"])
    assert (count(grid, RED), count(grid, BLUE)) == (100 * 200, 160 * 256)


@pytest.mark.parametrize(
    ("rows", "titles", "message"),
    [
        ([], ["a"], "at least one row"),
        ([[image(RED)]], ["a", "b"], r"rows of \[1\] images under 2"),
        ([[np.zeros((4, 4), np.uint8)]], ["a"], "received"),
        ([[np.zeros((4, 4, 3))]], ["a"], "float64"),
    ],
)
def test_what_does_not_fit_is_refused(rows, titles, message):
    with pytest.raises(ValueError, match=message):
        make_grid(rows, titles)


def test_save_png_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "new" / "grid.png"
    save_png(path, image(RED))
    save_png(path, image(BLUE))
    assert count(np.asarray(Image.open(path)), BLUE) == 160 * 256
    assert [file.name for file in path.parent.iterdir()] == ["grid.png"]


@pytest.mark.parametrize("size", [(48, 64), (40, 200), (1, 1)])
def test_a_grid_is_taken_apart_again(size, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 4, *size, 3), dtype=np.uint8)
    rows = [list(row) for row in images]
    save_png(tmp_path / "grid.png", make_grid(rows, ["grey", "ours", "sample 2", "truth"]))
    found = read_grid(tmp_path / "grid.png", size)
    assert np.array_equal(np.array(found), images)


def test_what_is_no_grid_of_this_size_has_no_rows(tmp_path):
    assert read_grid(tmp_path / "none.png", (48, 64)) == []
    image = np.zeros((48, 64, 3), np.uint8)
    save_png(tmp_path / "grid.png", make_grid([[image, image]], ["a", "b"]))
    assert read_grid(tmp_path / "grid.png", (48, 63)) == []
    save_png(tmp_path / "black.png", np.zeros((120, 332, 3), np.uint8))
    assert read_grid(tmp_path / "black.png", (48, 64)) == []
