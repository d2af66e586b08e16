"""What counts as grey: tints, scans with a colored stamp or edge; not an object on plain ground."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from colorkeras.data.images.grey import GREY_RESIDUAL, grey_reason, mean_chroma


def residual(image):
    """The residual that the reason states, with a limit that every image is below."""
    return float(re.search(r"within ([\d.]+) <", grey_reason(image, 1e9))[1])


def luma(image):
    return image @ np.array([0.299, 0.587, 0.114])


def tinted(image, tint=(1.0, 0.85, 0.65)):
    return (luma(image)[..., None] * tint).round().astype(np.uint8)


def jpeg(image, quality):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))


def stamped(image, share, color=(200, 30, 30)):
    """A rectangle of that share of the area, twice as wide as it is high."""
    height = round((share * image.shape[0] * image.shape[1] / 2) ** 0.5)
    image = image.copy()
    image[20 : 20 + height, 30 : 30 + 2 * height] = color
    return image


def yellowed(image, share):
    """The right part of that share goes over into yellow."""
    columns = np.arange(image.shape[1]) / image.shape[1]
    amount = np.clip((columns - 1 + share) / share, 0, 1)[None, :, None]
    return (image * (1 - amount * [0.0, 0.2, 0.6])).round().astype(np.uint8)


def test_grey_and_tinted_images_have_no_color_of_their_own(photo):
    color = photo(240, 320)
    assert mean_chroma(color) > 10
    assert residual(color) > 5
    assert grey_reason(color) == ""
    grey = np.repeat(color[..., 1:2], 3, axis=2)
    assert mean_chroma(grey) < 0.1
    assert residual(grey) < 0.1
    sepia = tinted(color)
    assert mean_chroma(jpeg(sepia, 95)) > 5  # chroma alone would not show it
    assert residual(jpeg(sepia, 95)) < GREY_RESIDUAL / 2
    assert residual(jpeg(sepia, 75)) < GREY_RESIDUAL
    assert residual(np.full((20, 20, 3), (200, 30, 60), np.uint8)) < 0.1
    assert grey_reason(jpeg(sepia, 75)).startswith("grey: color follows from lightness alone")


@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.85, 0.65)])
@pytest.mark.parametrize("share", [0.005, 0.02, 0.08])
def test_a_stamp_is_no_color_of_the_image(photo, tint, share):
    for seed in range(4):
        scan = jpeg(stamped(tinted(photo(240, 320, seed), tint), share), 85)
        assert residual(scan) > GREY_RESIDUAL  # so the mean square alone would not show it
        assert "a colored part of at most 25%" in grey_reason(scan)


def test_a_yellowed_edge_is_no_color_of_the_image(photo):
    for seed in range(4):
        scan = jpeg(yellowed(tinted(photo(240, 320, seed), (1, 1, 1)), 0.12), 85)
        assert grey_reason(scan).startswith("grey: ")


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (90, 140, 200)])
def test_an_object_on_plain_ground_has_color(photo, ground):
    image = np.full((240, 320, 3), ground, np.uint8)
    image[60:180, 100:200] = photo(120, 100)
    assert grey_reason(image) == ""


def test_a_small_colored_object_among_muted_colors_has_color(photo):
    """Muted is not grey: the colors around a red coat do not follow from lightness."""
    color = photo(240, 320, 3).astype(float)
    muted = luma(color)[..., None] + 0.15 * (color - luma(color)[..., None])
    assert grey_reason(stamped(muted.clip(0, 255).astype(np.uint8), 0.05)) == ""


def test_no_limit_lets_all_pass(photo):
    assert grey_reason(tinted(photo()), residual=0) == ""
