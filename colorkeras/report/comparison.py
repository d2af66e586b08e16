"""Choose each run's final evaluation and group the evaluations by protocol.

The tables and plots show these groups. Numbers measured under different protocols never share one.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from colorkeras.config.toml import read_toml
from colorkeras.console.errors import UserError
from colorkeras.metrics.definitions import METRICS
from colorkeras.report.shown_metrics import BASELINES
from colorkeras.report.stored_runs import Row, StoredRun, Value, find_runs


@dataclass(eq=False)
class Entry:
    """One run's evaluation: a row of eval.csv per method, all under one protocol."""

    run: StoredRun
    protocol: str
    split: str
    rows: dict[str, Row]
    finished: bool

    def value(self, metric: str, method: str = "model") -> float | None:
        """A metric of one method; None where it is missing."""
        found = self.rows.get(method, {}).get(metric)
        return found if isinstance(found, int | float) else None

    def over_grey(self, method: str = "model") -> float | None:
        """PSNR of a method minus that of the grey image, in dB; None where either is missing."""
        value, grey = self.value("psnr", method), self.value("psnr", "grey")
        return None if value is None or grey is None else value - grey

    @property
    def label(self) -> str:
        """The run's label, with its status where it did not finish."""
        return self.run.label if self.finished else f"{self.run.label} ({self.run.status})"


@dataclass
class ProtocolGroup:
    """The evaluations under one protocol, sorted by experiment, then best PSNR first.

    Attributes:
        hash: of the protocol.
        fields: of the protocol; empty where no run recorded them.
        entries: the evaluations.
    """

    hash: str
    fields: dict
    entries: list[Entry]

    def baselines(self) -> list[tuple[str, Entry, str]]:
        """The baselines to list, as (method, an entry that measured it, how it differs).

        A baseline on which all runs agree is listed once, with an empty last item. Mean chroma
        depends on the training images, so each training set has its own row.
        """
        found = []
        measured = {method for entry in self.entries for method in entry.rows} - {"model"}
        order = [method for method in BASELINES if method in measured]
        for method in order + sorted(measured - set(order)):
            distinct: list[Entry] = []
            for entry in self.entries:
                known = any(_same_values(entry, other, method) for other in distinct)
                if method in entry.rows and not known:
                    distinct.append(entry)
            found += [(method, entry, where) for entry, where in _distinguish(distinct)]
        return found

    def seed_groups(self) -> list[list[Entry]]:
        """The finished entries that differ only in the seed, where there are several."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.finished:
                groups.setdefault(identity_without_seed(entry.run), []).append(entry)
        return [g for g in groups.values() if len({str(e.run.get("seed")) for e in g}) > 1]


@dataclass
class Comparison:
    """All that is compared, and the runs that are left out, with the reason."""

    groups: list[ProtocolGroup]
    skipped: list[tuple[str, str]]

    @property
    def entries(self) -> list[Entry]:
        """The entries of all groups."""
        return [entry for group in self.groups for entry in group.entries]


def compare_runs(root: Path, skip: Path | None = None, unfinished: bool = False) -> Comparison:
    """Find the runs below `root` and group their final evaluations by protocol.

    Args:
        root: the results folder.
        skip: a folder that is not searched.
        unfinished: use the newest evaluation of unfinished runs too.
    """
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    for run in find_runs(root, skip):
        entry = _final_evaluation(run, unfinished)
        if isinstance(entry, Entry):
            entries.append(entry)
        else:
            skipped.append((run.label, entry))
    return Comparison(group_by_protocol(entries), skipped)


def _final_evaluation(run: StoredRun, unfinished: bool) -> Entry | str:
    """The evaluation to compare, or the reason why there is none."""
    if run.problem:
        return run.problem
    finished = run.status == "finished"
    if not finished and not unfinished:
        return run.status
    split = run.get("protocol", "split") or "test"
    rows = [row for row in run.eval_rows if row.get("split") == split or not finished]
    model_rows = [row for row in rows if row["method"] == "model"]
    if not model_rows:
        return f"{run.status}, but eval.csv has no {split} row of the model"
    last = model_rows[-1]
    if not last.get("protocol"):
        return f"{run.status}, but eval.csv does not name the protocol"
    # Baselines need no training, so their rows may come from an earlier step than the model's.
    same = [row for row in rows if _conditions(row) == _conditions(last)]
    by_method = {str(row["method"]): row for row in same} | {"model": last}
    return Entry(run, str(last["protocol"]), str(last.get("split")), by_method, finished)


def _conditions(row: Row) -> tuple[Value, Value]:
    return row.get("protocol"), row.get("split")


def group_by_protocol(entries: Iterable[Entry]) -> list[ProtocolGroup]:
    """Group evaluations by protocol hash, the group with most runs first."""
    groups: dict[str, ProtocolGroup] = {}
    for entry in entries:
        group = groups.setdefault(entry.protocol, ProtocolGroup(entry.protocol, {}, []))
        group.entries.append(entry)
        recorded = entry.run.section("protocol")
        # run.json describes the final test; a validation row carries another hash.
        if recorded.get("hash") == entry.protocol and not group.fields:
            group.fields = {key: value for key, value in recorded.items() if key != "hash"}
    for group in groups.values():
        group.entries.sort(key=_best_psnr_first)
    return sorted(groups.values(), key=lambda group: (-len(group.entries), group.hash))


def _best_psnr_first(entry: Entry) -> tuple[str, float, str]:
    psnr = entry.value("psnr")
    rank = math.inf if psnr is None or math.isnan(psnr) else -psnr
    return entry.run.experiment, rank, entry.run.label


def differing_fields(groups: list[ProtocolGroup]) -> list[str]:
    """The protocol fields on which recorded groups disagree, in the order of the record."""
    recorded = [group.fields for group in groups if group.fields]
    keys = dict.fromkeys(key for fields in recorded for key in fields)
    return [key for key in keys if any(f.get(key) != recorded[0].get(key) for f in recorded)]


def _same_values(one: Entry, other: Entry, method: str) -> bool:
    """Whether two runs measured a baseline alike, but for the arithmetic of their devices."""
    for metric in METRICS:
        a, b = one.value(metric, method), other.value(metric, method)
        if a is None or b is None:
            continue
        if not (math.isclose(a, b, rel_tol=1e-4) or (math.isnan(a) and math.isnan(b))):
            return False
    return True


def _distinguish(entries: list[Entry]) -> list[tuple[Entry, str]]:
    """Name what makes baselines differ: the training set, or else the run."""
    if len(entries) < 2:
        return [(entry, "") for entry in entries]
    names = [_training_set(entry.run) for entry in entries]
    if len(set(names)) < len(names):
        names = [f"measured by {entry.run.label}" for entry in entries]
    return list(zip(entries, names, strict=True))


def _training_set(run: StoredRun) -> str:
    data = run.training_data
    manifest = str(data.get("manifest") or "unknown")[:8]
    size = f"{data.get('train', '?')} images"
    return f"training set {data.get('source', 'unknown')}, {size}, {manifest}"


def identity_without_seed(run: StoredRun) -> str:
    """A text that is equal for runs which differ only in the seed."""
    try:
        config = read_toml(run.folder / "config.toml")
    except UserError:
        return str(run.folder)
    # data.seed stays, as it gives other images. The folder of the experiment changes nothing.
    for table, key in (("train", "seed"), ("experiment", "folder")):
        if isinstance(config.get(table), dict):
            config[table].pop(key, None)
    return json.dumps([run.experiment, run.get("preset"), config], sort_keys=True, default=str)
