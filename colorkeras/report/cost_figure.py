"""Quality against cost: ΔE2000 against parameters, images seen and training hours."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from colorkeras.console.wrapping import wrap_name
from colorkeras.report.comparison import ProtocolGroup
from colorkeras.report.curves import is_drawable
from colorkeras.report.figure_style import (
    BASELINE_DASHES,
    INK,
    LINE_HEIGHT,
    PLAIN_TEXT,
    draw_key,
    marker_style,
    prepare_axes,
    thousands,
)
from colorkeras.report.shown_metrics import BASELINES, SHOWN_METRICS
from colorkeras.report.systems import Member, System

QUALITY = next(metric for metric in SHOWN_METRICS if metric.key == "ciede2000")
HOURS = "training time (hours)"
Cost = Callable[[Member], float | None]
COSTS: tuple[tuple[str, Cost], ...] = (
    ("trainable parameters, all networks", lambda member: member.parameters),
    ("training images seen", lambda member: member.images_seen),
    (HOURS, lambda member: member.training_hours),
)
_KEY_WIDTH = 34  # characters
_FAIR = ("grey", "mean_chroma")  # baselines that do not use the truth
_LEAST_HOURS = 1.0  # shorter trainings are shown in minutes
_LOG_FROM = 8  # times the least cost: from there the axis is logarithmic
_WHOLE_POWERS_FROM = 200  # times the least cost: ticks at 1, 2 and 5 would touch


@PLAIN_TEXT
def quality_against_cost(group: ProtocolGroup, systems: list[System]) -> Figure | None:
    """Draw one point for each system, against each cost that is known.

    A point is the mean over seeds; its bar reaches from the least to the greatest value. Baselines
    without the truth are lines. A cost that is the same for all systems has no panel.

    Returns:
        The figure; None where no two systems differ in a cost.
    """
    found = ((name, _points(systems, cost)) for name, cost in COSTS)
    costs = [(name, points) for name, points in found if len({x for x, _ in points.values()}) > 1]
    if not costs:
        return None
    drawn = [i for i, system in enumerate(systems) if system.values(QUALITY.key)]
    levels = _levels(group)
    key = [_key_entry(systems[i], i) for i in drawn]
    key += [
        (value, f"{BASELINES[name]}: {QUALITY.format(value)}", _line(name))
        for name, value in levels.items()
    ]
    num_lines = sum(1 + name.count("\n") for _, name, _ in key)
    height = max(3.2, num_lines * LINE_HEIGHT + 0.9)
    widths = [1.0] * len(costs) + [1.05]
    figure = Figure(figsize=(3.3 * len(costs) + 3.2, height), layout="constrained")
    axes = figure.subplots(1, len(costs) + 1, width_ratios=widths)
    limits = _limits([v for i in drawn for v in systems[i].values(QUALITY.key)], levels)
    for place, (name, points) in zip(axes, costs, strict=False):
        _draw(place, name, points, levels)
        place.set_ylim(limits)
    axes[0].set_ylabel("ΔE2000 (mean over test images)", fontsize=8, color=INK)
    draw_key(axes[-1], key, limits, height - 0.7)
    return figure


def _points(systems: list[System], cost: Cost) -> dict[int, tuple[float, list[float]]]:
    """Of each system that has both: mean cost over the seeds, and the quality of each seed."""
    found = {}
    for index, system in enumerate(systems):
        costs = [value for value in map(cost, system.members) if value is not None]
        qualities = system.values(QUALITY.key)
        if costs and qualities:
            found[index] = (float(np.mean(costs)), qualities)
    return found


def _levels(group: ProtocolGroup) -> dict[str, float]:
    """The baselines on which all runs agree, as horizontal lines."""
    found = {}
    for method, entry, where in group.baselines():
        value = entry.value(QUALITY.key, method)
        if method in _FAIR and not where and is_drawable(value):
            found[method] = value
    return found


def _key_entry(system: System, index: int) -> tuple[float, str, dict]:
    values = system.values(QUALITY.key)
    text = f"{system.title}: {QUALITY.format(float(np.mean(values)))}"
    style = {**marker_style(index), "ms": 6, "linestyle": "none"}
    return float(np.mean(values)), "\n".join(wrap_name(text, _KEY_WIDTH)), style


def _line(method: str) -> dict:
    return {"color": INK, "linestyle": BASELINE_DASHES[method], "lw": 1.1}


def _limits(values: list[float], levels: dict[str, float]) -> tuple[float, float]:
    everything = [*values, *levels.values()]
    margin = 0.08 * (max(everything) - min(everything) or 1.0)
    return min(everything) - margin, max(everything) + margin


def _draw(
    axes: Axes,
    name: str,
    points: dict[int, tuple[float, list[float]]],
    levels: dict[str, float],
) -> None:
    if name == HOURS and max(x for x, _ in points.values()) < _LEAST_HOURS:
        name = "training time (minutes)"
        points = {index: (60 * x, values) for index, (x, values) in points.items()}
    prepare_axes(axes, QUALITY.heading, name)
    for index, (x, values) in points.items():
        mean = float(np.mean(values))
        reach = [[mean - min(values)], [max(values) - mean]] if len(values) > 1 else None
        style = marker_style(index)
        axes.errorbar(x, mean, yerr=reach, ms=7, capsize=3, lw=1.2, mec="white", **style)
    for method, value in levels.items():
        axes.axhline(value, label=method, zorder=1, **_line(method))
    costs = [x for x, _ in points.values()]
    low, high = min(costs), max(costs)
    if high > _LOG_FROM * low:
        axes.set_xscale("log")
        room = (high / low) ** 0.12
        axes.set_xlim(low / room, high * room)
        subs = (1.0,) if high > _WHOLE_POWERS_FROM * low else (1.0, 2.0, 5.0)
        axes.xaxis.set_major_locator(LogLocator(subs=subs))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xlim(0, high * 1.12)
        axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: thousands(value))
