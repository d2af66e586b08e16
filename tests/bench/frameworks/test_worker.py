"""A worker that does not answer."""

import pytest

from colorkeras.bench.frameworks import worker


def test_no_answer_in_time(monkeypatch, tmp_path):
    (tmp_path / "sleeper.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    monkeypatch.setattr(worker, "_MODULE", "sleeper")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        worker.Worker("jax", {"device": "cpu"}) as one,
        pytest.raises(worker.WorkerFailedError, match="jax: no answer in time"),
    ):
        one.answer(patience=0.05)
