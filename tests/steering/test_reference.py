"""Colors of a like photograph, with planted truth: the photograph is the grey of the reference."""

import numpy as np
import pytest
from planted_colors import ciede2000, grey_of

from colorkeras.data import scenes
from colorkeras.steering.chroma import at_size, lab_of, with_chroma
from colorkeras.steering.reference import like_reference_and_reach, reference_of

SIZE = (120, 160)


def picture(kind="landscape", index=2):
    image = scenes.render(kind, index=index, height=SIZE[0], width=SIZE[1])
    return image.astype(np.float32) / np.float32(255)


def predicted(grey):
    """A model that makes everything a weak brown."""
    return with_chroma(grey, np.full((*grey.shape, 2), (4, 8), np.float32))


def steered(reference, grey):
    known = grey_of(reference)
    found = reference_of(reference, known, predicted(known))
    return like_reference_and_reach(predicted(grey), grey, found)[0]


def error(color, truth):
    """Mean ΔE2000 beside the true chroma at the luma of the color."""
    wanted = with_chroma(grey_of(color), lab_of(truth)[..., 1:])
    return ciede2000(lab_of(color), lab_of(wanted)).mean()


@pytest.mark.parametrize("change", ["none", "mirrored", "shifted", "darker"])
def test_the_grey_of_the_reference_gets_its_colors(change):
    reference = picture()
    truth = {
        "mirrored": reference[:, ::-1],
        "shifted": np.roll(reference, (13, 21), (0, 1)),
    }.get(change, reference)
    grey = np.ascontiguousarray(grey_of(truth))
    if change == "darker":
        grey = 0.8 * grey**1.4
    before, after = predicted(grey), steered(reference, grey)
    assert error(after, truth) < error(before, truth) / 2
    np.testing.assert_allclose(grey_of(after), grey, atol=1e-5)


def test_a_reference_of_another_kind_changes_little():
    grey = grey_of(picture())
    before = lab_of(at_size(predicted(grey), grey))
    like, other = steered(picture(), grey), steered(picture("animation", 3), grey)
    changed = [ciede2000(lab_of(color), before).mean() for color in (like, other)]
    assert changed[1] < changed[0] / 2


def test_is_the_same_each_time():
    grey = grey_of(picture())
    first, second = (steered(picture(), grey) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2)])
def test_tiny_photographs(shape):
    grey = np.full(shape, 0.5, np.float32)
    assert steered(picture(), grey).shape == (*shape, 3)
    assert steered(picture()[: shape[0], : shape[1]], grey_of(picture())).shape == (*SIZE, 3)
