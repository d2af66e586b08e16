"""Errors of one step reach the others, and nobody waits for ever."""

import itertools

import pytest

from colorkeras.films.threads import Worker, fetched_ahead


def failing(count):
    yield from range(count)
    raise ValueError("broken")


def test_ahead():
    assert list(fetched_ahead(iter(range(50)))) == list(range(50))
    found = fetched_ahead(failing(9))
    assert list(itertools.islice(found, 9)) == list(range(9))
    with pytest.raises(ValueError, match="broken"):
        next(found)
    endless = fetched_ahead(itertools.count())
    assert next(endless) == 0
    endless.close()


def test_worker():
    done = []
    with Worker(done.append) as worker:
        for number in range(50):
            worker.put(number)
    assert done == list(range(50))


def test_a_worker_that_fails():
    def work(number):
        if number == 3:
            raise ValueError("broken")

    def put(numbers):
        with Worker(work) as worker:
            for number in numbers:
                worker.put(number)

    for numbers in (itertools.count(), [3]):
        with pytest.raises(ValueError, match="broken"):
            put(numbers)


def test_a_block_that_fails_waits_for_nothing():
    done = []
    with pytest.raises(KeyError), Worker(done.append):
        raise KeyError
    assert done == []
