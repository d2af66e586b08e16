"""Say a comparison in words and tables: one table per protocol, baselines first.

Takes the groups of comparison.py; gives the blocks of comparison.md.
"""

import math
import re
import statistics

from colorkeras.metrics.definitions import DIVERSITY, DIVERSITY_SAMPLES
from colorkeras.report.comparison import (
    BASELINES,
    SHOWN_METRICS,
    Comparison,
    Entry,
    Metric,
    ProtocolGroup,
    differing_fields,
)
from colorkeras.report.document import Block, Command, Figure, Heading, Paragraph, Table
from colorkeras.report.stored_runs import StoredRun, Value

MISSING = "-"
MOST_COLUMNS = 4  # protocols side by side; more become rows
FIELD_WORDS = {
    "split": "split",
    "data": "data (hash of its list of images)",
    "num_images": "images",
    "height": "height (px)",
    "width": "width (px)",
    "resize": "how images are brought to size",
    "kernel": "resampling kernel",
    "gamut": "colors outside sRGB",
    "quantize": "compared as",
    "chroma": "chroma measured in",
    "threshold": "threshold error counts pixels off by at least",
    "aggregation": "aggregation",
    "metrics_version": "version of the metrics",
    "format": "version of this description",
}


def report_blocks(comparison: Comparison) -> list[Block]:
    """The report but for its appendix: how it was measured, the tables, the runs."""
    groups = comparison.groups
    num_runs, num_groups = len(comparison.entries), len(groups)
    blocks: list[Block] = [
        Heading(f"Comparison of {_count(num_runs, 'run')}", 1),
        *_protocol_blocks(groups),
    ]
    for group in groups:
        title = f"Results under protocol {group.hash}" if num_groups > 1 else "Results"
        blocks += [Heading(title), metric_table(group), *map(Paragraph, _remarks(group))]
    blocks += [Heading("Runs"), runs_table(comparison)]
    reported = reported_table(comparison)
    if reported.rows:
        words = "The papers' numbers come from other images: not the same protocol as ours."
        blocks += [Heading("Reported by the papers"), Paragraph(words), reported]
    if comparison.skipped:
        rows = [[label, reason] for label, reason in comparison.skipped]
        blocks += [Heading("Runs left out"), Table(["Run", "Why"], rows, num_text=2)]
    return blocks


def appendix_blocks(images: list[Figure], command: str) -> list[Block]:
    """What only the file needs: the images beside it and the command that makes it."""
    shown = [Heading("Images"), *images] if images else []
    return [*shown, Heading("Made by"), Command(command)]


def metric_table(group: ProtocolGroup) -> Table:
    """One protocol's table: baselines, then runs, each set of seeds followed by its mean."""
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
    """The entries in their order, but seeds of one configuration follow the best of them."""
    ordered: list[Entry] = []
    for entry in entries:
        mates = next((seeds for seeds in seed_groups if entry in seeds), [entry])
        ordered += [mate for mate in mates if mate not in ordered]
    return ordered


_SEED = re.compile(r",seed=\d+$")


def _mean_row(seeds: list[Entry]) -> list[str]:
    run = seeds[0].run
    num_seeds = len({str(entry.run.get("seed")) for entry in seeds})
    number = f"{len(seeds)} seeds"
    if num_seeds < len(seeds):
        number = f"{len(seeds)} runs with {num_seeds} seeds"
    cells_of_sweep = {_SEED.sub("", entry.label) for entry in seeds}
    name = f"{run.experiment}, {run.get('preset')}"
    if len(cells_of_sweep) == 1:  # the cells of a sweep say themselves what they are
        name = cells_of_sweep.pop()
    name += f": mean ± sd over {number}"
    cells = [_mean_cell([entry.value(m.key) for entry in seeds], m.decimals) for m in SHOWN_METRICS]
    over_grey = _mean_cell([entry.over_grey() for entry in seeds], 2, sign="+")
    return [name, cells[0], over_grey, *cells[1:]]


def _mean_cell(values: list[float | None], decimals: int, sign: str = "") -> str:
    """Mean ± sample standard deviation (divisor n - 1); no mean hides a missing seed."""
    if None in values:
        return MISSING
    if not all(map(math.isfinite, values)):
        return "not finite"
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    return f"{mean:{sign}.{decimals}f} ± {spread:.{decimals}f}"


def _best_cells(rows: list[list[str]], runs: dict[int, Entry]) -> set[tuple[int, int]]:
    """The best run's cell of every column; runs equal at the shown precision share it."""
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


def _remarks(group: ProtocolGroup) -> list[str]:
    """What the table must not leave unsaid, in words."""
    known = {e.label: e.over_grey() for e in group.entries if e.over_grey() is not None}
    below = [label for label, gain in known.items() if gain <= 0]
    broken = [label for label, gain in known.items() if math.isnan(gain)]
    ungreyed = [e.label for e in group.entries if e.label not in known]
    unfinished = [e.label for e in group.entries if not e.finished]
    diverse = [
        f"{entry.label} {entry.value(DIVERSITY):.2f}"
        for entry in group.entries
        if entry.value(DIVERSITY) is not None
    ]
    told = [
        (below, "Not better than the grey image in PSNR: {}."),
        (broken, "PSNR is not a number: {}."),
        (ungreyed, "No PSNR over grey, because one of the two was not measured: {}."),
        (diverse, f"Diversity, mean ab distance between {DIVERSITY_SAMPLES} samples: {{}}."),
        (unfinished, "Not finished, shown with the newest evaluation and never the best: {}."),
    ]
    remarks = [text.format(", ".join(labels)) for labels, text in told if labels]
    if group.seed_groups():
        remarks.append("sd is the sample standard deviation over seeds (divisor n - 1).")
    if sum(entry.finished for entry in group.entries) > 1:
        remarks.append("Bold (a star in the terminal): the best run of the column.")
    return remarks


def _protocol_blocks(groups: list[ProtocolGroup]) -> list[Block]:
    keys = dict.fromkeys(key for group in groups for key in group.fields)
    keys = sorted(keys, key=lambda key: [*FIELD_WORDS, key].index(key))
    tables = _protocol_columns(groups, keys)
    if len(groups) > MOST_COLUMNS:
        tables = _protocol_rows(groups, keys)
    blocks: list[Block] = [Heading("How it was measured"), *tables]
    if len(groups) > 1:
        blocks.append(Paragraph(_difference(groups)))
    unrecorded = [group.hash for group in groups if not group.fields]
    if unrecorded:
        names = ", ".join(unrecorded)
        blocks.append(Paragraph(f"Only the hash of this protocol was recorded: {names}."))
    return blocks


def _protocol_columns(groups: list[ProtocolGroup], keys: list[str]) -> list[Table]:
    """A column for each protocol, and all there is to say of it."""
    columns = ["Protocol", *(group.hash for group in groups)]
    rows = [
        [FIELD_WORDS.get(key, key), *(_field(group.fields.get(key)) for group in groups)]
        for key in keys
    ]
    rows.append(["runs", *(str(len(group.entries)) for group in groups)])
    return [Table(columns, rows, num_text=99)]


def _protocol_rows(groups: list[ProtocolGroup], keys: list[str]) -> list[Table]:
    """A row for each protocol with what differs, after a table of what they share."""
    differing = differing_fields(groups)
    shared = [
        [FIELD_WORDS.get(key, key), _field(groups[0].fields.get(key))]
        for key in keys
        if key not in differing
    ]
    rows = [
        [group.hash, *(_field(group.fields.get(key)) for key in differing), str(len(group.entries))]
        for group in groups
    ]
    columns = ["Protocol", *(FIELD_WORDS.get(key, key) for key in differing), "runs"]
    return [
        Table(["All protocols", ""], shared, num_text=99),
        Table(columns, rows, num_text=99),
    ]


def _difference(groups: list[ProtocolGroup]) -> str:
    text = f"{len(groups)} protocols: numbers from different tables cannot be compared."
    if len(groups) > MOST_COLUMNS:
        return text
    fields = []
    for key in differing_fields(groups):
        values = dict.fromkeys(_field(group.fields.get(key)) for group in groups if group.fields)
        fields.append(f"{key}: {' against '.join(values)}")
    return f"{text} They differ in {'; '.join(fields)}." if fields else text


def _field(value: Value) -> str:
    """A protocol value; of a long hash, the start."""
    if value is None:
        return MISSING
    text = str(value)
    return text if len(text) < 64 or " " in text else f"{text[:12]}…"


def runs_table(comparison: Comparison) -> Table:
    """What each run was and what it cost."""
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
    """The parameters of each network; its name only where there are several."""
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
    """The papers' own numbers beside the range of ours, per protocol."""
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
    columns = ["Experiment", "metric", "paper", "where", "ours", "our protocol"]
    return Table(columns, cells, num_text=6)


def _range(key: str, values: list[float]) -> str:
    metric = next((m for m in SHOWN_METRICS if m.key == key), Metric(key, key, 0.0, 4))
    if not values:
        return "not measured"
    low, high = metric.format(min(values)), metric.format(max(values))
    return low if low == high else f"{low} to {high} ({len(values)} runs)"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
