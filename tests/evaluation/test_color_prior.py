"""The saved prior: what it counts, its hash, and that the stored metric follows from it."""

import hashlib

import numpy as np
import pytest
from tiny_experiment import read_info, read_rows

from colorkeras.color.classes import CLASSES
from colorkeras.evaluation.color_prior import write_prior
from colorkeras.metrics.auc import THRESHOLDS
from colorkeras.metrics.image_metrics import CLASS_COUNTS, CLASS_MISSES, complete, measure
from colorkeras.metrics.protocol import Protocol
from colorkeras.records.run_folder import RunFolder

PROTOCOL = Protocol(data="0" * 64, num_images=2, height=12, width=12)


def test_file_and_record(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    folder.start({"status": "running"})
    prior = np.arange(313)
    write_prior(folder, prior, PROTOCOL)
    content = (folder.path / "color_prior.csv").read_bytes()
    record = read_info(folder.path)["color_prior"]
    assert record == {
        "file": "color_prior.csv",
        "sha256": hashlib.sha256(content).hexdigest(),
        "protocol": PROTOCOL.hash,
    }
    rows = read_rows(folder.path / "color_prior.csv")
    assert [int(row["pixels"]) for row in rows] == prior.tolist()
    assert [[float(row["a"]), float(row["b"])] for row in rows] == CLASSES.tolist()


def test_the_metric_follows_from_the_file(tmp_path):
    """Zhang et al.: the sum of w · AuC of all pixels over that of w, with w = 1 / prior."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 256, (2, 12, 12, 3), dtype=np.uint8)
    measured = {name: np.asarray(x) for name, x in measure(truth // 2 + 60, truth).items()}
    folder = RunFolder(tmp_path)
    folder.start({})
    write_prior(folder, measured[CLASS_COUNTS].sum(axis=0), PROTOCOL)
    prior = np.array([int(row["pixels"]) for row in read_rows(tmp_path / "color_prior.csv")])
    assert prior.sum() == 2 * 12 * 12
    weights = np.divide(1.0, prior, where=prior > 0, out=np.zeros(313))
    score = measured[CLASS_COUNTS] - measured[CLASS_MISSES] / THRESHOLDS
    expected = (score @ weights).sum() / (measured[CLASS_COUNTS] @ weights).sum()
    assert complete(measured)["auc_rebalanced"].mean() == pytest.approx(expected)
