"""Changes of training images: sizes and keys, and that tone and grain leave the chroma alone."""

import numpy as np
import pytest
from skimage.color import rgb2lab

from colorkeras.data.augment import Augmentation


@pytest.fixture
def muted():
    """An image of muted colors, which sRGB can show at other lightnesses too."""
    random = np.random.default_rng(1)
    return random.integers(110, 146, (24, 32, 3), np.uint8)


def lab_of(image):
    return rgb2lab(image / 255.0)


def test_without_changes_the_image_stays(muted):
    assert not Augmentation(mirror=True).is_more
    assert np.array_equal(Augmentation()(muted, (0, 1)), muted)


def test_the_key_alone_decides(muted):
    change = Augmentation(zoom=0.5, tone=0.5, grain=4.0)
    assert np.array_equal(change(muted, (3, 7)), change(muted, (3, 7)))
    assert not np.array_equal(change(muted, (3, 7)), change(muted, (3, 8)))
    assert not np.array_equal(change(muted, (3, 7)), change(muted, (4, 7)))


@pytest.mark.parametrize("change", [Augmentation(tone=0.5), Augmentation(grain=4.0)])
def test_tone_and_grain_change_lightness_alone(muted, change):
    before, after = lab_of(muted), lab_of(change(muted, (0, 2)))
    assert np.abs(after[..., 0] - before[..., 0]).mean() > 0.3
    assert np.abs(after[..., 1:] - before[..., 1:]).max() < 1.5  # rounding to 8 bits


def test_tone_keeps_the_order_of_lightness():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    for key in range(20):
        levels = Augmentation(tone=1.0)(np.repeat(ramp, 2, axis=0), (0, key))[0, :, 1].astype(int)
        assert (np.diff(levels) >= 0).all()
        assert levels[-1] - levels[0] >= 110  # at least half of the range of lightness is left


def test_grain_has_the_deviation_that_was_asked_for():
    grey = np.full((64, 64, 3), 128, np.uint8)
    found = [lab_of(Augmentation(grain=6.0)(grey, (0, key)))[..., 0].std() for key in range(40)]
    assert max(found) < 6.2
    assert 2.2 < np.mean(found) < 3.8  # uniform between 0 and 6


def test_zoom_shows_a_part_of_the_image_at_the_same_size():
    columns = np.tile(np.arange(100, dtype=np.uint8)[None, :, None], (50, 1, 3))
    spans = []
    for key in range(40):
        image = Augmentation(zoom=1.0)(columns, (0, key))
        assert image.shape == columns.shape
        row = image[0, :, 0].astype(int)
        assert (np.diff(row) >= 0).all()
        spans.append(row[-1] - row[0])
    assert min(spans) >= 48  # half of the columns, when enlarged twice
    assert max(spans) > 90
