"""The order of a comparison, with workers that answer at once."""

import pytest
from tiny_experiment import read_rows, write_experiment

from colorkeras.bench.frameworks import comparison, limit, turns
from colorkeras.bench.frameworks.comparison import Comparison
from colorkeras.bench.frameworks.worker import WorkerFailedError


class FakeWorker:
    """Trains 100 images a second; has no translation to PyTorch of an experiment no_torch."""

    def __init__(self, name, job):
        self._name, self._job = name, job

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def answer(self, patience=None):
        if self._name == "limit":
            return {"rate": 1e9, "product": "a product"}
        if self._name == "describe":
            if self._job["name"] == "broken":
                raise WorkerFailedError("describe: TypeError: a defect")
            return {"untranslated": "no layer"} if self._job["name"] == "no_torch" else {}
        if patience is not None and self._name == "jax":
            raise WorkerFailedError("jax: no answer in time")
        counted = {"operations": 5e6} if self._job["name"] == "known" else {}
        counted |= {} if counted or self._name != "tensorflow" else {"not_counted": "an Einsum"}
        return {**counted, "parameters": 7, "device": "CPU", "version": "1.0"}

    def measure(self, seconds):
        return {"images": 100, "seconds": 1.0, "cpu_seconds": 1.0, "peak_mb": 90}


@pytest.fixture
def compare(monkeypatch, tmp_path):
    for module in (comparison, limit, turns):
        monkeypatch.setattr(module, "Worker", FakeWorker)

    def measured(names, frameworks, **options):
        folder = str(write_experiment(tmp_path / "tiny"))
        common = {"folder": folder, "preset": "quick", "set": [], "precision": "float32"}
        jobs = [{"name": name, "device": "auto", **common} for name in names]
        out = tmp_path / "speeds.csv"
        found = Comparison(jobs, frameworks, 1.0, 2, str(out), ["frameworks"], **options)
        found.run()
        return found, read_rows(out) if out.exists() else []

    return measured


def test_without_a_translation_the_others_are_measured(compare, capsys):
    found, rows = compare(["known", "no_torch"], ["tensorflow", "pytorch", "pytorch_best"])
    assert found.is_complete
    assert [(row["experiment"], row["framework"]) for row in rows] == [
        *[("known", name) for name in ("tensorflow", "pytorch", "pytorch_best")],
        ("no_torch", "tensorflow"),
    ]
    assert [row["share_of_limit"] for row in rows] == ["0.500", "0.500", "0.500", ""]
    told = capsys.readouterr().err
    assert "limit: 1 GFLOP/s in float32 (a product)" in told
    assert "no_torch: without PyTorch: no layer" in told
    assert "no_torch: no share of the limit: an Einsum" in told


def test_pytorch_alone_without_a_translation(compare, capsys):
    found, rows = compare(["no_torch"], ["pytorch"])
    assert not found.is_complete
    assert rows == []
    assert "no_torch is skipped: no layer" in capsys.readouterr().err


def test_a_defect_is_no_missing_translation(compare, capsys):
    found, rows = compare(["broken", "known"], ["tensorflow", "pytorch"])
    assert not found.is_complete
    assert {row["experiment"] for row in rows} == {"known"}
    assert "broken is skipped: describe: TypeError: a defect" in capsys.readouterr().err


def test_together_all_are_measured_in_turn_and_the_late_left_out(compare, capsys):
    names = ["known", "broken", "other"]
    found, rows = compare(names, ["jax", "pytorch"], together=True, patience=0.5)
    assert not found.is_complete
    assert [(row["experiment"], row["framework"]) for row in rows] == [
        ("known", "pytorch"),
        ("other", "pytorch"),
    ]
    told = capsys.readouterr().err
    assert "known: jax is left out: jax: no answer in time" in told
    lines = [line for line in told.splitlines() if "round" in line]
    order = [line.partition(":")[0] for line in lines if "pytorch" in line]
    assert order == ["known", "other", "other", "known"]


def test_without_a_contender_it_is_not_complete(compare):
    found, rows = compare(["known"], ["jax", "pytorch"], patience=0.5)
    assert [row["framework"] for row in rows] == ["pytorch"]
    assert not found.is_complete
