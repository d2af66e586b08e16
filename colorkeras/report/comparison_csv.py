"""The comparison as CSV: every metric at full precision, for other programs."""

import pandas as pd

from colorkeras.console.safe_text import csv_cell
from colorkeras.metrics.definitions import DIVERSITY, METRICS
from colorkeras.report.comparison import Comparison, Entry
from colorkeras.report.stored_runs import Row, Value


def comparison_csv(comparison: Comparison) -> str:
    """One line per run and method; blank is missing, never zero."""
    lines = [
        _line(entry, method, row)
        for entry in comparison.entries
        for method, row in entry.rows.items()
    ]
    # As objects, missing values blank: pandas does not tell missing from nan.
    table = pd.DataFrame(
        [{key: _cell(value) for key, value in line.items()} for line in lines],
        dtype=object,
    )
    return table.to_csv(index=False, na_rep="nan", lineterminator="\n")


def _cell(value: Value) -> Value:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else csv_cell(value)


def _line(entry: Entry, method: str, row: Row) -> dict[str, Value]:
    run = entry.run
    counts = [count for count in run.section("parameters").values() if isinstance(count, int)]
    return {
        "protocol": entry.protocol,
        "experiment": run.experiment,
        "preset": run.get("preset"),
        "run": run.name,
        "label": entry.label,
        "status": run.status,
        "seed": run.get("seed"),
        "method": method,
        "data": run.get("data", "source"),
        "split": entry.split,
        "step": row.get("step"),
        "num_images": _num_images(entry),
        **{metric: row.get(metric) for metric in (*METRICS, DIVERSITY)},
        "parameters": sum(counts) if counts else None,
        "images_per_second": run.get("images_per_second"),
        "precision": run.get("precision", "used"),
        "commit": run.get("commit"),
    }


def _num_images(entry: Entry) -> Value:
    """How many images were measured; run.json describes the protocol of the final test only."""
    if entry.run.get("protocol", "hash") == entry.protocol:
        return entry.run.get("protocol", "num_images")
    return entry.run.get("data", entry.split)
