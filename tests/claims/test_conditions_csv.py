"""conditions.csv: numbers of what was compared, one row for each comparison."""

import csv
import io

import pytest
from sample_claims import make_claim, selector, write_images_alike
from sample_runs import write_run

from colorkeras.claims.conditions_csv import COLUMNS, conditions_csv
from colorkeras.claims.judging import ExperimentClaims
from colorkeras.claims.measurement import Runs
from colorkeras.claims.outcome import Facts, Outcome
from colorkeras.claims.verdict import Judgement, judge


def table(judgements):
    text = conditions_csv([ExperimentClaims("cnn", judgements)])
    lines = list(csv.DictReader(io.StringIO(text)))
    assert all(tuple(line) == COLUMNS for line in lines)
    return lines


def test_numbers_of_a_baseline_and_of_a_bound(tmp_path):
    """Three seeds: 12.8, 13, 13.2 beside grey's 20.5; their interval is Student's t, 4.303."""
    for seed, value in enumerate((12.8, 13.0, 13.2)):
        test = {"grey": {"chroma_rmse": 20.5}, "model": {"chroma_rmse": value}}
        write_images_alike(write_run(tmp_path, "cnn", f"a{seed}", seed=seed, test=test), test)
    claim = make_claim(
        {"run": "a", "metric": "chroma_rmse", "below_method": "grey", "margin": 1},
        {"run": "a", "metric": "chroma_rmse", "near": 13.5, "tolerance": 0.25},
        id="good",
        runs={"a": selector()},
    )
    below, near = table(judge([claim], Facts({}, {}, Runs(tmp_path))))
    t = 4.30265 * 0.2 / 3**0.5
    expected = {
        "experiment": "cnn", "id": "good", "holds": "yes", "quantity": "chroma_rmse",
        "epoch": "", "run": "a", "method": "model", "against": "grey", "wanted_low": "",
        "seeds": "3", "against_seeds": "", "images": "2", "protocol": "ab12",
    }  # fmt: skip
    assert {key: below[key] for key in expected} == expected
    assert below["text"].startswith("✓ chroma RMSE: a 13, grey 20.5, difference -7.5 [-8, -7], w")
    numbers = {
        "value": 13, "against_value": 20.5, "difference": -7.5, "low": -7.5 - t, "high": -7.5 + t,
        "wanted_high": -1,
    }  # fmt: skip
    assert {key: float(below[key]) for key in numbers} == pytest.approx(numbers, rel=1e-4)
    # Two comparisons are corrected together: the smaller p counts twice (Holm).
    assert float(below["p"]) == pytest.approx(2 * float(below["p_uncorrected"]), rel=1e-4)
    assert near["holds"] == "undecided"
    assert near["against"] == ""
    numbers = {"against_value": 13.5, "difference": -0.5, "wanted_low": -0.25, "wanted_high": 0.25}
    assert {key: float(near[key]) for key in numbers} == pytest.approx(numbers)


def test_what_compares_nothing_has_its_words():
    outcomes = [Outcome(True, "✓ 3 layers"), Outcome(None, "? no finished run")]
    lines = table([Judgement(make_claim(id="built"), outcomes)])
    assert [(line["id"], line["holds"], line["text"]) for line in lines] == [
        ("built", "yes", "✓ 3 layers"),
        ("built", "undecided", "? no finished run"),
    ]
    assert {line["value"] for line in lines} == {""}
    assert table([Judgement(make_claim(id="liked"), [])]) == []
