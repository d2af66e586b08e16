"""PNGs written in strips, read back by Pillow and by our own check."""

import io

import numpy as np
import pytest
from PIL import Image

from colorkeras.data.images.png import png_damage, write_png


@pytest.mark.parametrize("steps", [[37], [1] * 37, [5, 1, 30, 1]])
@pytest.mark.parametrize("width", [1, 2, 50])
def test_what_is_written_is_read_back(tmp_path, steps, width):
    pixels = np.random.default_rng(0).integers(0, 256, (37, width, 3), dtype=np.uint8)
    pixels[10:20] = np.arange(width)[:, np.newaxis]
    strips = np.split(pixels, np.cumsum(steps)[:-1])
    text = b"key\0value"
    write_png(tmp_path / "x.png", 37, width, strips, [(b"tEXt", text)])
    image = Image.open(tmp_path / "x.png")
    assert (image.mode, image.text) == ("RGB", {"key": "value"})
    assert np.array_equal(np.asarray(image), pixels)
    assert png_damage(io.BytesIO((tmp_path / "x.png").read_bytes())) is None


def test_missing_rows_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="3 of 4 rows were given"):
        write_png(tmp_path / "x.png", 4, 2, [np.zeros((3, 2, 3), np.uint8)])
