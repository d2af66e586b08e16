"""Diagrams of ranks: their panels, order, and the lines that tie systems."""

import numpy as np
from sample_runs import write_measured, write_run

from colorkeras.report.comparison import compare_runs
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.rank_figure import rank_figure


def results_of(root):
    (group,) = compare_runs(root).groups
    return ProtocolResults(group)


def test_systems_stand_in_order_beside_the_lines_that_tie_them(tmp_path):
    draw = np.random.default_rng(0)
    images = draw.normal(0, 3, 50)
    for run, shift in (("bad", 0), ("good", 2), ("same", 2.01)):
        psnr = 20 + shift + images + draw.normal(0, 0.2, 50)
        folder = write_measured(tmp_path, "cnn", run, {"model": {"psnr": psnr.round(4)}})
        (folder / "config.toml").write_text(f'[model]\nx = "{run}"\n', encoding="utf-8")
    figure = rank_figure(results_of(tmp_path))
    (axes,) = figure.axes
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names[2] == "cnn · quick · bad"
    assert sorted(text.get_text() for text in axes.texts) == ["1–2", "1–2", "3"]
    (tie,) = [line for line in axes.artists or axes.get_children() if _is_tie(line)]
    assert list(tie.get_ydata()) == [-0.25, 1.25]
    low, high = axes.get_xlim()
    assert low > 15  # not widened by what stands beside the axes
    assert high < 30


def _is_tie(artist):
    return getattr(artist, "get_linewidth", float)() == 3.0


def test_nothing_to_rank(tmp_path):
    write_run(tmp_path, "cnn", "a")
    assert rank_figure(results_of(tmp_path)) is None
