"""Bar charts of every metric of one protocol; each bar starts at the grey image's value."""

import math
from collections.abc import Collection, Sequence
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
from colorkeras.report.measured_systems import Estimate, with_seeds
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.shown_metrics import BASELINES, SHOWN_METRICS, Metric

NUM_COLUMNS = 4
MIN_PLACES = 4  # for bars; a single one would fill the panel
BETTER, WORSE = PALETTE[0], PALETTE[1]
_DASHES: dict[str, Any] = {**BASELINE_DASHES, "grey": "-"}  # bars start at grey
_INTERVAL: dict[str, Any] = {"color": INK, "lw": 1.2, "marker": "|", "ms": 5}


@PLAIN_TEXT
def metric_bars(results: ProtocolResults) -> Figure:
    """Draw one panel per metric that some system has, one bar per system.

    A bar is the mean over images and seeds, and a thin line its 95 % interval. It starts at the
    grey image's value, or at 0 where grey was not measured; the other baselines are lines across.
    """
    systems = results.systems
    labels = ["\n".join(wrap_name(with_seeds(s.label, len(s.seeds)), 36)) for s in systems]
    found = [(m, [results.estimate(system, m) for system in systems]) for m in SHOWN_METRICS]
    panels = [(metric, estimates) for metric, estimates in found if any(estimates)]
    baselines = _baselines(results.group)
    num_rows = max(1, math.ceil(len(panels) / NUM_COLUMNS))
    bar_height = 0.13 * max(2, *(1.5 + label.count("\n") for label in labels))
    height = 0.4 + num_rows * (0.7 + bar_height * max(MIN_PLACES, len(labels)))
    layout = ConstrainedLayoutEngine(wspace=0.06, hspace=0.06)
    figure = Figure(figsize=(13, height), layout=layout)
    grid = figure.add_gridspec(num_rows, NUM_COLUMNS)
    for index, (metric, estimates) in enumerate(panels):
        row, column = divmod(index, NUM_COLUMNS)
        axes = figure.add_subplot(grid[row, column])
        levels = {method: values[metric.key] for method, values in baselines.items()}
        _draw_metric(axes, metric, estimates, levels)
        names = labels if column == 0 else [""] * len(labels)
        axes.set_yticks(range(len(labels)), names, fontsize=8, linespacing=1.0)
    has_interval = any(e and e.low is not None for _, estimates in panels for e in estimates)
    _draw_key(figure, baselines, has_interval)
    return figure


def _baselines(group: ProtocolGroup) -> dict[str, dict[str, float | None]]:
    """Baselines on which all runs agree; those of several training sets would be many lines."""
    return {
        method: {metric.key: entry.value(metric.key, method) for metric in SHOWN_METRICS}
        for method, entry, where in group.baselines()
        if not where and method in BASELINES
    }


def _draw_metric(
    axes: Axes,
    metric: Metric,
    estimates: Sequence[Estimate | None],
    levels: dict[str, float | None],
) -> None:
    drawn = {method: level for method, level in levels.items() if is_drawable(level)}
    start = drawn.get("grey", 0.0)
    for place, found in enumerate(estimates):
        value = found.mean if found else None
        if is_drawable(value):
            better = "grey" not in drawn or metric.distance(value) < metric.distance(start)
            axes.barh(place, value - start, 0.62, left=start, color=BETTER if better else WORSE)
        if found and is_drawable(found.low) and is_drawable(found.high):
            axes.plot([found.low, found.high], [place, place], **_INTERVAL)
        text = metric.format(value)
        axes.text(1.02, place, text, transform=axes.get_yaxis_transform(), va="center", fontsize=8)
    for method, value in drawn.items():
        dashes = _DASHES[method]
        axes.axvline(value, color=INK, lw=1.1, linestyle=dashes, label=method)
    spare = max(0, MIN_PLACES - len(estimates)) / 2
    axes.set_ylim(len(estimates) - 0.4 + spare, -0.6 - spare)
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    axes.set_title(metric.heading, loc="left", fontsize=9, color=INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(labelsize=8, colors=INK)
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=5)


def _draw_key(figure: Figure, baselines: Collection[str], has_interval: bool) -> None:
    handles: list[Artist] = []
    if "grey" in baselines:
        handles += [
            Patch(color=BETTER, label="better than grey"),
            Patch(color=WORSE, label="not better than grey"),
        ]
    if has_interval:
        handles.append(Line2D([], [], label="95 % interval", **_INTERVAL))
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
