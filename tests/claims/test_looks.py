"""Which seeds a look takes, and that two looks keep to the error that is allowed."""

import numpy as np
import pytest
from sample_claims import make_claim, selector, write_images_alike
from sample_runs import write_run

from colorkeras.claims import paired
from colorkeras.claims.looks import ALPHA, ALPHA_OF_A_LOOK, LOOKS
from colorkeras.claims.measurement import Runs
from colorkeras.claims.paired import Region, effect_of

RUNS = {"a": selector(), "b": selector(preset="other")}
AGAINST = {"run": "a", "metric": "psnr", "above": "b", "margin": 0.25}
ALONE = {"run": "a", "metric": "psnr", "at_least": 1}
LOSS = {"run": "a", "column": "loss_colorizer", "at_most": 1}


def write(root, name, seeds, **more):
    for seed in seeds:
        test = {"model": {"psnr": 20.0 + seed}}
        folder = write_run(root, "cnn", f"{name}{seed}", seed=seed, test=test, **more)
        write_images_alike(folder, test)


def measured(root, condition):
    claim = make_claim(condition, runs=RUNS)
    return Runs(root).measure(claim.conditions[0], claim)


@pytest.mark.parametrize(
    ("seeds", "counted"),
    [
        ([0, 1], [0, 1]),
        ([0, 1, 2, 3, 4], [0, 1, 2]),
        ([12, 2, 1, 11, 9], [1, 2, 9]),
        ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]),
        ([0, 1, 2, 3, 4, 5, 6, 10], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_the_lowest_seeds_of_the_latest_look_count(tmp_path, seeds, counted):
    write(tmp_path, "a", seeds)
    for condition in (ALONE, LOSS):
        found = measured(tmp_path, condition)
        (comparison,) = found.comparisons
        assert sorted(run.get("seed") for run in comparison.runs["a"]) == counted
        other = [seed for seed in seeds if seed not in counted]
        look = max(3, len(counted))
        assert sorted(found.left_out) == sorted(
            f"cnn/a{seed} (not among the {look} seeds of this look)" for seed in other
        )
    assert measured(tmp_path, ALONE).comparisons[0].value == 20 + np.mean(counted)


def test_both_groups_have_the_seeds_of_one_look(tmp_path):
    write(tmp_path, "a", range(6))
    write(tmp_path, "b", range(10, 15), preset="other")
    (found,) = measured(tmp_path, AGAINST).comparisons
    assert found.effect.runs == (3, 3)
    assert (found.value, found.against) == (21, 31)
    write(tmp_path, "b", [15], preset="other")
    (found,) = measured(tmp_path, AGAINST).comparisons
    assert found.effect.runs == (6, 6)


def rates(repetitions, effect, seed_spread, monkeypatch):
    """The shares of simulated comparisons that some look decides for and against an effect > 0."""
    monkeypatch.setattr(paired, "DRAWS", 1000)
    draw = np.random.default_rng(0)
    decided = {True: 0, False: 0}
    for _ in range(repetitions):
        images = draw.normal(effect, 2, 64)
        values = images + draw.normal(0, seed_spread, (6, 1)) + draw.normal(0, 1, (6, 64))
        looks = [effect_of([values[:seeds]]).p_value(Region(low=0)) for seeds in LOOKS]
        for side in {holds for p, holds in looks if p < ALPHA_OF_A_LOOK}:
            decided[side] += 1
    return decided[True] / repetitions, decided[False] / repetitions


def test_a_planted_null_is_decided_in_at_most_one_of_twenty(monkeypatch):
    """1,000 repetitions; 5 % and three standard errors of a share of 5 %: 7.1 %."""
    assert ALPHA == 0.05
    for spread in (0.05, 0.5):
        assert sum(rates(1000, 0.0, spread, monkeypatch)) < 0.071


def test_a_planted_difference_is_found(monkeypatch):
    """1.5 with a standard error of .26 from images: found nearly always, never denied."""
    found, denied = rates(1000, 1.5, 0.05, monkeypatch)
    assert found > 0.95
    assert denied == 0
