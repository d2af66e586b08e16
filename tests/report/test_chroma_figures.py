"""AuC curves and chroma histograms: hand-worked shares, pooled counts, the figures' contents."""

import numpy as np
import pytest
from sample_runs import write_run, write_samples

from colorkeras.color.cielab import levels_to_lab
from colorkeras.metrics.image_metrics import measure
from colorkeras.report.chroma_figures import (
    auc_curves,
    chroma_histograms,
    count_chroma,
    within_distances,
)
from colorkeras.report.comparison import compare_runs
from colorkeras.report.shared_images import Row, shared_images
from colorkeras.report.systems import systems_of


def test_shares_worked_by_hand():
    truth = np.zeros((2, 2, 2), np.float32)
    ab = np.array([[[0, 0], [3, 4]], [[0.5, 0], [200, 0]]], np.float32)  # distances 0, 5, ½, 200
    within = within_distances(ab, truth)
    assert within[[0, 1, 4, 5, 150]].tolist() == [0.25, 0.5, 0.5, 0.75, 0.75]
    # Means over τ: 151, 146, 150 and 0 of the 151 thresholds.
    assert within.mean() == pytest.approx((151 + 146 + 150) / 4 / 151)


def test_mean_of_the_curve_is_the_metric():
    random = np.random.default_rng(0)
    image, truth = random.integers(0, 256, (2, 32, 32, 3), np.uint8)
    within = within_distances(levels_to_lab(image)[..., 1:], levels_to_lab(truth)[..., 1:])
    measured = measure(image[np.newaxis], truth[np.newaxis])["auc"]
    assert within.mean() == pytest.approx(float(measured[0]), abs=1e-4)


def flat(level):
    return np.full((4, 4, 3), level, np.uint8)


def test_counts_are_summed_over_images_and_apart_for_seeds():
    red = np.full((4, 4, 3), (200, 30, 30), np.uint8)
    rows = [Row("a", red, flat(90), {3: [red, flat(90)]}), Row("b", red, flat(90), {3: [red, red]})]
    counts = count_chroma(rows)
    assert counts.num_images == 2
    first, second = counts.within[3]
    assert first[0] == 2
    assert second[0] == 1
    assert counts.cells[None].sum() == counts.cells[3].sum() == 32
    (cell,) = np.argwhere(counts.cells[None])
    a, b = levels_to_lab(red)[0, 0, 1:]
    assert (cell * 2 - 112 <= (a, b)).all()
    assert (cell * 2 - 110 > (a, b)).all()


def test_figures(tmp_path):
    for seed in (0, 1):
        write_samples(write_run(tmp_path, "cnn", f"a-seed{seed}", seed=seed), tint=seed)
    write_samples(write_run(tmp_path, "gan", "b"))
    comparison = compare_runs(tmp_path)
    (group,) = comparison.groups
    found = systems_of(group)
    counts = count_chroma(shared_images(found).rows(9, all_seeds=True))
    systems = dict(enumerate(found))
    axes, key = auc_curves(counts, systems).axes
    assert [len(line.get_xdata()) for line in axes.lines] == [151] * 3
    assert len(axes.collections) == 1  # the band of the two seeds
    # Greys of two levels lie a few thousandths apart in ab: τ = 0 alone misses them.
    names = sorted(text.get_text() for text in key.texts)
    assert names == [
        "cnn · quick · a (2 seeds): AuC 0.9934",
        "gan · quick · b: AuC 0.9934",
        "grey: AuC 0.9934",
    ]
    panels = [a for a in chroma_histograms(counts, systems).axes if a.get_title(loc="left")]
    assert [a.get_title(loc="left") for a in panels] == [
        "truth",
        "cnn · quick · a",
        "gan · quick · b",
    ]
    assert len({a.get_xlim() + a.get_ylim() for a in panels}) == 1
