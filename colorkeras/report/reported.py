"""The numbers that the papers report, beside ours and never ranked with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from colorkeras.report.comparison import Comparison, ProtocolGroup
from colorkeras.report.document import MISSING, Table
from colorkeras.report.shown_metrics import SHOWN_METRICS, Metric
from colorkeras.report.stored_runs import Value


@dataclass(frozen=True)
class Reported:
    """One number of a paper.

    Attributes:
        experiment: that reproduces it.
        metric: its name; maybe none of ours.
        value: as the configuration has it.
        source: where the paper has it.
    """

    experiment: str
    metric: str
    value: Value
    source: str


def reported_values(group: ProtocolGroup) -> list[Reported]:
    """The numbers that the finished runs of a protocol record, each once, sorted."""
    found = set()
    for entry in (entry for entry in group.entries if entry.finished):
        for key, record in entry.run.section("reported").items():
            value = record.get("value") if isinstance(record, dict) else None
            if isinstance(value, str | int | float):
                source = str(record.get("source") or MISSING)
                found.add(Reported(entry.run.experiment, key, value, source))
    return sorted(found, key=lambda r: (r.experiment, r.metric, str(r.value), r.source))


def reported_rows(group: ProtocolGroup, metrics: Sequence[Metric]) -> list[list[str]]:
    """Rows for the end of a table: one for each source, with its values of the table's metrics."""
    keys = [metric.key for metric in metrics]
    by_source: dict[str, dict[str, Value]] = {}
    for reported in reported_values(group):
        if reported.metric in keys and isinstance(reported.value, int | float):
            by_source.setdefault(reported.source, {})[reported.metric] = reported.value
    return [
        [f"reported: {source}", MISSING, *(_plain(values.get(key)) for key in keys)]
        for source, values in by_source.items()
    ]


def reported_table(comparison: Comparison) -> Table:
    """The numbers of the papers beside the range of ours, per protocol."""
    rows = []
    for group in comparison.groups:
        for reported in reported_values(group):
            ours = [
                value
                for entry in group.entries
                if entry.finished and entry.run.experiment == reported.experiment
                if (value := entry.value(reported.metric)) is not None
            ]
            paper = [_plain(reported.value), reported.source]
            names = [reported.experiment, reported.metric]
            rows.append([*names, *paper, _range(reported.metric, ours), group.hash])
    columns = ["Experiment", "metric", "reported", "source", "ours", "our protocol"]
    return Table(columns, sorted(rows), num_text=6)


def _plain(value: Value) -> str:
    """A reported number as the paper has it: no decimals that it does not give."""
    return MISSING if value in (None, "") else str(value)


def _range(key: str, values: Sequence[float]) -> str:
    metric = next((m for m in SHOWN_METRICS if m.key == key), Metric(key, key, 0.0, 4))
    if not values:
        return "not measured"
    low, high = metric.format(min(values)), metric.format(max(values))
    return low if low == high else f"{low} to {high} ({len(values)} runs)"
