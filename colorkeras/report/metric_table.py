"""The tables of one protocol: means with 95 % intervals, and ranks with ties."""

import math

from colorkeras.report.document import MISSING, Table
from colorkeras.report.measured_systems import GREY, Estimate, MeasuredSystem
from colorkeras.report.protocol_results import OVER_GREY_METRIC, ProtocolResults
from colorkeras.report.reported import reported_rows
from colorkeras.report.shown_metrics import Metric

NUM_FIRST = 2  # columns before the metrics: system, seeds


def metric_table(results: ProtocolResults) -> Table:
    """Baselines, then systems, one row for all seeds of one; then what the papers report.

    Bold are the systems that are not told apart from the best by a metric; see `ranks`. Reported
    values have no rank.
    """
    metrics = results.metrics
    rows = [_row(results, system) for system in results.baselines]
    first = len(rows)
    rows += [_row(results, system) for system in results.systems]
    bold = {
        (place, column)
        for column, metric in enumerate(metrics, NUM_FIRST)
        for place, system in enumerate(results.systems, first)
        if _is_among_best(results, system, metric)
    }
    reported = reported_rows(results.group, metrics)
    headings = [
        metric.title if metric is OVER_GREY_METRIC else metric.heading for metric in metrics
    ]
    return Table(
        ["System", "seed", *headings],
        rows + reported,
        bold,
        pale=set(range(len(rows), len(rows) + len(reported))),
        caption=results.caption("Mean and 95 % interval"),
    )


def rank_table(results: ProtocolResults) -> Table | None:
    """The rank of each system by each metric; None where fewer than two can be compared."""
    rankings = list(results.rankings.values())
    if not rankings:
        return None
    rows = []
    for system in results.systems:
        places = [ranking.of(system) for ranking in rankings]
        if any(places):
            texts = [place.text if place else MISSING for place in places]
            rows.append([system.label, *texts])
    headings = [ranking.metric.heading for ranking in rankings]
    bold = {
        (i, j) for i, row in enumerate(rows) for j, text in enumerate(row) if j and _is_first(text)
    }
    caption = results.caption("Ranks; a range where systems are not told apart")
    return Table(["System", *headings], rows, bold, caption=caption)


def _is_first(text: str) -> bool:
    return text.partition("–")[0] == "1"


def _is_among_best(results: ProtocolResults, system: MeasuredSystem, metric: Metric) -> bool:
    ranking = results.rankings.get(metric.key)
    place = ranking.of(system) if ranking else None
    return place is not None and place.best == 1


def _row(results: ProtocolResults, system: MeasuredSystem) -> list[str]:
    cells = [
        MISSING
        if metric is OVER_GREY_METRIC and system.method == GREY
        else value_cell(results.estimate(system, metric), metric)
        for metric in results.metrics
    ]
    seeds = ", ".join(system.seeds) if system in results.systems else ""
    return [system.label, seeds or MISSING, *cells]


def value_cell(estimate: Estimate | None, metric: Metric) -> str:
    """ "21.35 [21.10, 21.60]"; without an interval where single images are not known."""
    if estimate is None:
        return MISSING
    sign = "+" if metric is OVER_GREY_METRIC else ""

    def text(value: float) -> str:
        return f"{value:{sign}.{metric.decimals}f}"

    if estimate.low is None or estimate.high is None or not math.isfinite(estimate.mean):
        return text(estimate.mean)
    return f"{text(estimate.mean)} [{text(estimate.low)}, {text(estimate.high)}]"
