"""Intervals of paired differences: hand-worked values, and how often they are right."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from colorkeras.claims import paired
from colorkeras.claims.paired import Region, effect_of, expected_p

T_OF_2 = 4.3027  # 97.5th percentile of Student's t, 2 degrees of freedom (any table)


def test_seeds_alone_give_students_interval():
    """Losses of 1, 2 and 3: mean 2, standard error 1/√3."""
    found = effect_of([np.array([[1.0], [2.0], [3.0]])])
    half = T_OF_2 / math.sqrt(3)
    assert (found.mean, found.runs, found.images, found.image_error) == (2, (3,), 1, 0)
    assert found.seed_error == pytest.approx(1 / math.sqrt(3))
    assert (found.low, found.high) == pytest.approx((2 - half, 2 + half), abs=1e-3)


def test_images_alone_give_the_interval_of_the_bootstrap():
    """Seeds that agree: 0 and 1 in equal parts, 100 images, standard error .05."""
    values = np.tile([0.0, 1.0], 50)
    found = effect_of([np.stack([values] * 3)])
    assert found.seed_error == 0
    assert found.image_error == pytest.approx(statistics.stdev(values) / 10)
    assert (found.low, found.high) == pytest.approx((0.402, 0.598), abs=0.01)


def test_recomputed_with_pandas():
    """Two systems, three seeds, twelve images, from a table as eval_images.csv has it."""
    draw = np.random.default_rng(5)
    table = pd.DataFrame(
        [
            {"system": system, "seed": seed, "image": image, "psnr": value}
            for system in ("a", "b")
            for seed in range(3)
            for image, value in enumerate(20 + draw.normal(size=12))
        ]
    )
    groups = [
        table[table.system == name].pivot(index="seed", columns="image", values="psnr")
        for name in ("a", "b")
    ]
    found = effect_of([group.to_numpy() for group in groups])
    by_image = table.pivot_table("psnr", "image", "system", aggfunc="mean")
    difference = by_image["a"] - by_image["b"]
    assert found.mean == pytest.approx(difference.mean())
    assert found.image_error == pytest.approx(difference.sem())
    by_seed = table.groupby(["system", "seed"]).psnr.mean().unstack("system")
    assert found.seed_error == pytest.approx(math.hypot(by_seed["a"].sem(), by_seed["b"].sem()))
    # Independent draws of both parts: the variance of t with 2 degrees is not finite, so compare
    # the middle of the distribution.
    again = np.random.default_rng(11)
    draws = (
        again.choice(difference, (50_000, 12)).mean(axis=1)
        + by_seed["a"].sem() * again.standard_t(2, 50_000)
        + by_seed["b"].sem() * again.standard_t(2, 50_000)
    )
    expected = np.percentile(draws, [2.5, 97.5])
    assert (found.low, found.high) == pytest.approx(expected, rel=0.1)


def test_one_run_has_no_error_of_seeds():
    found = effect_of([np.array([[1.0, 2.0, 3.0]])])
    assert math.isnan(found.seed_error)
    assert found.low < found.mean < found.high


@pytest.mark.parametrize("groups", [[], [np.zeros((0, 3))], [np.array([[math.nan]])]])
def test_values_that_are_missing(groups):
    with pytest.raises(ValueError, match="expected finite values"):
        effect_of(groups)


def test_p_of_both_sides():
    found = effect_of([np.array([[1.0], [2.0], [3.0]])])
    # t = 2 / (1/√3) = 2√3: p of 2 degrees is 1 - t/√(t² + 2) = 1 - √(12/14).
    expected = 1 - math.sqrt(12 / 14)
    assert found.p_value(Region(low=0)) == (pytest.approx(expected), True)
    assert found.p_value(Region(high=0)) == (pytest.approx(expected), False)
    p, holds = found.p_value(Region(low=2))
    assert p == pytest.approx(1)
    p, holds = found.p_value(Region(-1000, 1000))
    assert (p, holds) == (1 / paired.DRAWS, True)
    p, holds = found.p_value(Region(1000, 1001))
    assert (p, holds) == (1 / paired.DRAWS, False)


def test_p_does_not_hang_on_the_random_numbers(monkeypatch):
    """The images are drawn anew; with seeds that differ more than images, p hardly moves."""
    draw = np.random.default_rng(1)
    seeds = np.array([[0.3], [0.0], [-0.3]])
    groups = [draw.normal(mean, 1, (3, 60)) + seeds for mean in (0.8, 0.0)]
    rng, found = np.random.default_rng, []
    for seed in range(20):
        monkeypatch.setattr(np.random, "default_rng", lambda _, seed=seed: rng(seed))
        found.append(effect_of(groups).p_value(Region(low=0))[0])
    assert max(found) - min(found) < 0.04 * statistics.mean(found)


def test_the_larger_error_is_used_by_its_distribution_function():
    wide, narrow = np.array([[9.0], [0.0], [-9.0]]), np.array([[0.1], [0.0], [-0.1]])
    for groups in ([wide, narrow], [narrow, wide]):
        found = effect_of(groups)
        assert found.spread == pytest.approx(9 / math.sqrt(3))
        p, _ = found.p_value(Region(low=-7))
        alone, _ = effect_of([wide]).p_value(Region(low=-7))
        assert p == pytest.approx(alone, rel=1e-3)


def test_two_groups_of_losses():
    """Behrens and Fisher's distribution of 1, 2, 3 and 11, 12, 13: draws of both t agree."""
    values = np.array([[1.0], [2.0], [3.0]])
    found = effect_of([values + 10, values])
    draws = np.random.default_rng(3).standard_t(2, (2, 1_000_000)) / math.sqrt(3)
    expected = np.percentile(10 + draws[0] - draws[1], [2.5, 97.5])
    assert (found.low, found.high) == pytest.approx(expected, abs=0.03)


def test_p_of_more_seeds_is_expected():
    """The error of n seeds is .346 · √(3/n), with n - 1 degrees of freedom; 1 is .9 above .1."""
    found = effect_of([np.array([[0.4], [1.0], [1.6]])])
    for seeds in (3, 6):
        error = 0.6 / math.sqrt(seeds)
        expected = 2 * stats.t.sf(0.9 / error, seeds - 1)
        assert expected_p(found, Region(low=0.1), seeds) == pytest.approx(expected)
    assert expected_p(found, Region(low=1), 6) == 1


def test_more_seeds_do_not_help_against_too_few_images():
    """A difference of .05 where images alone have a standard error of .0503."""
    values = np.tile([-0.45, 0.55], 50)
    found = effect_of([np.stack([values] * 3)])
    expected = 2 * stats.norm.sf(0.05 / 0.0502519)
    assert expected_p(found, Region(low=0), 6) == pytest.approx(expected, rel=1e-3)
