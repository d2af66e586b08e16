"""Strips that threads make come in order, and their errors where they are taken."""

import threading
import time

import numpy as np
import pytest

from colorkeras.photos.ahead import made_ahead

STRIPS = [(top, top + 1) for top in range(40)]


def rows(top, bottom):
    time.sleep(0.001 * (top % 3))
    return np.full((bottom - top, 2), top)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_in_order(threads):
    found = [int(strip[0, 0]) for strip in made_ahead(rows, STRIPS, threads)]
    assert found == list(range(40))


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_is_raised_where_the_strip_is_taken(threads):
    def failing(top, bottom):
        if top == 5:
            raise ValueError("strip 5")
        return rows(top, bottom)

    strips = made_ahead(failing, STRIPS, threads)
    assert [int(next(strips)[0, 0]) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="strip 5"):
        next(strips)


def test_no_more_than_a_few_are_made_before_they_are_taken():
    made = []

    def noted(top, bottom):
        made.append(top)
        return rows(top, bottom)

    strips = made_ahead(noted, STRIPS, 2)
    next(strips)
    time.sleep(0.05)
    assert len(made) <= 6
    strips.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("strip")]
