"""The machine's limit: of small products, so that the test is short."""

import pytest

from colorkeras.bench.frameworks import limit


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(limit, "BATCH", 2)
    monkeypatch.setattr(limit, "SECONDS", 0.001)
    monkeypatch.setattr(limit, "PRODUCTS", ((8, 16, 4),))
    monkeypatch.setattr(limit, "CONVOLUTIONS", ((4, 6, 3, 5, 3, 1), (4, 6, 3, 5, 4, 2)))


class Clock:
    """A second passes with every look at it."""

    def __init__(self):
        self.now = 0

    def __call__(self):
        self.now += 1
        return self.now


@pytest.mark.parametrize(
    ("framework", "module"), [("tensorflow", "tensorflow"), ("pytorch", "torch")]
)
def test_the_product_with_most_operations_in_a_second(small, monkeypatch, framework, module):
    """All calls take one second, so that the limit is the largest number of operations."""
    pytest.importorskip(module)
    monkeypatch.setattr(limit.time, "monotonic", Clock())
    found = limit.fastest_product(framework, "float32", "cpu")
    assert found["rate"] == pytest.approx(2 * 2 * (4 * 6) * (4 * 4 * 3 * 5) / 2)
    assert found["product"].endswith(": convolution 4×4 to 4×6, 3 → 5 channels, stride 2")


class FakeWorker:
    """Answers as if PyTorch were twice as fast."""

    asked: list[dict] = []  # noqa: RUF012 - shared by all on purpose

    def __init__(self, name, job):
        assert name == "limit"
        self._framework = job["framework"]
        self.asked.append(job)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def answer(self):
        return {"rate": 2e9 if self._framework == "pytorch" else 1e9, "product": self._framework}


def test_every_framework_is_asked_once(monkeypatch):
    monkeypatch.setattr(limit, "Worker", FakeWorker)
    monkeypatch.setattr(FakeWorker, "asked", [])
    names = ["tensorflow", "jax", "pytorch", "pytorch_best"]
    assert limit.find_limit(names, "bfloat16", "auto")["product"] == "pytorch"
    assert FakeWorker.asked == [
        {"framework": name, "precision": "bfloat16", "device": "auto"}
        for name in ("pytorch", "tensorflow")
    ]
    assert limit.find_limit(["jax"], "bfloat16", "auto") is None
