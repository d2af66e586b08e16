"""What is divided among replicas, and how workers agree, without any other process."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from colorkeras.config.settings import TrainTable
from colorkeras.console.errors import UserError
from colorkeras.devices.replicas import ONE, Replicas, check_batch, divisor


class Threads(Replicas):
    """Workers that are threads; all of them call `sum_over_workers` at the same time."""

    def __init__(self, worker, shared):
        self.worker, self.count, self.workers = worker, shared.count, shared.count
        self._shared = shared

    def sum_over_workers(self, array):
        self._shared.values[self.worker] = np.asarray(array, np.float32)
        self._shared.barrier.wait(10)
        total = sum(self._shared.values)
        self._shared.barrier.wait(10)
        return total.astype(np.int64)


def everywhere(function, count=3):
    """Call a function of `Replicas` in every worker; return results and errors in their order."""
    shared = SimpleNamespace(
        count=count, values=[None] * count, barrier=threading.Barrier(count, timeout=10)
    )
    results = [None] * count

    def work(number):
        try:
            results[number] = function(Threads(number, shared))
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("text", ["", "a", "colorful ✓ " * 300])
def test_all_get_the_text_of_the_chief(text):
    found = everywhere(lambda replicas: replicas.from_chief(text if replicas.is_chief else "no"))
    assert found == [text] * 3


@pytest.mark.parametrize("asked", [None, 0, 2])
def test_one_that_asks_is_enough(asked):
    found = everywhere(lambda replicas: replicas.any(replicas.worker == asked))
    assert found == [asked is not None] * 3


def test_rows_are_those_of_the_batch_in_order():
    batch = list(range(12))
    assert everywhere(lambda replicas: batch[replicas.rows(12)]) == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 10, 11],
    ]
    assert batch[ONE.rows(12)] == batch


def test_agreement():
    facts = {"seed": "1", "data": "abc"}
    assert everywhere(lambda replicas: replicas.check_agreement(facts)) == [None] * 3


def test_disagreement_names_fact_and_worker():
    def check(replicas):
        replicas.check_agreement({"seed": "1", "data": "xyz" if replicas.worker == 2 else "abc"})

    messages = [str(error) for error in everywhere(check)]
    assert all("worker 2 has another data than the chief" in message for message in messages)
    assert "here it is abc." in messages[0]
    assert "here it is xyz." in messages[2]


def test_one_replica_has_nothing_to_agree_on():
    ONE.check_agreement({"seed": "1"})
    assert ONE.from_chief("a") == "a"
    assert ONE.any(True)
    assert not ONE.any(False)
    assert ONE.is_chief


TRAIN = replace(TrainTable(), batch_size=8)


@pytest.mark.parametrize(
    ("count", "changes", "message"),
    [
        (9, {}, "9 replicas: more than train.batch_size = 8 has images. Pass --devices 8"),
        (3, {}, r"3 replicas: train.batch_size = 8 cannot .*batch_size=6 or 9, or --devices 2"),
        (2, {"accumulate": 2}, "2 replicas: train.accumulate = 2 is not possible"),
    ],
)
def test_batch_that_cannot_be_divided(count, changes, message):
    with pytest.raises(UserError, match=message):
        check_batch(count, replace(TRAIN, **changes))


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_batch_that_can(count):
    check_batch(count, replace(TRAIN, accumulate=1 if count > 1 else 4))


@pytest.mark.parametrize(("batch", "most", "count"), [(8, 3, 2), (8, 4, 4), (7, 6, 1), (1, 8, 1)])
def test_divisor(batch, most, count):
    assert divisor(batch, most) == count
