"""What a published model's record says of a stored evaluation: its own numbers, with intervals."""

from pathlib import Path

import numpy as np
import pytest
from tiny_experiment import read_rows

from colorkeras.publishing.measured import finished_run, measured

EVALUATION = Path(__file__).parents[2] / "results" / "photo" / "search-vivid-other-sources"


@pytest.fixture(scope="module")
def values():
    return measured(finished_run(EVALUATION))["values"]


def test_means_are_those_of_the_evaluation(values):
    rows = {row["method"]: row for row in read_rows(EVALUATION / "eval.csv")}
    for key, found in values.items():
        low, high = found["interval"]
        assert low < found["model"] < high
        for method in ("model", "grey", "mean_chroma"):
            assert found[method] == pytest.approx(float(rows[method][key]), rel=1e-4), (key, method)


def test_interval_of_the_colorfulness_ratio_is_that_of_a_ratio_of_means(values):
    rows = [x for x in read_rows(EVALUATION / "eval_images.csv") if x["method"] == "model"]
    colorfulness = np.array([float(row["colorfulness"]) for row in rows])
    truth = colorfulness / [float(row["colorfulness_ratio"]) for row in rows]
    random = np.random.default_rng(1)
    drawn = [random.integers(0, len(rows), len(rows)) for _ in range(4000)]
    expected = np.percentile([colorfulness[i].mean() / truth[i].mean() for i in drawn], [2.5, 97.5])
    np.testing.assert_allclose(values["colorfulness_ratio"]["interval"], expected, atol=0.006)
