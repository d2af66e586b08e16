"""Means, intervals and ranks of systems, worked out again with pandas."""

import math

import numpy as np
import pandas as pd
import pytest
from sample_runs import write_images, write_measured, write_run
from scipy import stats

from colorkeras.report.comparison import compare_runs
from colorkeras.report.intervals import DRAWS, holm, over_seeds, p_value
from colorkeras.report.metric_table import metric_table, rank_table
from colorkeras.report.protocol_results import ProtocolResults

IMAGES = 60


def noise(number, scale=1.0, size=IMAGES):
    return np.random.default_rng(number).normal(0, scale, size).round(4)


def results_of(root):
    (group,) = compare_runs(root).groups
    return ProtocolResults(group)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Three systems with the same hard and easy images: two alike, one worse; one has seeds."""
    root = tmp_path_factory.mktemp("measured")
    images = noise(0, 3)
    grey = {"psnr": (20 + images).round(4)}
    for system, shift, seeds in (("a", 2.0, 3), ("b", 2.01, 1), ("c", 0.5, 1)):
        for seed in range(seeds):
            psnr = (20 + shift + images + noise(10 * ord(system) + seed, 0.1)).round(4)
            config = f'[model]\nname = "{system}"\n[train]\nseed = {seed}\n'
            values = {"model": {"psnr": psnr}, "grey": grey}
            folder = write_measured(root, "cnn", f"{system}-seed{seed}", values, seed=seed)
            (folder / "config.toml").write_text(config, encoding="utf-8")
    return root


def frame(root, run):
    table = pd.read_csv(root / "cnn" / run / "eval_images.csv")
    return table.pivot(index="image", columns="method", values="psnr")


def test_a_row_of_one_seed_by_hand(measured):
    psnr = frame(measured, "b-seed0")["model"].to_numpy()
    draw = np.random.default_rng(0)
    means = pd.Series([psnr[draw.integers(0, len(psnr), len(psnr))].mean() for _ in range(DRAWS)])
    low, high = means.quantile([0.025, 0.975])
    table = metric_table(results_of(measured))
    (row,) = [row for row in table.rows if row[0] == "cnn · quick · b"]
    assert row[1:3] == ["0", f"{psnr.mean():.2f} [{low:.2f}, {high:.2f}]"]


def test_a_row_of_three_seeds_by_hand(measured):
    runs = pd.concat([frame(measured, f"a-seed{s}")["model"] for s in range(3)], axis=1)
    of_images = runs.mean(axis=1).var() / len(runs)
    of_seeds = runs.mean(axis=0).var() / 3
    freedom = (of_images + of_seeds) ** 2 / (of_images**2 / (len(runs) - 1) + of_seeds**2 / 2)
    half = stats.t.ppf(0.975, freedom) * math.sqrt(of_images + of_seeds)
    mean = runs.to_numpy().mean()
    table = metric_table(results_of(measured))
    (row,) = [row for row in table.rows if row[0] == "cnn · quick · a"]
    assert row[1:3] == ["0, 1, 2", f"{mean:.2f} [{mean - half:.2f}, {mean + half:.2f}]"]
    over = (runs.mean(axis=1) - frame(measured, "a-seed0")["grey"]).mean()
    assert row[3].startswith(f"+{over:.2f} [+")


def test_alike_systems_share_ranks_and_a_worse_one_does_not(measured):
    results = results_of(measured)
    ranks = rank_table(results)
    assert {row[0]: row[1] for row in ranks.rows} == {
        "cnn · quick · a": "1–2",
        "cnn · quick · b": "1–2",
        "cnn · quick · c": "3",
    }
    table = metric_table(results)
    assert {table.rows[i][0][-1] for i, j in table.bold} == {"a", "b"}
    assert results.rankings["psnr"].ties == [(0, 1)]


def test_reported_numbers_are_pale_and_have_no_rank(tmp_path):
    reported = {"psnr": {"value": 99.5, "source": "Table 1"}, "fooled": {"value": "32 %"}}
    values = {"model": {"psnr": noise(1) + 22}, "grey": {"psnr": noise(2) + 20}}
    for run in ("a-seed0", "b-seed0"):
        folder = write_measured(tmp_path, "cnn", run, values, reported=reported)
        (folder / "config.toml").write_text(f'[model]\nx = "{run}"\n', encoding="utf-8")
    table = metric_table(results_of(tmp_path))
    assert table.rows[-1][:3] == ["reported: Table 1", "-", "99.5"]
    assert table.pale == {len(table.rows) - 1}
    assert all(i not in table.pale for i, _ in table.bold)
    assert "| *reported: Table 1* " in table.markdown()
    assert table.bold  # two systems that are equal, both the best


def test_values_of_another_evaluation_give_no_interval(tmp_path):
    values = {"model": {"psnr": noise(1) + 22}, "grey": {"psnr": noise(2) + 20}}
    folder = write_measured(tmp_path, "cnn", "a", values)
    write_images(folder, {"model": {"psnr": noise(1) + 25}, "grey": values["grey"]})
    rows = metric_table(results_of(tmp_path)).rows
    assert "[" in rows[0][2]  # grey is still that of eval.csv
    assert "[" not in rows[1][2]


@pytest.mark.parametrize("damage", ["nan", "cut", "column", "gone"])
def test_damaged_values_of_images_give_no_interval(tmp_path, damage):
    values = {"model": {"psnr": noise(1) + 22}, "grey": {"psnr": noise(2) + 20}}
    folder = write_measured(tmp_path, "cnn", "a", values)
    file = folder / "eval_images.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    if damage == "nan":
        lines[3] = "model,0002.png,nan"
    elif damage == "cut":
        lines = [*lines[:20], lines[20][:9]]
    elif damage == "column":
        lines[0] = "method,image,psnrr"
    file.write_text("\n".join(lines), encoding="utf-8")
    if damage == "gone":
        file.unlink()
    assert "[" not in metric_table(results_of(tmp_path)).rows[1][2]


def test_other_images_cannot_be_paired(tmp_path):
    values = {"model": {"psnr": noise(1) + 22}, "grey": {"psnr": noise(2) + 20}}
    for run in "abc":
        folder = write_measured(tmp_path, "cnn", run, values)
        (folder / "config.toml").write_text(f'[model]\nx = "{run}"\n', encoding="utf-8")
    write_images(folder, values, names=[f"other{i}" for i in range(IMAGES)])
    ranks = rank_table(results_of(tmp_path))
    assert [row[0] for row in ranks.rows] == ["cnn · quick · a", "cnn · quick · b"]


def test_no_ranks_where_nothing_is_known(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_run(tmp_path, "gan", "a")
    assert rank_table(results_of(tmp_path)) is None
    assert metric_table(results_of(tmp_path)).bold == set()


def test_holm_is_that_of_the_definition():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_p_value_is_that_of_the_paired_and_of_welchs_test():
    one, other = noise(1) + 0.2, noise(2)
    assert p_value(one[None], other[None]) == pytest.approx(stats.ttest_rel(one, other).pvalue)
    # Without a difference between images only the seeds count: Welch's test of the seeds.
    seeds, others = np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.5])
    found = p_value(np.repeat(seeds[:, None], 9, 1), np.repeat(others[:, None], 9, 1))
    assert found == pytest.approx(stats.ttest_ind(seeds, others, equal_var=False).pvalue)
    assert p_value(one[None], one[None]) == 1.0
    assert p_value(one[None] * 0 + 1, one[None] * 0) == 0.0


def test_the_interval_over_seeds_covers_the_truth():
    """2,000 simulated tables of 3 seeds and 50 images, where seeds count more than images."""
    draw, covered = np.random.default_rng(5), 0
    for _ in range(2000):
        seeds, images = draw.normal(0, 1, (3, 1)), draw.normal(0, 3, (1, 50))
        _, low, high = over_seeds(seeds + images + draw.normal(0, 1, (3, 50))).interval()
        covered += low <= 0 <= high
    assert 0.92 <= covered / 2000 <= 0.97


def test_a_planted_null_is_told_apart_in_few_tables(tmp_path):
    """300 tables of four equal systems: any wrong finding in at most 5 % of them, and chance."""
    draw, wrong = np.random.default_rng(6), 0
    for _ in range(300):
        values = draw.normal(0, 1, (4, 1, 40)) + draw.normal(0, 3, (1, 1, 40))
        pairs = [(i, j) for i in range(4) for j in range(i)]
        wrong += min(holm([p_value(values[i], values[j]) for i, j in pairs])) <= 0.05
    assert wrong / 300 <= 0.08


def test_wrong_shapes():
    with pytest.raises(ValueError, match="two or more images"):
        over_seeds(np.zeros((2, 1)))
    with pytest.raises(ValueError, match="same images"):
        p_value(np.zeros((1, 3)), np.zeros((1, 4)))
