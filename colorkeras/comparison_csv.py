"""The comparison as CSV: every metric at full precision, for other programs to read."""

import csv
import io

from colorkeras.comparison import ALL_METRICS, Comparison, Entry
from colorkeras.stored_runs import Row, Value


def comparison_csv(comparison: Comparison) -> str:
    """One line per run and method; blank is missing, never zero."""
    lines = [
        _line(entry, method, row)
        for entry in comparison.entries
        for method, row in entry.rows.items()
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _line(entry: Entry, method: str, row: Row) -> dict[str, Value]:
    run = entry.run
    counts = [count for count in run.section("parameters").values() if isinstance(count, int)]
    return {
        "protocol": entry.protocol,
        "experiment": run.experiment,
        "preset": run.get("preset"),
        "run": run.name,
        "status": run.status,
        "seed": run.get("seed"),
        "method": method,
        "data": run.get("data", "source"),
        "split": entry.split,
        "step": row.get("step"),
        "num_images": _num_images(entry),
        **{metric: row.get(metric) for metric in ALL_METRICS},
        "parameters": sum(counts) if counts else None,
        "images_per_second": run.get("images_per_second"),
        "precision": run.get("precision", "used"),
        "commit": run.get("commit"),
    }


def _num_images(entry: Entry) -> Value:
    """How many pictures were measured; run.json describes the protocol of the final test only."""
    if entry.run.get("protocol", "hash") == entry.protocol:
        return entry.run.get("protocol", "num_images")
    return entry.run.get("data", entry.split)
