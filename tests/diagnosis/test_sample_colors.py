"""Measures of the colors of sample images, on images whose values are known."""

import math

import numpy as np
import pytest
from PIL import Image
from sample_runs import write_samples
from skimage.color import rgb2lab

from colorkeras.diagnosis.sample_colors import colors_of, find_sample_colors
from colorkeras.report.sample_grid import make_grid, save_png

RED, GREEN, GREY = (200, 40, 40), (40, 160, 60), (120, 120, 120)


def plain(color, size=(6, 8)):
    return np.full((*size, 3), color, np.uint8)


def lab_of(color):
    return rgb2lab(np.array(color, np.uint8).reshape(1, 1, 3))[0, 0]


def test_one_color():
    found = colors_of([plain(RED), plain(RED)])
    assert found.chroma == pytest.approx(math.hypot(*lab_of(RED)[1:]), abs=0.1)
    assert found.deviation == pytest.approx(0, abs=1e-3)
    assert found.hue_entropy == 0
    assert found.roughness == found.clipped == 0


def test_two_images_of_one_color_each():
    """All variance is between the images; half of the chroma-weighted pixels have either hue."""
    found = colors_of([plain(RED), plain(GREEN)])
    a, b = lab_of(RED)[1:], lab_of(GREEN)[1:]
    assert found.within == pytest.approx(0, abs=1e-3)
    assert found.deviation == pytest.approx(np.linalg.norm(a - b) / 2, abs=0.1)
    p = np.linalg.norm(a) / (np.linalg.norm(a) + np.linalg.norm(b))
    assert found.hue_entropy == pytest.approx(
        -p * math.log2(p) - (1 - p) * math.log2(1 - p), abs=1e-3
    )


def test_stripes_are_rough():
    image = plain(RED)
    image[:, ::2] = GREEN
    distance = np.linalg.norm(lab_of(RED)[1:] - lab_of(GREEN)[1:])
    assert colors_of([image]).roughness == pytest.approx(distance, abs=0.1)


def test_clipped_pixels():
    image = plain(GREY)
    image[:3, :, 0] = 255
    image[3:, :2, 2] = 0
    assert colors_of([image]).clipped == (24 + 6) / 48


def test_grey():
    found = colors_of([plain(GREY)])
    assert found.chroma == pytest.approx(0, abs=0.01)
    assert found.deviation == pytest.approx(0, abs=0.01)


def test_the_files_of_the_test_come_first(tmp_path):
    write_samples(tmp_path, size=(6, 8))
    save_png(tmp_path / "samples" / "final.png", make_grid([[plain(RED)] * 3], ["a", "b", "c"]))
    found = find_sample_colors(tmp_path, (6, 8))
    assert (found.count, found.file) == (2, "samples/test")


def test_the_newest_grid_without_them(tmp_path):
    """A run under way has grids only; the prediction is the second column, the truth the last."""
    for number, color in ((1, GREY), (2, RED)):
        row = [plain(GREY), plain(color), plain(GREY), plain(GREEN)]
        grid = make_grid([row, row], ["grey", "ours", "sample 2", "truth"])
        save_png(tmp_path / "samples" / f"epoch_{number:04d}.png", grid)
    found = find_sample_colors(tmp_path, (6, 8))
    assert (found.count, found.file) == (2, "samples/epoch_0002.png")
    assert found.model.chroma == pytest.approx(math.hypot(*lab_of(RED)[1:]), abs=0.1)
    assert found.truth.chroma == pytest.approx(math.hypot(*lab_of(GREEN)[1:]), abs=0.1)
    (tmp_path / "samples" / "epoch_0002.png").write_bytes(b"cut short")
    assert find_sample_colors(tmp_path, (6, 8)).file == "samples/epoch_0001.png"


def test_nothing_to_read(tmp_path):
    assert find_sample_colors(tmp_path, (6, 8)) is None
    (tmp_path / "samples").mkdir()
    Image.new("RGB", (50, 50)).save(tmp_path / "samples" / "final.png")
    assert find_sample_colors(tmp_path, (6, 8)) is None
