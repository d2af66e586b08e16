"""Learning curves from train.csv and eval.csv, of one run or of several; no TensorFlow."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from colorkeras.console.wrapping import wrap_name
from colorkeras.report.curves import Band, Curve, Panel, band_of, loss_panels, psnr_panels
from colorkeras.report.figure_files import write_figure
from colorkeras.report.figure_style import (
    BASELINE_DASHES,
    INK,
    LINE_HEIGHT,
    PLAIN_TEXT,
    draw_key,
    line_style,
    prepare_axes,
    thousands,
)
from colorkeras.report.stored_runs import StoredRun, load_run

# Loss panels in a row; the grid has more columns, so that fewer panels are wider.
MAX_LOSSES, NUM_COLUMNS, KEY_COLUMNS = 4, 12, 3
KEY_WIDTH = 36  # characters
_PSNR_HEIGHT, _LOSS_HEIGHT = 2.6, 2.0
_BAND_ALPHA = 0.2


def plot_run(run_folder: str | Path) -> Path | None:
    """Draw one run's losses and validation PSNR with its baselines.

    Returns:
        The path of `learning_curves.png` in the run's folder; None where nothing is recorded yet.
    """
    run = load_run(run_folder)
    baselines = ("grey", "mean_chroma", "half_saturated", "best_reachable")
    figure = learning_curves([[run]], [run.name], baselines)
    if figure is None:
        return None
    return write_figure(run.folder / "learning_curves.png", figure)


@PLAIN_TEXT
def learning_curves(
    systems: list[list[StoredRun]], labels: list[str], baselines: tuple[str, ...] = ("grey",)
) -> Figure | None:
    """Draw validation PSNR and every loss term against the images seen.

    Args:
        systems: the runs of each system, which differ only in the seed: one line, the mean, in a
            band from the least to the greatest value. A system keeps its color in all panels.
        labels: the names of the systems.
        baselines: the methods to show as horizontal lines in the PSNR panels.

    Returns:
        The figure; None where no run has a row to draw.
    """
    runs = [run for system in systems for run in system]
    owner = [index for index, system in enumerate(systems) for _ in system]
    psnr, losses = psnr_panels(runs, baselines), loss_panels(runs)
    if not psnr and not losses:
        return None
    per_row = min(len(losses), MAX_LOSSES) or 1
    span = (NUM_COLUMNS if per_row == MAX_LOSSES else NUM_COLUMNS - KEY_COLUMNS) // per_row
    num_rows = math.ceil(len(losses) / per_row)
    keys = [_key_of(panel, owner, labels) for panel in psnr]
    heights = [_psnr_height(panel, key) for panel, key in zip(psnr, keys, strict=True)]
    heights += [_LOSS_HEIGHT] * num_rows
    figure = Figure(figsize=(12, sum(heights) + 0.4), layout="constrained")
    grid = figure.add_gridspec(len(heights), NUM_COLUMNS, height_ratios=heights)
    for row, (panel, key) in enumerate(zip(psnr, keys, strict=True)):
        _draw_psnr(figure, grid, row, panel, key)
    for index, panel in enumerate(losses):
        row, column = divmod(index, per_row)
        place = grid[len(psnr) + row, column * span : (column + 1) * span]
        _draw_loss(figure.add_subplot(place), panel, owner)
    _add_note(figure, losses, [*psnr, *losses], owner)
    named = {owner[run] for panel in psnr for run in panel.curves}
    drawn = {owner[run] for panel in losses for run in panel.curves}
    _add_legend(figure, sorted(drawn - named), labels)
    return figure


def _add_note(figure: Figure, losses: list[Panel], panels: list[Panel], owner: list[int]) -> None:
    """Say what bands and pale lines are, where there are some."""
    notes = []
    if any(len(curves) > 1 for panel in panels for curves in _by_system(panel, owner).values()):
        notes.append("Several seeds: the line is their mean, the band their range.")
    if any(_window(y) > 1 for panel in losses for _, y in panel.curves.values()):
        notes.append("Losses: the running mean over 1/25 of the rows; pale: as logged.")
    if notes:
        figure.supxlabel(" ".join(notes), x=0.005, ha="left", fontsize=7, color=INK)


def _by_system(panel: Panel, owner: list[int]) -> dict[int, list[Curve]]:
    """The curves of a panel by system, those of its seeds together."""
    found: dict[int, list[Curve]] = {}
    for run, curve in panel.curves.items():
        found.setdefault(owner[run], []).append(curve)
    return found


def _key_of(panel: Panel, owner: list[int], labels: list[str]) -> dict[int, tuple[Band, str]]:
    """Of each system in a PSNR panel: its band and the lines of its name."""
    key = {}
    for index, curves in _by_system(panel, owner).items():
        band = band_of(curves)
        seeds = f" ({band.count} seeds)" if band.count > 1 else ""
        text = f"{labels[index]}{seeds}: {band.mean[-1]:.2f}"
        key[index] = (band, "\n".join(wrap_name(text, KEY_WIDTH)))
    return key


def _draw_psnr(
    figure: Figure, grid: GridSpec, row: int, panel: Panel, key: dict[int, tuple[Band, str]]
) -> None:
    axes = figure.add_subplot(grid[row, :-KEY_COLUMNS])
    _prepare(axes, panel)
    ends = []
    for index, (band, name) in key.items():
        style = line_style(index)
        if band.count > 1:
            axes.fill_between(
                band.x, band.low, band.high, color=style["color"], alpha=_BAND_ALPHA, lw=0
            )
        axes.plot(band.x, band.mean, lw=1.8, marker="o", ms=3.5, **style)
        ends.append((float(band.mean[-1]), name, {**style, "lw": 2}))
    _fit_to_colorizers(axes, panel)
    for method, value in panel.baselines.items():
        baseline: dict[str, Any] = {"color": INK, "linestyle": BASELINE_DASHES[method], "lw": 1.1}
        axes.axhline(value, label=method, zorder=1, **baseline)
        where = " (above)" if value > axes.get_ylim()[1] else ""
        ends.append((value, f"{method.replace('_', ' ')}: {value:.2f}{where}", baseline))
    beside = figure.add_subplot(grid[row, -KEY_COLUMNS:])
    draw_key(beside, ends, axes.get_ylim(), _psnr_height(panel, key) - 0.7)


def _fit_to_colorizers(axes: Axes, panel: Panel) -> None:
    """Choose the PSNR range: without an untrained model and baselines that use the truth."""
    trained = [y[x > 0] for x, y in panel.curves.values() if (x > 0).any()]
    fair = [value for name, value in panel.baselines.items() if name in ("grey", "mean_chroma")]
    values = np.concatenate([*(trained or [y for _, y in panel.curves.values()]), fair])
    margin = 0.08 * (np.ptp(values) or 1.0)
    axes.set_ylim(values.min() - margin, values.max() + margin)


def _psnr_height(panel: Panel, key: dict[int, tuple[Band, str]]) -> float:
    num_lines = sum(1 + name.count("\n") for _, name in key.values()) + len(panel.baselines)
    return max(_PSNR_HEIGHT, num_lines * LINE_HEIGHT + 0.8)


def _draw_loss(axes: Axes, panel: Panel, owner: list[int]) -> None:
    _prepare(axes, panel)
    values = np.concatenate([y for _, y in panel.curves.values()])
    if values.min() > 0 and np.percentile(values, 98) > 20 * np.percentile(values, 2):
        axes.set_yscale("log")
    for index, curves in _by_system(panel, owner).items():
        style = line_style(index)
        smooth = [_smoothed(curve) for curve in curves]
        if len(panel.curves) <= 3:
            for (x, y), (smooth_x, _) in zip(curves, smooth, strict=True):
                if len(smooth_x) < len(x):
                    axes.plot(x, y, lw=0.6, alpha=0.3, color=style["color"])
        band = band_of(smooth)
        if band.count > 1:
            axes.fill_between(
                band.x, band.low, band.high, color=style["color"], alpha=_BAND_ALPHA, lw=0
            )
        axes.plot(band.x, band.mean, lw=1.4, marker="" if len(band.x) > 1 else "o", **style)


def _smoothed(curve: Curve) -> Curve:
    window = _window(curve[1])
    return _running_mean(curve[0], window), _running_mean(curve[1], window)


def _window(values: np.ndarray) -> int:
    """Rows to average over; 1 where a curve is short enough to be drawn as it is."""
    return max(1, len(values) // 25)


def _running_mean(values: np.ndarray, window: int) -> np.ndarray:
    return np.convolve(values, np.ones(window) / window, mode="valid")


def _prepare(axes: Axes, panel: Panel) -> None:
    prepare_axes(axes, panel.title, "images seen")
    ends = [x[-1] for x, _ in panel.curves.values()]
    # On a linear axis, a quick run beside a full one would be a dot.
    if min(ends) > 0 and max(ends) > 20 * min(ends):
        axes.set_xscale("log", nonpositive="mask")
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_xlim(left=0, right=max(max(ends), 1) * 1.02)
    axes.xaxis.set_major_formatter(lambda value, _: thousands(value))


def _add_legend(figure: Figure, indices: list[int], labels: list[str]) -> None:
    lines = [Line2D([], [], lw=2, label=labels[index], **line_style(index)) for index in indices]
    if len(lines) > 1:
        figure.legend(handles=lines, loc="outside lower left", ncols=3, frameon=False, fontsize=8)
