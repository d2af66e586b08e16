"""Bar charts of every metric of one protocol; each bar starts at the grey image's value."""

import math
from collections.abc import Collection
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from colorkeras.console.wrapping import wrap_name
from colorkeras.report.comparison import ProtocolGroup
from colorkeras.report.curves import is_drawable
from colorkeras.report.figure_style import BASELINE_DASHES, INK, PALETTE, PLAIN_TEXT
from colorkeras.report.shown_metrics import BASELINES, SHOWN_METRICS, Metric

NUM_COLUMNS = 4
MIN_PLACES = 4  # for bars; a single one would fill the panel
BETTER, WORSE = PALETTE[0], PALETTE[1]
_DASHES: dict[str, Any] = {**BASELINE_DASHES, "grey": "-"}  # bars start at grey


@PLAIN_TEXT
def metric_bars(group: ProtocolGroup) -> Figure:
    """Draw one panel per metric that some run has, one bar per run.

    A bar starts at the grey image's value, or at 0 where grey was not measured; the other
    baselines are lines across.
    """
    labels = ["\n".join(wrap_name(entry.label, 36)) for entry in group.entries]
    metrics = [m for m in SHOWN_METRICS if any(e.value(m.key) is not None for e in group.entries)]
    baselines = _baselines(group)
    num_rows = max(1, math.ceil(len(metrics) / NUM_COLUMNS))
    bar_height = 0.13 * max(2, *(1.5 + label.count("\n") for label in labels))
    height = 0.4 + num_rows * (0.7 + bar_height * max(MIN_PLACES, len(labels)))
    layout = ConstrainedLayoutEngine(wspace=0.06, hspace=0.06)
    figure = Figure(figsize=(13, height), layout=layout)
    grid = figure.add_gridspec(num_rows, NUM_COLUMNS)
    for index, metric in enumerate(metrics):
        row, column = divmod(index, NUM_COLUMNS)
        axes = figure.add_subplot(grid[row, column])
        values = [entry.value(metric.key) for entry in group.entries]
        levels = {method: values[metric.key] for method, values in baselines.items()}
        _draw_metric(axes, metric, values, levels)
        names = labels if column == 0 else [""] * len(labels)
        axes.set_yticks(range(len(labels)), names, fontsize=8, linespacing=1.0)
    _draw_key(figure, baselines)
    return figure


def _baselines(group: ProtocolGroup) -> dict[str, dict[str, float | None]]:
    """Baselines on which all runs agree; those of several training sets would be many lines."""
    return {
        method: {metric.key: entry.value(metric.key, method) for metric in SHOWN_METRICS}
        for method, entry, where in group.baselines()
        if not where and method in BASELINES
    }


def _draw_metric(
    axes: Axes, metric: Metric, values: list[float | None], levels: dict[str, float | None]
) -> None:
    drawn = {method: level for method, level in levels.items() if is_drawable(level)}
    start = drawn.get("grey", 0.0)
    for place, value in enumerate(values):
        if is_drawable(value):
            better = "grey" not in drawn or metric.distance(value) < metric.distance(start)
            axes.barh(place, value - start, 0.62, left=start, color=BETTER if better else WORSE)
        text = metric.format(value)
        axes.text(1.02, place, text, transform=axes.get_yaxis_transform(), va="center", fontsize=8)
    for method, value in drawn.items():
        dashes = _DASHES[method]
        axes.axvline(value, color=INK, lw=1.1, linestyle=dashes, label=method)
    spare = max(0, MIN_PLACES - len(values)) / 2
    axes.set_ylim(len(values) - 0.4 + spare, -0.6 - spare)
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    axes.set_title(metric.heading, loc="left", fontsize=9, color=INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(labelsize=8, colors=INK)
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=5)


def _draw_key(figure: Figure, baselines: Collection[str]) -> None:
    handles: list[Artist] = []
    if "grey" in baselines:
        handles += [
            Patch(color=BETTER, label="better than grey"),
            Patch(color=WORSE, label="not better than grey"),
        ]
    for method in baselines:
        dashes = _DASHES[method]
        name = BASELINES[method]
        handles.append(Line2D([], [], color=INK, lw=1.1, linestyle=dashes, label=name))
    if handles:
        figure.legend(
            handles=handles,
            loc="outside lower left",
            ncols=len(handles),
            frameon=False,
            fontsize=8,
        )
