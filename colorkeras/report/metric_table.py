"""The table of one protocol: baselines, runs, and the mean over the seeds of a configuration."""

import math
import re
import statistics

from colorkeras.report.comparison import Entry, ProtocolGroup
from colorkeras.report.document import MISSING, Table
from colorkeras.report.shown_metrics import BASELINES, SHOWN_METRICS, Metric

_SEED = re.compile(r",seed=\d+$")


def metric_table(group: ProtocolGroup) -> Table:
    """The table of one protocol: baselines, then runs; the mean of several seeds follows them."""
    rows = []
    for method, entry, where in group.baselines():
        name = BASELINES.get(method, method)
        rows.append([f"{name}, {where}" if where else name, *_cells(entry, method)])
    seed_groups = group.seed_groups()
    placed: dict[int, Entry] = {}
    for entry in _seeds_together(group.entries, seed_groups):
        placed[len(rows)] = entry
        rows.append([entry.label, *_cells(entry, "model")])
        for seeds in seed_groups:
            if entry is seeds[-1]:
                rows.append(_mean_row(seeds))
    headings = [metric.heading for metric in SHOWN_METRICS]
    columns = ["Run", headings[0], "PSNR over grey (dB)", *headings[1:]]
    bold = _best_cells(rows, {i: e for i, e in placed.items() if e.finished})
    return Table(columns, rows, bold)


def _cells(entry: Entry, method: str) -> list[str]:
    cells = [metric.format(entry.value(metric.key, method)) for metric in SHOWN_METRICS]
    over = None if method == "grey" else entry.over_grey(method)
    return [cells[0], MISSING if over is None else f"{over:+.2f}", *cells[1:]]


def _seeds_together(entries: list[Entry], seed_groups: list[list[Entry]]) -> list[Entry]:
    """The entries in order, but the seeds of one configuration directly follow the best of them."""
    ordered: list[Entry] = []
    for entry in entries:
        mates = next((seeds for seeds in seed_groups if entry in seeds), [entry])
        ordered += [mate for mate in mates if mate not in ordered]
    return ordered


def _mean_row(seeds: list[Entry]) -> list[str]:
    run = seeds[0].run
    num_seeds = len({str(entry.run.get("seed")) for entry in seeds})
    number = f"{len(seeds)} seeds"
    if num_seeds < len(seeds):
        number = f"{len(seeds)} runs with {num_seeds} seeds"
    cells_of_sweep = {_SEED.sub("", entry.label) for entry in seeds}
    name = f"{run.experiment}, {run.get('preset')}"
    if len(cells_of_sweep) == 1:  # the names of a sweep's cells say what they are
        name = cells_of_sweep.pop()
    name += f": mean ± sd over {number}"
    cells = [_mean_cell([entry.value(m.key) for entry in seeds], m.decimals) for m in SHOWN_METRICS]
    over_grey = _mean_cell([entry.over_grey() for entry in seeds], 2, sign="+")
    return [name, cells[0], over_grey, *cells[1:]]


def _mean_cell(values: list[float | None], decimals: int, sign: str = "") -> str:
    """Mean ± sample standard deviation (divisor n - 1); no mean where a seed is missing."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return MISSING
    if not all(map(math.isfinite, known)):
        return "not finite"
    mean, spread = statistics.fmean(known), statistics.stdev(known)
    return f"{mean:{sign}.{decimals}f} ± {spread:.{decimals}f}"


def _best_cells(rows: list[list[str]], runs: dict[int, Entry]) -> set[tuple[int, int]]:
    """The best run's cell in each column; all of them where runs are equal as shown."""
    if len(runs) < 2:
        return set()
    best: set[tuple[int, int]] = set()
    columns = [1, *range(3, len(SHOWN_METRICS) + 2)]  # column 2 follows from PSNR
    for column, metric in zip(columns, SHOWN_METRICS, strict=True):
        distances = {row: _distance(metric, rows[row][column]) for row in runs}
        least = min(distances.values())
        if least < math.inf:
            best |= {(row, column) for row, distance in distances.items() if distance == least}
    return best


def _distance(metric: Metric, cell: str) -> float:
    if cell in (MISSING, "nan"):
        return math.inf
    return metric.distance(float(cell))
