"""What is kept, and for how long."""

import pytest

from colorkeras.demo.refusals import Refused
from colorkeras.demo.shelf import Shelf


class Thing:
    def __init__(self):
        self.dropped = 0

    def drop(self):
        self.dropped += 1


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def shelf(now):
    return Shelf(2, 10, "It is gone.", lambda: now[0])


def test_the_one_unused_for_longest_goes(shelf):
    first, second, third = Thing(), Thing(), Thing()
    names = [shelf.add(first), shelf.add(second)]
    assert shelf.get(names[0]) is first
    names.append(shelf.add(third))
    assert [x.dropped for x in (first, second, third)] == [0, 1, 0]
    with pytest.raises(Refused, match="It is gone"):
        shelf.get(names[1])


def test_time_passes(shelf, now):
    thing = Thing()
    name = shelf.add(thing)
    now[0] = 9
    assert shelf.get(name) is thing
    now[0] = 19  # 10 s after the last use
    assert shelf.get(name) is thing
    now[0] = 29.1
    shelf.tidy()
    assert thing.dropped == 1


def test_drop_and_clear(shelf):
    first, second = Thing(), Thing()
    name = shelf.add(first)
    shelf.drop(name)
    shelf.drop(name)
    shelf.drop(["no name"])
    shelf.add(second)
    shelf.clear()
    assert (first.dropped, second.dropped) == (1, 1)


@pytest.mark.parametrize("name", ["", "x", None, 7, ["x"], {}])
def test_names_that_there_are_not(shelf, name):
    with pytest.raises(Refused):
        shelf.get(name)


def test_nobody_can_guess_a_name():
    shelf = Shelf(100, 10, "")
    names = {shelf.add(Thing()) for _ in range(50)}
    assert len(names) == 50
    assert min(map(len, names)) >= 20
