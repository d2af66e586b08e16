"""Grey copies of a photograph, of any size."""

import numpy as np
import pytest
from PIL import Image

from colorkeras.bench.photos.copies import GRAIN, read_grey, write_copy
from colorkeras.console.errors import UserError


@pytest.mark.parametrize("megapixels", [0.02, 0.0002])
def test_size_and_grain(tmp_path, megapixels):
    grey = np.full((100, 50), 128, np.uint8)
    for seed in (1, 2):
        write_copy(tmp_path / f"{seed}.jpg", grey, megapixels, seed)
    write_copy(tmp_path / "again.jpg", grey, megapixels, 1)
    with Image.open(tmp_path / "1.jpg") as image:
        assert (image.mode, image.format) == ("L", "JPEG")
        assert image.width * image.height == megapixels * 1e6
        assert image.height == 2 * image.width
        pixels = np.asarray(image)
    assert pixels.mean() == pytest.approx(128, abs=2)
    assert pixels.std() == pytest.approx(GRAIN, rel=0.25)
    one, two, again = ((tmp_path / f"{n}.jpg").read_bytes() for n in (1, 2, "again"))
    assert one == again != two


def test_luma_is_read(tmp_path):
    Image.new("RGB", (4, 3), (255, 0, 0)).save(tmp_path / "red.png")
    grey = read_grey(tmp_path / "red.png")
    assert (grey.shape, grey.dtype) == ((3, 4), np.uint8)
    assert (grey == 76).all()


def test_no_photograph(tmp_path):
    with pytest.raises(UserError, match=r"none\.png: cannot be opened .* expected a photograph"):
        read_grey(tmp_path / "none.png")


def test_too_long_for_a_jpeg(tmp_path):
    with pytest.raises(UserError, match="are 100000x10, and a JPEG has at most 65500"):
        write_copy(tmp_path / "a.jpg", np.zeros((1, 10_000), np.uint8), 1, 0)
