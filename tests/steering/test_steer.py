"""Steering on planted scenes: what hints change, and what stays."""

import numpy as np
import pytest
from planted_colors import ciede2000, grey_of

from colorkeras.steering.chroma import at_size, lab_of
from colorkeras.steering.hints import Hints
from colorkeras.steering.steer import steered


def scene(side=96):
    """Two textured regions, a red disc on a green ground; the model takes the disc for blue."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:side, :side] / side
    disc = (rows - 0.5) ** 2 + (columns - 0.5) ** 2 < 0.09
    light = np.where(disc, 0.45, 0.65) + 0.05 * rng.standard_normal((side, side))
    light = np.clip(light, 0.1, 0.9)[..., np.newaxis]
    colors = [np.array(c) for c in ((1.4, 0.7, 0.7), (0.8, 1.1, 0.8), (0.75, 0.9, 1.5))]
    red, green, blue = (np.clip(light * c, 0, 1).astype(np.float32) for c in colors)
    inside = disc[..., np.newaxis]
    truth, predicted = np.where(inside, red, green), np.where(inside, blue, green)
    return truth, predicted, disc


def hints_in(truth, where, count, seed=0):
    rows, columns = np.nonzero(where)
    chosen = np.random.default_rng(seed).choice(len(rows), count, replace=False)
    rows, columns = rows[chosen], columns[chosen]
    height, width = where.shape
    positions = np.stack([(columns + 0.5) / width, (rows + 0.5) / height], axis=-1)
    return Hints(positions, np.rint(truth[rows, columns] * 255).astype(np.uint8))


def test_hints_mend_a_wrong_object_and_leave_the_rest():
    """Twenty hints at random places halve the error at least; outside nearly nothing changes."""
    truth, predicted, disc = scene()
    grey = grey_of(truth)
    before, after = at_size(predicted, grey), steered(predicted, grey, hints_in(truth, disc, 20))
    wrong, left = ciede2000(lab_of(before), lab_of(truth)), ciede2000(lab_of(after), lab_of(truth))
    assert left[disc].mean() < wrong[disc].mean() / 2
    changed = ciede2000(lab_of(before), lab_of(after))[~disc]
    assert changed.mean() < 1


def test_without_hints_nothing_changes():
    truth, predicted, _ = scene(24)
    grey = grey_of(truth)
    none = Hints(np.zeros((0, 2)), np.zeros((0, 3), np.uint8))
    np.testing.assert_array_equal(steered(predicted, grey, none), at_size(predicted, grey))


def test_luma_is_kept():
    truth, predicted, disc = scene(48)
    grey = grey_of(truth)
    after = steered(predicted, grey, hints_in(truth, disc, 5))
    assert after.dtype == np.float32
    np.testing.assert_allclose(grey_of(after), grey, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (1, 7)])
def test_tiny_photographs(shape):
    grey = np.full(shape, 0.5, np.float32)
    color = np.full((1, 1, 3), 0.5, np.float32)
    after = steered(color, grey, Hints(np.array([[0.5, 0.5]]), np.array([[200, 40, 40]], np.uint8)))
    lab = lab_of(after)
    assert after.shape == (*shape, 3)
    assert lab[shape[0] // 2, shape[1] // 2, 1] > 30


def test_refuses_a_large_grey():
    with pytest.raises(ValueError, match="at most 512"):
        steered(
            np.zeros((2, 2, 3), np.float32),
            np.zeros((513, 2), np.float32),
            Hints(np.zeros((1, 2)), np.zeros((1, 3), np.uint8)),
        )
