"""Processes are measured in turn; every second round in the opposite order."""

import pytest

from colorkeras.bench.frameworks import turns


class FakeWorker:
    """Answers at once; the n-th measurement of all workers takes n seconds for 6 images."""

    measured: list[str] = []  # noqa: RUF012 - shared by all on purpose

    def __init__(self, framework, job):
        self._name = job["name"]

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def answer(self, patience=None):
        return {"version": self._name}

    def measure(self, seconds):
        self.measured.append(self._name)
        return {"images": 6, "seconds": len(self.measured), "cpu_seconds": 2, "peak_mb": 7}


def test_order_and_rates(monkeypatch):
    monkeypatch.setattr(turns, "Worker", FakeWorker)
    monkeypatch.setattr(FakeWorker, "measured", [])
    lines = []
    jobs = {name: ("tensorflow", {"name": name}) for name in ("a", "b")}
    found = turns.measure_in_turn(jobs, 2, 1.0, lines.append)
    assert FakeWorker.measured == ["a", "b", "b", "a"]
    assert found["a"] == {
        "version": "a",
        "rates": [6.0, 1.5],
        "cpu_rates": [3.0, 3.0],
        "peak_mb": 7,
    }
    assert found["b"]["rates"] == [3.0, 2.0]
    assert lines[0] == "a is warmed up"
    assert lines[2] == "a, round 1: 6.00 images/s"
    assert turns.ratios(found["a"], found["b"]) == pytest.approx([2.0, 0.75])
    assert turns.ratios(found["a"], found["b"], "cpu_rates") == [1.0, 1.0]
