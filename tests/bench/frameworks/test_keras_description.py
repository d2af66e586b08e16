"""What PyTorch is told of a color space: enough to split colors as Keras does."""

import numpy as np
import pytest

from colorkeras.bench.frameworks.keras_description import _describe_color
from colorkeras.color.space import ColorSpace


def split(color, rgb):
    """Luminance and chroma of (n, 3) uint8, by the description alone."""
    matrix = np.array(color["matrix"])
    if color["family"] == "lab":
        threshold, slope, offset = color["curve"]
        t = np.array(color["levels"])[rgb] @ matrix.T
        x, y, z = np.where(t > threshold, np.cbrt(t), slope * t + offset).T
        raw = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)
    else:
        raw = rgb @ matrix.T
    return raw / color["scales"] + color["offsets"]


@pytest.mark.parametrize("name", ColorSpace.names())
def test_color_space(name):
    space = ColorSpace.named(name)
    rgb = np.random.default_rng(0).integers(0, 256, (1, 5, 7, 3), dtype=np.uint8)
    expected = np.concatenate([np.asarray(part) for part in space.split(rgb)], -1)
    found = split(_describe_color(space), rgb.reshape(-1, 3)).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, atol=2e-4 * np.abs(expected).max())
