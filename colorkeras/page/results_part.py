"""The table of one protocol, to sort and to filter, with what each system cost."""

import math

from colorkeras.page.parts import plain_table, text
from colorkeras.report.document import MISSING
from colorkeras.report.measured_systems import GREY, Estimate, MeasuredSystem
from colorkeras.report.protocol_results import OVER_GREY_METRIC, ProtocolResults
from colorkeras.report.run_tables import cost_table
from colorkeras.report.shown_metrics import Metric

_FEW = 8  # rows from which on a field to search helps


def results_part(results: ProtocolResults, number: int) -> str:
    """The section of one protocol.

    Args:
        results: of the protocol.
        number: of the section, for its names.
    """
    table = f"table{number}"
    count = len(results.systems) + len(results.baselines)
    return (
        f"{_finder(table) if count >= _FEW else ''}{_table(results, table)}"
        f"<details><summary>What each system cost</summary>{plain_table(cost_table([results]))}"
        "</details>"
    )


def _finder(table: str) -> str:
    return (
        f'<div class="tools"><label>Show only <input type="search" data-told="{table}-told" '
        f'data-filter="#{table} tbody tr"></label> <output id="{table}-told"></output></div>'
    )


def _table(results: ProtocolResults, identity: str) -> str:
    metrics = results.metrics
    head = _heading("System", "") + _heading("seeds", "high")
    head += "".join(_heading(m.heading, "high" if math.isinf(m.target) else "low") for m in metrics)
    rows = [_row(results, system, True) for system in results.baselines]
    rows += [_row(results, system, False) for system in results.systems]
    caption = results.caption("Mean and 95 % interval; rank by paired comparisons")
    return (
        f'<div class="scroll" tabindex="0"><table class="sortable" id="{identity}"><caption>'
        f"{text(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
        "</table></div>"
    )


def _heading(title: str, best: str) -> str:
    data = f' data-best="{best}"' if best else ""
    return f'<th scope="col"{data}><button type="button">{text(title)}</button></th>'


def _row(results: ProtocolResults, system: MeasuredSystem, is_baseline: bool) -> str:
    kind = ' class="baseline"' if is_baseline else ""
    seeds = 0 if is_baseline else max(1, len(system.seeds))
    cells = [
        f'<td data-value="{text(system.label)}">{text(system.label)}</td>',
        f'<td data-value="{seeds or ""}">{seeds or MISSING}</td>',
    ]
    for metric in results.metrics:
        over_itself = metric is OVER_GREY_METRIC and system.method == GREY
        estimate = None if over_itself else results.estimate(system, metric)
        ranking = None if is_baseline else results.rankings.get(metric.key)
        place = ranking.of(system) if ranking else None
        cells.append(_cell(estimate, metric, place.text if place else ""))
    return f"<tr{kind}>{''.join(cells)}</tr>"


def _cell(estimate: Estimate | None, metric: Metric, rank: str) -> str:
    if estimate is None:
        return f'<td data-value="">{MISSING}</td>'
    value = "" if math.isnan(estimate.mean) else f"{estimate.mean:.9g}"
    shown = metric.format(estimate.mean)
    details = []
    if estimate.low is not None and estimate.high is not None:
        details.append(f"[{metric.format(estimate.low)}, {metric.format(estimate.high)}]")
    if rank:
        details.append(f"rank {rank}")
    first = rank.partition("–")[0] == "1"
    small = f"<small>{text(' · '.join(details))}</small>" if details else ""
    return f'<td data-value="{value}">{f"<b>{shown}</b>" if first else shown}{small}</td>'
