"""Learning curves from train.csv and eval.csv, of one run or of several.

No TensorFlow, and no pyplot, which shares state between figures.
"""

import math
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from colorkeras.console.wrapping import wrap_name
from colorkeras.records.atomic import replacing
from colorkeras.report.curves import Panel, loss_panels, psnr_panels
from colorkeras.report.stored_runs import StoredRun, load_run

# Okabe and Ito (2008), distinct under color blindness; without yellow, too pale for lines.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)))
INK = "#333333"
# For functions that draw names: a dollar sign in a name must not begin a formula.
PLAIN_TEXT = matplotlib.rc_context({"text.parse_math": False})
BASELINE_DASHES: dict[str, tuple[float, tuple[float, ...]]] = {
    "grey": (0, (6, 3)),
    "mean_chroma": (0, (3, 2)),
    "half_saturated": (0, (1, 1.5)),
    "best_reachable": (0, (5, 2, 1, 2)),
}
# Loss panels in a row; the grid has more columns, so that fewer panels are wider.
MAX_LOSSES, NUM_COLUMNS, KEY_COLUMNS = 4, 12, 3
KEY_WIDTH = 36  # characters
_LINE_HEIGHT = 0.17  # inches, of a label
_PSNR_HEIGHT, _LOSS_HEIGHT = 2.6, 2.0


def plot_run(run_folder: str | Path) -> Path | None:
    """Draw one run's losses and validation PSNR with its baselines.

    Returns:
        The path of `learning_curves.png` in the run's folder; None where nothing is recorded yet.
    """
    run = load_run(run_folder)
    baselines = ("grey", "mean_chroma", "half_saturated", "best_reachable")
    figure = learning_curves([run], [run.name], baselines)
    if figure is None:
        return None
    return write_figure(run.folder / "learning_curves.png", figure)


@PLAIN_TEXT
def learning_curves(
    runs: list[StoredRun], labels: list[str], baselines: tuple[str, ...] = ("grey",)
) -> Figure | None:
    """Draw validation PSNR and every loss term against the images seen.

    Args:
        runs: the runs; each keeps its color in all panels.
        labels: their names.
        baselines: the methods to show as horizontal lines in the PSNR panels.

    Returns:
        The figure; None where no run has a row to draw.
    """
    psnr, losses = psnr_panels(runs, baselines), loss_panels(runs)
    if not psnr and not losses:
        return None
    per_row = min(len(losses), MAX_LOSSES) or 1
    span = (NUM_COLUMNS if per_row == MAX_LOSSES else NUM_COLUMNS - KEY_COLUMNS) // per_row
    num_rows = math.ceil(len(losses) / per_row)
    heights = [_psnr_height(panel, labels) for panel in psnr] + [_LOSS_HEIGHT] * num_rows
    figure = Figure(figsize=(12, sum(heights) + 0.4), layout="constrained")
    grid = figure.add_gridspec(len(heights), NUM_COLUMNS, height_ratios=heights)
    for row, panel in enumerate(psnr):
        _draw_psnr(figure, grid, row, panel, labels)
    for index, panel in enumerate(losses):
        row, column = divmod(index, per_row)
        place = grid[len(psnr) + row, column * span : (column + 1) * span]
        _draw_loss(figure.add_subplot(place), panel)
    if any(_window(y) > 1 for panel in losses for _, y in panel.curves.values()):
        note = "Losses: pale, as logged; dark, the running mean over 1/25 of the rows."
        figure.supxlabel(note, x=0.005, ha="left", fontsize=7, color=INK)
    named = {run for panel in psnr for run in panel.curves}
    drawn = {run for panel in losses for run in panel.curves}
    _add_legend(figure, sorted(drawn - named), labels)
    return figure


def _style(index: int) -> dict:
    dashes = DASHES[index // len(PALETTE) % len(DASHES)]
    return {"color": PALETTE[index % len(PALETTE)], "linestyle": dashes}


def _draw_psnr(figure: Figure, grid: GridSpec, row: int, panel: Panel, labels: list[str]) -> None:
    axes = figure.add_subplot(grid[row, :-KEY_COLUMNS])
    _prepare(axes, panel)
    ends = []
    for index, (x, y) in panel.curves.items():
        axes.plot(x, y, lw=1.8, marker="o", ms=3.5, label=labels[index], **_style(index))
        name = "\n".join(wrap_name(f"{labels[index]}: {y[-1]:.2f}", KEY_WIDTH))
        ends.append((y[-1], name, {**_style(index), "lw": 2}))
    _fit_to_colorizers(axes, panel)
    for method, value in panel.baselines.items():
        style: dict[str, Any] = {"color": INK, "linestyle": BASELINE_DASHES[method], "lw": 1.1}
        axes.axhline(value, label=method, zorder=1, **style)
        where = " (above)" if value > axes.get_ylim()[1] else ""
        ends.append((value, f"{method.replace('_', ' ')}: {value:.2f}{where}", style))
    key = figure.add_subplot(grid[row, -KEY_COLUMNS:])
    _draw_key(key, ends, axes.get_ylim(), _psnr_height(panel, labels) - 0.7)


def _fit_to_colorizers(axes: Axes, panel: Panel) -> None:
    """Choose the PSNR range: without an untrained model and baselines that use the truth."""
    trained = [y[x > 0] for x, y in panel.curves.values() if (x > 0).any()]
    fair = [value for name, value in panel.baselines.items() if name in ("grey", "mean_chroma")]
    values = np.concatenate([*(trained or [y for _, y in panel.curves.values()]), fair])
    margin = 0.08 * (np.ptp(values) or 1.0)
    axes.set_ylim(values.min() - margin, values.max() + margin)


def _draw_key(axes: Axes, ends: list[tuple], limits: tuple[float, float], height: float) -> None:
    """Write the names of the lines beside their ends, moved apart where they would overlap."""
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    low, high = limits
    ends = sorted(ends, key=lambda end: end[0])
    need = [(1 + name.count("\n")) * _LINE_HEIGHT / height for _, name, _ in ends]
    wanted = [(value - low) / (high - low) for value, _, _ in ends]
    for y, (_, name, style) in zip(_spread(wanted, need), ends, strict=True):
        axes.add_line(Line2D([0, 0.09], [y, y], **style))
        axes.text(0.12, y, name, va="center", fontsize=8, color=INK, linespacing=1.1)


def _spread(wanted: list[float], need: list[float]) -> list[float]:
    """Centers near the wanted ones, in the same order, at least `need` apart and below 1."""
    centers = []
    edge = 0.0
    for center, size in zip(wanted, need, strict=True):
        centers.append(max(center, edge + size / 2))
        edge = centers[-1] + size / 2
    edge = 1.0
    for i in range(len(centers) - 1, -1, -1):
        centers[i] = min(centers[i], edge - need[i] / 2)
        edge = centers[i] - need[i] / 2
    return centers


def _psnr_height(panel: Panel, labels: list[str]) -> float:
    names = [wrap_name(labels[index] + ": 00.00", KEY_WIDTH) for index in panel.curves]
    num_lines = sum(map(len, names)) + len(panel.baselines)
    return max(_PSNR_HEIGHT, num_lines * _LINE_HEIGHT + 0.8)


def _draw_loss(axes: Axes, panel: Panel) -> None:
    _prepare(axes, panel)
    values = np.concatenate([y for _, y in panel.curves.values()])
    if values.min() > 0 and np.percentile(values, 98) > 20 * np.percentile(values, 2):
        axes.set_yscale("log")
    for index, (x, y) in panel.curves.items():
        window = _window(y)
        if window > 1:
            if len(panel.curves) <= 3:
                axes.plot(x, y, lw=0.6, alpha=0.3, color=_style(index)["color"])
            x, y = _running_mean(x, window), _running_mean(y, window)
        axes.plot(x, y, lw=1.4, marker="" if len(x) > 1 else "o", **_style(index))


def _window(values: np.ndarray) -> int:
    """Rows to average over; 1 where a curve is short enough to be drawn as it is."""
    return max(1, len(values) // 25)


def _running_mean(values: np.ndarray, window: int) -> np.ndarray:
    return np.convolve(values, np.ones(window) / window, mode="valid")


def _prepare(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.title, loc="left", fontsize=9, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#E6E6E6", lw=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, colors=INK)
    axes.set_xlabel("images seen", fontsize=8, color=INK)
    ends = [x[-1] for x, _ in panel.curves.values()]
    # On a linear axis, a quick run beside a full one would be a dot.
    if min(ends) > 0 and max(ends) > 20 * min(ends):
        axes.set_xscale("log", nonpositive="mask")
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_xlim(left=0, right=max(max(ends), 1) * 1.02)
    axes.xaxis.set_major_formatter(lambda value, _: _thousands(value))


def _thousands(value: float) -> str:
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def _add_legend(figure: Figure, indices: list[int], labels: list[str]) -> None:
    lines = [Line2D([], [], lw=2, label=labels[index], **_style(index)) for index in indices]
    if len(lines) > 1:
        figure.legend(handles=lines, loc="outside lower left", ncols=3, frameon=False, fontsize=8)


def write_figure(path: str | Path, figure: Figure) -> Path:
    """Write a figure as PNG, atomically; return the path."""
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150)
    return Path(path)
