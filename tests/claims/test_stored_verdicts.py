"""The stored verdicts are those that the stored runs give."""

import csv
from pathlib import Path

import pytest
from committed import committed_clone

from colorkeras.claims import judging
from colorkeras.claims.claims_file import read_claims
from colorkeras.claims.definition import RESULT
from colorkeras.config.shipped import all_experiments

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_verdicts_of_results_are_current(tmp_path, monkeypatch):
    monkeypatch.chdir(committed_clone(tmp_path))
    # Claims of architecture would build networks, which takes a minute.
    monkeypatch.setattr(
        judging,
        "read_claims",
        lambda f: [claim for claim in read_claims(f) if claim.kind == RESULT],
    )
    judged = {
        (experiment.name, judgement.claim.id): judgement.verdict
        for experiment in judging.judge_folders(all_experiments(), Path("results"), optional=True)
        for judgement in experiment.judgements
    }
    with open(ROOT / "results" / "claims" / "claims.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == RESULT]
    assert {(row["experiment"], row["id"]): row["verdict"] for row in rows} == judged
