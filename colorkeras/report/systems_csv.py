"""The rows of the tables as CSV: a line for each protocol, system and metric."""

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from colorkeras.console.safe_text import csv_cell
from colorkeras.report.measured_systems import MeasuredSystem
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.reported import reported_values
from colorkeras.report.run_tables import hours, images_seen, parameters_total
from colorkeras.report.stored_runs import Value

COLUMNS = (
    *("protocol", "data", "num_images", "kind", "system", "experiment", "seeds", "method"),
    *("metric", "mean", "low", "high", "best_rank", "worst_rank"),
    *("parameters", "images_seen", "hours", "source"),
)
BASELINE, SYSTEM, REPORTED = "baseline", "system", "reported"


def systems_csv(results: Sequence[ProtocolResults]) -> str:
    """All systems, baselines and reported numbers; blank is missing, never zero."""
    lines = [line for found in results for line in _lines(found)]
    cells = [{key: _cell(line.get(key)) for key in COLUMNS} for line in lines]
    table = pd.DataFrame(cells, columns=list(COLUMNS), dtype=object)
    return table.to_csv(index=False, na_rep="nan", lineterminator="\n")


def _lines(results: ProtocolResults) -> Iterator[dict[str, Value]]:
    group = results.group
    common = {
        "protocol": group.hash,
        "data": group.fields.get("data"),
        "num_images": group.fields.get("num_images"),
    }
    for kind, systems in ((BASELINE, results.baselines), (SYSTEM, results.systems)):
        for system in systems:
            for line in _of_system(results, system):
                yield {**common, "kind": kind, **line}
    for reported in reported_values(group):
        yield {
            "protocol": group.hash,
            "kind": REPORTED,
            "experiment": reported.experiment,
            "metric": reported.metric,
            "mean": reported.value,
            "source": reported.source,
        }


def _of_system(results: ProtocolResults, system: MeasuredSystem) -> Iterator[dict[str, Value]]:
    runs = [entry.training or entry.run for entry in system.entries]
    is_model = system in results.systems
    costs: dict[str, Value] = {
        "parameters": _mean(map(parameters_total, runs)),
        "images_seen": _mean(map(images_seen, runs)),
        "hours": _mean(map(hours, runs)),
    }
    for metric in results.metrics:
        estimate = results.estimate(system, metric)
        if estimate is None:
            continue
        ranking = results.rankings.get(metric.key)
        place = ranking.of(system) if ranking else None
        yield {
            "system": system.label,
            "experiment": system.entries[0].run.experiment if is_model else None,
            "seeds": " ".join(system.seeds) if is_model else None,
            "method": system.method,
            "metric": metric.key,
            "mean": estimate.mean,
            "low": estimate.low,
            "high": estimate.high,
            "best_rank": place.best if place else None,
            "worst_rank": place.worst if place else None,
            **(costs if is_model else {}),
        }


def _mean(values: Iterable[float | None]) -> float | None:
    found = list(values)
    known = [value for value in found if value is not None]
    return sum(known) / len(known) if known and len(known) == len(found) else None


def _cell(value: Value) -> Value:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else csv_cell(value)
