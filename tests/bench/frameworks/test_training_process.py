"""How many steps come before the first measurement."""

import itertools

import pytest

from colorkeras.bench.frameworks import training_process


@pytest.mark.parametrize(
    ("seconds", "period", "steps"),
    [(1, 1, 3), (20, 1, 1), (20, 2, 2), (6, 1, 2), (1, 5, 5)],
)
def test_warm_up(monkeypatch, seconds, period, steps):
    """Three steps, fewer when they take long, and every graph once in any case."""
    now, taken = [0.0], []

    def update(number):
        now[0] += seconds
        taken.append(number)

    monkeypatch.setattr(training_process.time, "monotonic", lambda: now[0])
    training_process._warm_up(update, itertools.count(1), period)
    assert taken == list(range(1, steps + 1))
