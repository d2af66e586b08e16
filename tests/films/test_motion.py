"""Motion between two frames, and how far it is trusted."""

import cv2
import numpy as np
import pytest

from colorkeras.films.motion import (
    Motion,
    followed,
    inside,
    moved,
    still_places,
    trust,
    without_grain,
)

ROWS, COLUMNS = 54, 96


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(0)
    values = cv2.GaussianBlur(rng.normal(size=(ROWS, 2 * COLUMNS)), (0, 0), 2.5)
    return cv2.normalize(values, None, 30, 220, cv2.NORM_MINMAX).astype(np.uint8)


def seen(world, left):
    return without_grain(np.ascontiguousarray(world[:, left : left + COLUMNS]), ROWS, COLUMNS)


def test_a_pan(world):
    """What is at x is at x + 3 in a frame that looks 3 pixels further to the left."""
    here, there = seen(world, 13), seen(world, 10)
    motion = Motion(ROWS, COLUMNS)
    places = motion.places(here, there)
    shift = (places - motion.still)[5:-5, 5:-10]
    np.testing.assert_allclose(np.median(shift, axis=(0, 1)), [3, 0], atol=0.05)
    trusted = trust(here, there, places)
    assert trusted[:, :-4].mean() > 0.99
    assert trusted[:, -2:].max() == 0  # outside


def test_two_motions_in_a_row_are_one():
    still = still_places(ROWS, COLUMNS)
    first, second, both = np.array([[3, 0], [4, 1], [7, 1]], np.float32)
    places = followed(still + first, still + second, still)
    np.testing.assert_allclose(places, still + both, atol=1e-4)


def test_moved():
    image = np.arange(12, dtype=np.float32).reshape(3, 4)
    places = still_places(3, 4) + np.float32([1, 0])
    assert moved(image, places).tolist() == [[1, 2, 3, 3], [5, 6, 7, 7], [9, 10, 11, 11]]


def test_inside():
    places = np.array([[[0, 0], [1.4, 1.4]], [[1.6, 0], [0, -0.6]]], np.float32)
    assert inside(places).tolist() == [[True, True], [False, False]]


def test_a_change_of_light_is_trusted_and_another_thing_is_not(world):
    frame, still = seen(world, 0), still_places(ROWS, COLUMNS)
    darker = np.rint(0.7 * frame + 10).astype(np.uint8)
    assert trust(darker, frame, still).min() == 1
    other = frame.copy()
    other[20:30, 40:50] = 255 - other[20:30, 40:50]
    trusted = trust(other, frame, still)
    assert trusted[22:28, 42:48].mean() < 0.3
    assert trusted[:15].min() == 1
    assert trust(seen(world, 80), frame, still).mean() < 0.4


def test_grain_is_trusted(world):
    rng = np.random.default_rng(1)
    first, second = (
        without_grain(
            np.clip(world + 8 * rng.normal(size=world.shape), 0, 255).astype(np.uint8), 54, 192
        )
        for _ in range(2)
    )
    assert trust(first, second, still_places(54, 192)).mean() > 0.97


@pytest.mark.parametrize("size", [(1, 1), (1, 224), (11, 32), (12, 12), (224, 20)])
def test_any_size(size):
    frame = np.random.default_rng(0).integers(0, 255, size).astype(np.uint8)
    motion = Motion(*size)
    places = motion.places(frame, frame)
    np.testing.assert_allclose(places, motion.still, atol=1e-3)
    assert trust(frame, frame, places).min() == 1
