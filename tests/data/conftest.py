import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def photo():
    """Make a colorful, smooth (height, width, 3) uint8 image, another one for each seed."""

    def make(height=48, width=64, seed=0):
        coarse = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
        return np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))

    return make


@pytest.fixture
def save_photos(photo):
    """Save `count` different color images as DIR/NAME and return their names."""

    def save(folder, count, pattern="{:03d}.png"):
        names = [pattern.format(number) for number in range(count)]
        for seed, name in enumerate(names):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(photo(seed=seed)).save(path)
        return names

    return save
