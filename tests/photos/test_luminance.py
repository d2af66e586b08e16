"""The luminance of a colored photograph is the photograph's, to half a code value."""

import cv2
import numpy as np
import pytest
from PIL import Image

from colorkeras.photos.luminance import QUANTITIES, colored, grey_of

TOPS = {8: 255, 16: 65535}


def oracle(pixels, quantity, top):
    """Grey values in code values, in float64 from the definitions."""
    samples = pixels.astype(np.float64) / top
    if quantity == "luma":
        return top * (samples @ [0.299, 0.587, 0.114])
    light = np.where(samples > 0.04045, ((samples + 0.055) / 1.055) ** 2.4, samples / 12.92)
    light = light @ [0.212671, 0.715160, 0.072169]
    grey = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)
    return top * grey


def cube(depth, steps=33):
    """(steps², steps, 3): a grid over all colors, its ends included."""
    levels = np.rint(np.linspace(0, TOPS[depth], steps))
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1)
    return grid.reshape(-1, steps, 3).astype(np.uint8 if depth == 8 else np.uint16)


@pytest.mark.parametrize("depth", TOPS)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_grey_values_over_the_color_cube(depth, quantity):
    pixels, top = cube(depth), TOPS[depth]
    assert np.abs(grey_of(pixels, quantity) * top - oracle(pixels, quantity, top)).max() < (
        0.02 if depth == 16 else 1e-3
    )


@pytest.mark.parametrize("depth", TOPS)
@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("strength", [0.0, 0.05, 0.3, 2.0])
def test_color_input_keeps_its_luminance_to_half_a_code_value(depth, quantity, strength):
    """For every color of the cube as the photograph, and predicted colors far out of sRGB."""
    pixels, top = cube(depth), TOPS[depth]
    rng = np.random.default_rng(7)
    red, blue = rng.uniform(-strength, strength, (2, *pixels.shape[:2])).astype(np.float32)
    result = colored(grey_of(pixels, quantity), red, blue, top, quantity)
    assert result.dtype == pixels.dtype
    change = np.abs(oracle(result, quantity, top) - oracle(pixels, quantity, top)).max()
    assert change <= (0.31 if quantity == "luma" else 0.5)


@pytest.mark.parametrize("depth", TOPS)
def test_every_grey_level_comes_back_exactly(depth):
    """Taking the colors out again, as Pillow and OpenCV do, gives the photograph's samples."""
    top = TOPS[depth]
    levels = np.arange(top + 1, dtype=np.uint8 if depth == 8 else np.uint16)
    grey = np.repeat(levels[:, np.newaxis], 64, axis=1)
    rng = np.random.default_rng(3)
    red, blue = rng.uniform(-0.6, 0.6, (2, *grey.shape)).astype(np.float32)
    result = colored(grey.astype(np.float32) / np.float32(top), red, blue, top)
    assert np.ptp(result.astype(int), axis=-1).max() > 0.5 * top
    np.testing.assert_array_equal(np.rint(oracle(result, "luma", top)), grey)
    if depth == 8:
        np.testing.assert_array_equal(np.asarray(Image.fromarray(result).convert("L")), grey)
        np.testing.assert_array_equal(cv2.cvtColor(result, cv2.COLOR_RGB2GRAY), grey)
    else:  # OpenCV's weights have 14 bits there
        assert np.abs(cv2.cvtColor(result, cv2.COLOR_RGB2GRAY) - grey.astype(int)).max() <= 1


def test_hand_worked():
    """Grey 128 with R - Y' = 51 and B - Y' = -30.6, so that blue is 97.4 and becomes 97.

    Green makes up for that: 128 - (0.299 · 51 - 0.114 · 31) / 0.587 = 108.04.
    """
    grey = np.full((1, 1), 128 / 255, np.float32)
    result = colored(grey, np.full_like(grey, 0.2), np.full_like(grey, -0.12), 255)
    np.testing.assert_array_equal(result[0, 0], [179, 108, 97])


def test_color_gives_way_where_srgb_ends():
    """Grey 250 with R - Y' = 0.5: the way to white is 5 / 255, and the hue stays."""
    grey = np.full((1, 1), 250 / 255, np.float32)
    result = colored(grey, np.full_like(grey, 0.5), np.full_like(grey, -0.25), 255)[0, 0]
    assert result[0] == 255
    # B - Y' is minus half of R - Y': 2.5 below 250.
    assert result[2] in (247, 248)
    for level, expected in ((0.0, 0), (1.0, 255)):
        grey = np.full((1, 1), level, np.float32)
        result = colored(grey, np.full_like(grey, 0.5), np.full_like(grey, 0.5), 255)
        assert (result == expected).all()


def test_a_grey_stays_grey_without_color():
    grey = np.linspace(0, 1, 256, dtype=np.float32)[np.newaxis]
    zero = np.zeros_like(grey)
    for quantity in QUANTITIES:
        result = colored(grey, zero, zero, 255, quantity)
        np.testing.assert_array_equal(result, np.arange(256)[np.newaxis, :, np.newaxis] + [0] * 3)
