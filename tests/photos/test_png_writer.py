"""Photographs as PNG, read back by OpenCV, Pillow and our own check."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from colorkeras.data.images.mark import facts_of
from colorkeras.data.images.png import png_damage
from colorkeras.photos.metadata import Metadata
from colorkeras.photos.writers import Page, write_photo

FACTS = {"experiment": "tiny", "run": "first"}


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("depth", [8, 16])
def test_pixels_come_back(tmp_path, depth, channels):
    random, path = np.random.default_rng(0), tmp_path / "x.png"
    pixels = random.integers(0, 2**depth, (37, 21, channels), dtype=f"uint{depth}")
    strips = iter(np.split(pixels, [5, 6, 30]))
    write_photo(path, "png", [Page(37, 21, channels, depth, strips, Metadata())], FACTS)
    order = [2, 1, 0, 3][:channels]
    assert np.array_equal(cv2.imread(path, cv2.IMREAD_UNCHANGED)[..., order], pixels)
    assert png_damage(io.BytesIO(path.read_bytes())) is None
    with Image.open(path) as image:
        assert facts_of(image) == FACTS
        assert image.info["srgb"] == 0
