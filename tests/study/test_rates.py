"""Planted raters come out with the rates that they were given."""

import io

import numpy as np
import pandas as pd
import pytest
from planted_study import answer_all, make_study

from colorkeras.study.answers import read_answers
from colorkeras.study.forms import FORMS, TRUTH
from colorkeras.study.intervals import quantile, wilson
from colorkeras.study.rates import (
    Raters,
    Table,
    differences,
    judge_raters,
    rate_of,
    shown_systems,
    table_of,
)
from colorkeras.study.report import Findings, differences_csv, rates_csv
from colorkeras.study.study_folder import ANSWERS

RATES = {"A": 0.4, "B": 0.1, "C": 0.4, "D": 0.4, TRUTH: 0.8}


def read(study):
    answers = read_answers([study.folder / ANSWERS], study)
    raters = judge_raters(study, answers)
    return answers, raters, table_of(study, answers, raters.counted)


@pytest.mark.parametrize("form", FORMS)
def test_planted_rates_are_found(form, tmp_path):
    """Each rate within its interval of 99.99 %; the planted difference told, the null not."""
    study = make_study(
        tmp_path, "--form", form, "--trials", "20", systems=("one", "two", "three", "four")
    )
    answer_all(study, RATES, 24)
    _, raters, table = read(study)
    # Who marks all five images by chance fails a check; in other forms no one can.
    assert len(raters.counted) >= (20 if form == "five-image" else 24)
    systems = shown_systems(study)
    for system in systems:
        rate = rate_of(table, system, 0.1)
        low, high = wilson(rate.share, rate.answers, quantile(0.9999))
        assert low < RATES[system] < high
    told = {(d.first, d.second): d.verdict for d in differences(table, systems)}
    assert told["A", "B"] == "A"
    assert told["A", "C"] == told["C", "D"] == ""
    if TRUTH in systems:
        assert told["A", TRUTH] == TRUTH


def test_who_counts(tmp_path):
    study = make_study(tmp_path, "--trials", "20", "--checks", "6", "--practice", "2")
    good = answer_all(study, {"A": 0.3, "B": 0.3}, 3)
    # Takes the random colors for real, and so fails each check.
    (bad,) = answer_all(study, {"A": 0.3, "B": 0.3, "check": 1.0}, 1)
    _, raters, table = read(study)
    assert raters == Raters(good, [bad], [], [])
    assert len(np.unique(table.raters)) == 3


def test_who_always_answers_the_same_does_not_count(tmp_path):
    """All images called fake: every check is right, but nothing was looked at."""
    study = make_study(tmp_path, "--form", "real-or-not", "--trials", "20")
    (constant,) = answer_all(study, {"A": 0.0, "B": 0.0, TRUTH: 0.0}, 1)
    _, raters, _ = read(study)
    assert raters.constant == [constant]


def test_numbers_again_in_pandas(tmp_path):
    """Rate and interval by rater from the files alone."""
    study = make_study(tmp_path, "--trials", "20", "--practice", "3", "--checks", "4")
    answer_all(study, {"A": 0.4, "B": 0.2}, 12, spread=1.0)
    answers, raters, table = read(study)
    rates = [rate_of(table, system, 0.1) for system in ("A", "B")]
    pairs = differences(table, ["A", "B"])
    findings = Findings(study, answers, raters, rates, pairs, 0.1, "command")
    written = pd.read_csv(io.StringIO(rates_csv(findings))).set_index("system")

    rows = pd.read_csv(study.folder / ANSWERS, dtype={"study": str})
    rows = rows.merge(pd.read_csv(study.folder / "trials.csv"), on="trial")
    rows = rows[rows.kind == "test"]
    rows["system"] = rows.shows.str.replace("truth", "").str.strip("|")
    rows["fooled"] = (rows.answer == "left") == rows.shows.str.startswith("truth")
    for key, name in study.settings.systems.items():
        own = rows[rows.system == key]
        share, count = own.fooled.mean(), len(own)
        assert written.loc[name, "share"] == pytest.approx(share)
        sums = (own.fooled - share).groupby(own.rater).sum()
        variance = 12 / 11 * (sums**2).sum() / count**2
        effect = max(1, variance / (share * (1 - share) / count))
        assert written.loc[name, "design_effect"] == pytest.approx(effect, rel=1e-6)
        low, high = wilson(share, count / effect, 2.201)  # Student's t, 11 degrees of freedom
        assert written.loc[name, "by_rater_low"] == pytest.approx(low, abs=2e-4)
        assert written.loc[name, "by_rater_high"] == pytest.approx(high, abs=2e-4)
    pair = pd.read_csv(io.StringIO(differences_csv(findings))).iloc[0]
    by_picture = rows.pivot_table(index="picture", columns="system", values="fooled")
    shared = rows[rows.picture.isin(by_picture.dropna().index)].groupby("system").fooled.mean()
    assert pair.difference == pytest.approx(shared["A"] - shared["B"])


def simulated(chance, spread_raters, spread_pictures, raters=25, pictures=40):
    """Answers of crossed raters and pictures about two systems of one rate."""
    effects = spread_raters * chance.standard_normal(raters)[:, None]
    effects = effects + spread_pictures * chance.standard_normal(pictures)
    passed = chance.random((raters, pictures)) < 1 / (1 + np.exp(0.8 - effects))
    system = np.add.outer(np.arange(raters), np.arange(pictures)) % 2
    rater, picture = np.indices(passed.shape)
    systems = ["AB"[i] for i in system.ravel()]
    return Table(systems, passed.ravel().astype(float), rater.ravel(), picture.ravel())


def coverage(spread_raters, spread_pictures, kind, times=300):
    chance = np.random.default_rng(3)
    points = np.random.default_rng(4).standard_normal((2, 200_000))
    shift = spread_raters * points[0] + spread_pictures * points[1]
    true = np.mean(1 / (1 + np.exp(0.8 - shift)))
    rates = (
        rate_of(simulated(chance, spread_raters, spread_pictures), "A", 0.1) for _ in range(times)
    )
    return np.mean([low < true < high for low, high in (getattr(r, kind) for r in rates)])


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Raters who differ: Wilson's own interval is too narrow, the one by rater is not."""
    assert coverage(1.0, 0.0, "wilson") < 0.9
    assert coverage(1.0, 0.0, "by_rater") > 0.92
    assert coverage(1.0, 1.0, "by_rater") < 0.92
    assert coverage(1.0, 1.0, "by_both") > 0.92


def test_a_null_is_seldom_told_apart():
    """Two equal systems, raters and pictures that differ: a verdict in about 5 % of studies."""
    chance = np.random.default_rng(8)
    told = sum(bool(differences(simulated(chance, 1.0, 1.0), "AB")[0].verdict) for _ in range(300))
    assert told <= 0.08 * 300


def test_few_answers():
    table = Table(["A"], np.array([1.0]), np.array([0]), np.array([0]))
    rate = rate_of(table, "A", 0.1)
    assert (rate.share, rate.by_rater, rate.by_both, rate.more_answers) == (1.0, None, None, None)
    assert rate_of(table, "B", 0.1) is None
    assert differences(table, ["A", "B"]) == []
