"""Corrections of single frames, carried to the others of a scene."""

import cv2
import numpy as np
import pytest

from colorkeras.films.carrying import carried

ROWS, COLUMNS = 54, 96


def pattern(seed, rows=ROWS, columns=COLUMNS):
    values = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=(rows, columns)), (0, 0), 2)
    return cv2.normalize(values, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def spot(left, value=0.4):
    """A correction of a square of 12 pixels."""
    color = np.zeros((ROWS, COLUMNS, 2), np.float32)
    color[20:32, left : left + 12] = value
    return color


def panned(count, speed=2):
    """The greys of a pan: what is at x in a frame is at x - speed in the next."""
    world = pattern(0, ROWS, COLUMNS + speed * count)
    return [np.ascontiguousarray(world[:, speed * n : speed * n + COLUMNS]) for n in range(count)]


def test_still_scene_forward_and_backward():
    found = list(carried([pattern(0)] * 21, {10: spot(30)}))
    assert len(found) == 21
    for color in found:
        np.testing.assert_allclose(color, spot(30), atol=1e-5)


@pytest.mark.parametrize("at", [0, 7, 19])
def test_goes_with_what_it_belongs_to(at):
    found = list(carried(panned(20), {at: spot(48)}))
    np.testing.assert_array_equal(found[at], spot(48))
    for number, color in enumerate(found):
        left = 48 - 2 * (number - at)
        inner = color[22:30, max(0, left + 2) : min(left + 10, COLUMNS - 6)]
        assert inner.size == 0 or inner.mean() == pytest.approx(0.4, abs=0.05)
        assert np.abs(color[:, left + 18 :]).max(initial=0) < 0.02
        assert np.abs(color[:, : max(0, left - 6)]).max(initial=0) < 0.02


def test_between_two_corrections():
    """In a still scene the change from one to the other is even."""
    found = list(carried([pattern(0)] * 11, {0: spot(30, 0.4), 10: spot(30, -0.2)}))
    assert [round(float(color[25, 35, 0]), 3) for color in found[::5]] == [0.4, 0.1, -0.2]


def test_fades_where_nothing_leads_to():
    """After a change of all that is seen, next to nothing of the correction is left."""
    greys = [pattern(0)] * 3 + [pattern(1)] * 3
    everywhere = np.full((ROWS, COLUMNS, 2), 0.4, np.float32)
    means = [float(color.mean()) for color in carried(greys, {0: everywhere})]
    assert means[2] == pytest.approx(0.4, abs=1e-5)
    assert means[5] < 0.15


def test_what_passes_over_takes_no_correction():
    """A bright square passes over the corrected place: it does not take the correction."""
    greys = []
    for number in range(12):
        grey = 60 + pattern(0) // 4
        grey[16:36, 8 * number : 8 * number + 20] = 220
        greys.append(grey)
    found = list(carried(greys, {0: spot(40)}))
    assert found[5][22:30, 42:50].mean() < 0.1  # the square stands there
    assert found[0][22:30, 42:50].mean() == pytest.approx(0.4)


@pytest.mark.parametrize("numbers", [[], [-1], [3]])
def test_frames_that_the_scene_does_not_have(numbers):
    with pytest.raises(ValueError, match="expected 0 to 2"):
        list(carried([pattern(0)] * 3, {number: spot(3) for number in numbers}))
