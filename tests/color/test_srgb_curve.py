"""The curve in NumPy is the one in Keras, and each way undoes the other."""

import numpy as np

from colorkeras.color.srgb import rgb_to_lab
from colorkeras.color.srgb_curve import decoded, encoded


def test_the_same_as_in_keras():
    levels = np.arange(256, dtype=np.float32)
    grey = np.repeat(levels[np.newaxis, :, np.newaxis], 3, axis=-1)
    lightness = np.asarray(rgb_to_lab(grey))[0, :, 0]
    light = decoded(levels / 255)
    expected = np.where(light > 0.008856, 116 * np.cbrt(light) - 16, 903.3 * light)
    np.testing.assert_allclose(expected, lightness, atol=2e-3)


def test_back_and_forth():
    samples = np.linspace(0, 1, 65536, dtype=np.float32)
    np.testing.assert_allclose(encoded(decoded(samples)), samples, atol=1e-6)
    assert decoded(samples).dtype == np.float32
