"""Choose each run's final evaluation and group the evaluations by protocol.

The tables and plots show these groups. Numbers measured under different protocols never share one.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from colorkeras.metrics.definitions import METRICS
from colorkeras.report.configurations import configurations, trainings
from colorkeras.report.image_values import ImageTable, image_table
from colorkeras.report.labels import SEPARATOR, label_configurations, label_seeds
from colorkeras.report.shown_metrics import BASELINES, SHOWN_METRICS
from colorkeras.report.stored_runs import SUBMISSION, Row, StoredRun, Value, find_runs
from colorkeras.report.submissions import check_submission


@dataclass(eq=False)
class Entry:
    """One run's evaluation: a row of eval.csv per method, all under one protocol.

    Attributes:
        run: that was evaluated.
        protocol: its hash.
        split: of the images.
        rows: the metrics by method.
        finished: whether the run is finished.
        configuration: equal for runs that differ in the seed only.
        name: of the configuration, in tables and plots.
        seed: what tells the run from others of its configuration; empty where there are none.
        training: the run that trained the model, where it is known.
    """

    run: StoredRun
    protocol: str
    split: str
    rows: dict[str, Row]
    finished: bool
    configuration: str = ""
    name: str = ""
    seed: str = ""
    training: StoredRun | None = None

    @cached_property
    def images(self) -> ImageTable:
        """The values of single images."""
        return image_table(self.run, self.rows, [metric.key for metric in SHOWN_METRICS])

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
        """The run's name for tables and plots, with its seed where others differ in it alone."""
        name = self.name or self.run.label
        return self.marked(f"{name}{SEPARATOR}{self.seed}" if self.seed else name)

    def marked(self, name: str) -> str:
        """A name, with what a reader has to know of the run: that it is no run of ours, say."""
        marks = ["submitted"] if self.run.get("kind") == SUBMISSION else []
        marks += [] if self.finished else [self.run.status]
        return f"{name} ({', '.join(marks)})" if marks else name


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

    def configurations(self) -> list[list[Entry]]:
        """The entries of each configuration, in the order of the best; an unfinished one alone."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            key = entry.configuration if entry.finished else str(entry.run.folder)
            found.setdefault(key or str(entry.run.folder), []).append(entry)
        return list(found.values())


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
    runs = find_runs(root, skip)
    of_run, trained = configurations(runs), trainings(runs)
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    known: dict[str, Entry] = {}
    for run in runs:
        entry = _final_evaluation(run, unfinished)
        if isinstance(entry, Entry):
            first = known.setdefault(_content(entry), entry)
            if first is entry:
                entry.configuration, entry.training = of_run[run], trained.get(run)
                entries.append(entry)
                continue
            entry = f"a copy of {first.run.folder}"
        skipped.append((run.label, entry))
    _name(entries)
    return Comparison(group_by_protocol(entries), skipped)


def _content(entry: Entry) -> str:
    """Equal for a run and a copy of its folder, which must not count as a second one."""
    return json.dumps([entry.run.info, list(entry.rows.items())], sort_keys=True, default=str)


def _name(entries: Sequence[Entry]) -> None:
    """Give the entries their names, and seeds to those that differ in nothing else."""
    systems: dict[str, list[Entry]] = {}
    for entry in entries:
        systems.setdefault(entry.configuration, []).append(entry)
    runs = {key: [entry.run for entry in found] for key, found in systems.items()}
    trained = {entry.run: entry.training for entry in entries if entry.training}
    labels = label_configurations(runs, trained)
    for key, found in systems.items():
        for entry, seed in zip(found, label_seeds(runs[key]), strict=True):
            entry.name, entry.seed = labels[key], seed


def _final_evaluation(run: StoredRun, unfinished: bool) -> Entry | str:
    """The evaluation to compare, or the reason why there is none."""
    if run.problem:
        return run.problem
    if run.get("kind") == SUBMISSION and (problems := check_submission(run.folder)):
        return f"submitted, but {len(problems)} problems; --validate lists them: {problems[0]}"
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
        names = [f"measured by {entry.label}" for entry in entries]
    return list(zip(entries, names, strict=True))


def _training_set(run: StoredRun) -> str:
    data = run.training_data
    manifest = str(data.get("manifest") or "unknown")[:8]
    size = f"{data.get('train', '?')} images"
    return f"training set {data.get('source', 'unknown')}, {size}, {manifest}"
