"""Two tables: configuration and cost of each run, and the numbers that the papers report."""

from colorkeras.report.comparison import Comparison
from colorkeras.report.document import MISSING, Table
from colorkeras.report.shown_metrics import SHOWN_METRICS, Metric
from colorkeras.report.stored_runs import StoredRun, Value


def runs_table(comparison: Comparison) -> Table:
    """Configuration and cost of each run: time in s, memory in MB."""
    rows = []
    for entry in comparison.entries:
        run = entry.run
        row = [entry.label, _word(run.get("preset")), _word(run.training_data.get("source"))]
        row += [_number(run.get(key)) for key in ("seed", "epochs")]
        row += [_number(run.training_data.get("train")), _parameters(run)]
        row += [_number(run.get("images_per_second")), _number(run.get("seconds", "total"))]
        row += [_number(run.get("peak_memory_mb")), _word(run.get("precision", "used"))]
        rows.append([*row, _word(run.get("commit"))[:10]])
    columns = ["Run", "preset", "trained on", "seed", "epochs", "training images", "parameters"]
    columns += ["images/s", "time (s)", "memory (MB)", "precision", "commit"]
    return Table(columns, rows, num_text=3)


def _parameters(run: StoredRun) -> str:
    """The number of parameters of each network; with names where there are several networks."""
    counts = run.section("parameters")
    if len(counts) == 1:
        return _number(next(iter(counts.values())))
    return " + ".join(f"{name} {_number(n)}" for name, n in counts.items()) or MISSING


def _number(value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return MISSING
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _word(value: Value) -> str:
    return MISSING if value in (None, "") else str(value)


def reported_table(comparison: Comparison) -> Table:
    """The numbers of the papers beside the range of ours, per protocol."""
    rows: dict[tuple[str, ...], list[float]] = {}
    for group in comparison.groups:
        for entry in (entry for entry in group.entries if entry.finished):
            for key, record in entry.run.section("reported").items():
                if not isinstance(record, dict):
                    continue
                paper = (_word(record.get("value")), _word(record.get("source")))
                ours = rows.setdefault((entry.run.experiment, key, *paper, group.hash), [])
                value = entry.value(key)
                ours += [] if value is None else [value]
    cells = [[*key[:4], _range(key[1], values), key[4]] for key, values in sorted(rows.items())]
    columns = ["Experiment", "metric", "reported", "source", "ours", "our protocol"]
    return Table(columns, cells, num_text=6)


def _range(key: str, values: list[float]) -> str:
    metric = next((m for m in SHOWN_METRICS if m.key == key), Metric(key, key, 0.0, 4))
    if not values:
        return "not measured"
    low, high = metric.format(min(values)), metric.format(max(values))
    return low if low == high else f"{low} to {high} ({len(values)} runs)"
