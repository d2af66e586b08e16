"""The figures: right panels, right number of lines and bars, files that show something."""

import numpy as np
import pytest
from PIL import Image
from sample_runs import GREY, MODEL, write_eval, write_measured, write_run, write_train

from colorkeras.report.comparison import compare_runs
from colorkeras.report.curves import band_of, loss_panels, psnr_panels
from colorkeras.report.figure_files import write_figure
from colorkeras.report.metric_bars import BETTER, WORSE, metric_bars
from colorkeras.report.plots import learning_curves, plot_run
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.shown_metrics import SHOWN_METRICS
from colorkeras.report.stored_runs import find_runs


def is_drawn(path):
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return pixels.shape[1] > 1000 and pixels.std() > 5


def results_of(root):
    (group,) = compare_runs(root).groups
    return ProtocolResults(group)


def panels_of(figure):
    return [axes for axes in figure.axes if axes.get_title(loc="left")]


def test_psnr_against_images_seen_with_grey(tmp_path):
    write_run(tmp_path, "cnn", "a")
    (panel,) = psnr_panels(find_runs(tmp_path), ("grey",))
    x, y = panel.curves[0]
    assert x.tolist() == [800, 1600, 2400]  # 8 images a step; eval.csv counts those measured
    assert y.tolist() == [20, 21, 22]
    assert panel.baselines == {"grey": 20.5}


def test_psnr_of_different_protocols_never_shares_axes(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_run(tmp_path, "cnn", "b", protocol={"hash": "cd34"})
    panels = psnr_panels(find_runs(tmp_path), ("grey",))
    assert [list(panel.curves) for panel in panels] == [[0], [1]]
    assert [panel.title[-17:] for panel in panels] == [" protocol valab12", " protocol valcd34"]


def test_losses_of_two_experiments_have_their_own_panels(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_run(tmp_path, "cnn", "b")
    write_train(write_run(tmp_path, "gan", "c"), ("loss_D_fake", "loss_G"))
    panels = {panel.title: list(panel.curves) for panel in loss_panels(find_runs(tmp_path))}
    assert panels == {
        "cnn\nloss_colorizer": [0, 1],
        "gan\nloss_D_fake": [2],
        "gan\nloss_G": [2],
    }


def test_missing_and_infinite_values_are_gaps(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    lines = "step,epoch,images,loss\n1,1,8,nan\n2,1,16,\n3,1,24,0.5\n4,1,32,inf\n"
    (folder / "train.csv").write_text(lines, encoding="utf-8")
    (panel,) = loss_panels(find_runs(tmp_path))
    assert [values.tolist() for values in panel.curves[0]] == [[24], [0.5]]


@pytest.mark.parametrize("num_runs", [1, 3, 12])
def test_one_line_per_run_and_its_name(tmp_path, num_runs):
    for seed in range(num_runs):
        write_run(tmp_path, "cnn", f"run-{seed:02d}", seed=seed)
    runs = find_runs(tmp_path)
    figure = learning_curves([[run] for run in runs], [run.label for run in runs])
    psnr, loss = panels_of(figure)
    assert len(psnr.lines) == num_runs + 1  # grey
    assert len(loss.lines) == num_runs
    looks = {(line.get_color(), str(line.get_linestyle())) for line in psnr.lines}
    assert len(looks) == num_runs + 1
    key = figure.axes[1]
    assert sorted(text.get_text() for text in key.texts)[0] == "cnn/run-00: 22.00"
    heights = sorted(text.get_position()[1] for text in key.texts)
    assert all(np.diff(heights) > 0.03)
    assert is_drawn(write_figure(tmp_path / "curves.png", figure))


def test_seeds_are_one_line_in_a_band(tmp_path):
    for seed, psnr in enumerate((20, 21, 25)):
        folder = write_run(tmp_path, "cnn", f"run-{seed}", seed=seed)
        rows = [("val", step, "model", {"psnr": psnr + step / 100}) for step in (100, 200)]
        write_eval(folder, rows, {"val": "v"})
    figure = learning_curves([find_runs(tmp_path)], ["cnn"])
    psnr = panels_of(figure)[0]
    (line,) = psnr.lines
    assert line.get_xydata().tolist() == [[800, 23], [1600, 24]]
    (band,) = psnr.collections
    corners = band.get_paths()[0].vertices
    heights = {x: sorted(set(corners[corners[:, 0] == x, 1])) for x in (800, 1600)}
    assert heights == {800: [21, 26], 1600: [22, 27]}
    assert [text.get_text() for text in figure.axes[1].texts] == ["cnn (3 seeds): 24.00"]


def test_curves_of_different_places_are_interpolated():
    one = (np.array([0.0, 10.0]), np.array([0.0, 10.0]))
    other = (np.array([2.0, 4.0, 20.0]), np.array([4.0, 6.0, 22.0]))
    band = band_of([one, other])
    assert band.x.tolist() == [2, 4, 10]
    assert band.low.tolist() == [2, 4, 10]
    assert band.high.tolist() == [4, 6, 12]
    assert band.mean.tolist() == [3, 5, 11]


def test_curves_without_a_common_place():
    early = (np.array([0.0, 1.0]), np.array([5.0, 6.0]))
    late = (np.array([2.0, 3.0]), np.array([7.0, 8.0]))
    band = band_of([early, late])
    assert (band.count, band.x.tolist(), band.mean.tolist()) == (1, [2, 3], [7, 8])


def test_outliers_do_not_flatten_the_curve(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    psnrs = {0: 5, 100: 20, 200: 22}
    rows = [("val", step, "model", {"psnr": psnr}) for step, psnr in psnrs.items()]
    rows.append(("val", 0, "half_saturated", {"psnr": 40}))
    write_eval(folder, rows, {"val": "v"})
    figure = learning_curves([find_runs(tmp_path)], ["a"], ("half_saturated",))
    low, high = panels_of(figure)[0].get_ylim()
    assert 19 < low < 20
    assert 22 < high < 23
    assert "half saturated: 40.00 (above)" in [text.get_text() for text in figure.axes[1].texts]


def test_plot_run_writes_into_the_run_folder(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    path = plot_run(folder)
    assert path == folder / "learning_curves.png"
    assert is_drawn(path)
    assert not list(folder.glob(".*"))


def test_plot_run_of_a_run_without_rows_or_with_losses_only(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    (folder / "eval.csv").unlink()
    assert is_drawn(plot_run(folder))
    (folder / "train.csv").write_text("step,epo", encoding="utf-8")
    assert plot_run(folder) is None


def test_runs_without_validation_are_named_in_a_legend(tmp_path):
    for run in ("a", "b"):
        (write_run(tmp_path, "cnn", run) / "eval.csv").unlink()
    (legend,) = learning_curves([[run] for run in find_runs(tmp_path)], ["a", "b"]).legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]


def test_bars_start_at_grey_and_tell_better_from_worse(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_run(tmp_path, "gan", "b", test={"grey": GREY, "model": {**MODEL, "psnr": 20.25}})
    figure = metric_bars(results_of(tmp_path))
    panels = panels_of(figure)
    titles = ["PSNR (dB) ↑", "SSIM ↑", "ΔE2000 ↓", "chroma RMSE ↓", "AuC ↑"]
    assert [axes.get_title(loc="left") for axes in panels] == titles
    better, worse = panels[0].patches
    assert (better.get_x(), better.get_width()) == (20.5, 1.75)
    assert (worse.get_x(), worse.get_width()) == (20.5, -0.25)
    colors = [color_of(bar) for bar in (better, worse, panels[2].patches[0])]
    assert colors == [BETTER, WORSE, BETTER]
    assert [text.get_text() for text in panels[0].texts] == ["22.25", "20.25"]
    assert is_drawn(write_figure(tmp_path / "bars.png", figure))


def color_of(bar):
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in bar.get_facecolor()[:3])


def test_bars_without_grey_and_without_numbers(tmp_path):
    write_run(tmp_path, "cnn", "a", test={"model": {"psnr": 22}})
    write_run(tmp_path, "gan", "b", test={"model": {"psnr": "nan"}})
    (axes,) = panels_of(metric_bars(results_of(tmp_path)))
    assert [(bar.get_x(), bar.get_width()) for bar in axes.patches] == [(0, 22)]
    assert [text.get_text() for text in axes.texts] == ["22.00", "nan"]


def test_the_seeds_of_a_system_are_one_bar_with_an_interval(tmp_path):
    for seed, psnr in enumerate(([21.0, 22.0, 23.0], [23.0, 24.0, 25.0])):
        values = {"model": {"psnr": np.array(psnr)}, "grey": {"psnr": np.full(3, 20.0)}}
        write_measured(tmp_path, "cnn", f"a-seed{seed}", values, seed=seed)
    results = results_of(tmp_path)
    figure = metric_bars(results)
    (axes,) = panels_of(figure)
    (bar,) = axes.patches
    assert (bar.get_x(), bar.get_width()) == (20, 3)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cnn · quick · a (2 seeds)"]
    found = results.estimate(results.systems[0], SHOWN_METRICS[0])
    assert found.low < 23 < found.high
    interval = next(line for line in axes.lines if line.get_marker() == "|")
    assert list(interval.get_xdata()) == [found.low, found.high]
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["better than grey", "not better than grey", "95 % interval", "grey"]
