"""Numbers of stored runs that a claim speaks of: means of test metrics and of losses."""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from colorkeras.claims.definition import (
    COLUMN_BOUNDS,
    METHOD_BOUNDS,
    RUN_BOUNDS,
    Claim,
    Measurement,
)
from colorkeras.console.errors import UserError, suggest
from colorkeras.report.comparison import Entry, compare_runs, differing_fields, group_by_protocol
from colorkeras.report.stored_runs import Row, StoredRun, find_runs


class UndecidedError(Exception):
    """What a condition asks for was not measured, or cannot be compared; the message says why."""


@dataclass(frozen=True)
class Measured:
    """Both sides of a measured condition.

    Attributes:
        value: the mean over the group's runs.
        against: the other mean, or the number of the claim.
        runs: the labels of the runs that count, by the group's name.
        left_out: matching runs that do not count, with the reason.
    """

    value: float
    against: float
    runs: dict[str, list[str]]
    left_out: list[str]


@dataclass(frozen=True)
class _Group:
    """Runs that a pattern found: what they measured, and those that do not count."""

    name: str
    pattern: str
    items: list  # of Entry, or of _Training
    left_out: list[str]


@dataclass(frozen=True)
class _Training:
    """A run and the row at the end of each of its epochs."""

    run: StoredRun
    ends: dict[int, Row]


class Runs:
    """The runs below a results folder.

    Args:
        root: the folder; one that does not exist has no runs.
    """

    def __init__(self, root: str | Path):
        self._root = Path(root)
        self._runs = find_runs(self._root)

    def measure(self, condition: Measurement, claim: Claim) -> Measured:
        """Measure both sides of a condition.

        Raises:
            UndecidedError: when there are no such runs, no such value, or values that must not be
                compared.
            UserError: when no run has a column of that name.
        """
        is_metric = condition.source == "metric"
        names = [condition.run]
        if condition.bound in RUN_BOUNDS:
            names.append(condition.against)
        epoch = None if is_metric else condition.epoch
        choose = _final_test if is_metric else _training
        groups = [self._group(name, claim.runs[name], choose, epoch) for name in names]
        missing = [self._missing(group) for group in groups if not group.items]
        if missing:
            raise UndecidedError("; ".join(missing))
        items = [item for group in groups for item in group.items]
        if is_metric:
            _check_protocols(items)
        else:
            others = condition.against if condition.bound in COLUMN_BOUNDS else ()
            for column in (condition.name, *others):
                _check_column(column, items, claim.where)
        return Measured(
            _mean(groups[0], condition),
            _limit(groups, condition),
            {group.name: [_named(item.run) for item in group.items] for group in groups},
            [text for group in groups for text in group.left_out],
        )

    def _group(self, name: str, pattern: str, choose: Callable, epoch: int | None) -> _Group:
        items, left_out = [], []
        for run in self._matching(pattern):
            # A run that is being written may have rows already; they are not its final ones.
            unfinished = run.problem or (run.status if run.status != "finished" else "")
            if unfinished == run.status and epoch and _has_completed(run, epoch):
                unfinished = ""
            item = unfinished or choose(run)
            if isinstance(item, str):
                left_out.append(f"{run.label} ({item})")
            else:
                items.append(item)
        return _Group(name, pattern, items, left_out)

    def _missing(self, group: _Group) -> str:
        found = f", only {', '.join(group.left_out)}" if group.left_out else ""
        similar = suggest(group.pattern.rstrip("*"), [run.label for run in self._runs])
        hint = "" if group.left_out else similar.rstrip("?")
        return f'no finished run in {self._root} matches "{group.pattern}"{found}{hint}'

    def _matching(self, pattern: str) -> list[StoredRun]:
        """The runs whose path below the root, or whose label, matches the pattern."""

        def matches(run):
            path = run.folder.relative_to(self._root).as_posix()
            return fnmatchcase(path, pattern) or fnmatchcase(run.label, pattern)

        return [run for run in self._runs if matches(run)]


def _mean(group: _Group, condition: Measurement, method: str = "", column: str = "") -> float:
    """The mean over a group of what the condition names, or of another method or column."""
    if condition.source == "metric":
        return _metric_mean(group, condition.name, method or condition.method)
    return _column_mean(group, column or condition.name, condition.epoch)


def _limit(groups: list[_Group], condition: Measurement) -> float:
    """The number on the other side of the bound."""
    against = condition.against
    if condition.bound in RUN_BOUNDS:
        return _mean(groups[1], condition)
    if condition.bound in METHOD_BOUNDS:
        return _mean(groups[0], condition, method=against)
    if condition.bound in COLUMN_BOUNDS:
        combine = statistics.fmean if condition.bound == "near_mean_of" else math.fsum
        return combine(_mean(groups[0], condition, column=column) for column in against)
    return against


def _final_test(run: StoredRun) -> Entry | str:
    """The run's final test, chosen as `compare` does; the reason where there is none."""
    found = compare_runs(run.folder)  # one run is a comparison of one
    if not found.entries:
        return found.skipped[0][1]
    entry = found.entries[0]
    entry.run = run  # by the label that tells it from the others
    return entry if entry.split == "test" else f"measured on its {entry.split} split"


def _training(run: StoredRun) -> _Training | str:
    """The end of each epoch: its last row, for rows are averages since the epoch began."""
    ends = {row["epoch"]: row for row in run.train_rows if isinstance(row.get("epoch"), int)}
    return _Training(run, ends) if ends else "no train.csv"


def _named(run: StoredRun) -> str:
    return run.label if run.status == "finished" else f"{run.label} ({run.status})"


def _has_completed(run: StoredRun, epoch: int) -> bool:
    """Whether a run went beyond an epoch: its record does not change any more."""
    return any(isinstance(row.get("epoch"), int) and row["epoch"] > epoch for row in run.train_rows)


def _check_protocols(entries: list[Entry]) -> None:
    groups = group_by_protocol(entries)
    if len(groups) < 2:
        return
    fields = ", ".join(differing_fields(groups))
    hashes = ", ".join(sorted(group.hash for group in groups))
    raise UndecidedError(f"measured under different protocols: {fields or f'hashes {hashes}'}")


def _check_column(column: str, trainings: list[_Training], where: str) -> None:
    rows = [row for training in trainings for row in training.ends.values()]
    known = dict.fromkeys(name for row in rows for name in row)
    if column not in known:
        raise UserError(
            f"{where}: column: received {column!r}, expected one of those that the runs recorded: "
            f"{', '.join(known)}.{suggest(column, known)}"
        )


def _metric_mean(group: _Group, metric: str, method: str) -> float:
    what = metric if method == "model" else f"{metric} of {method}"
    values = [_finite(e.value(metric, method), what, e.run.label) for e in group.items]
    return statistics.fmean(values)


def _column_mean(group: _Group, column: str, epoch: int | None) -> float:
    lengths = sorted({max(training.ends) for training in group.items})
    if epoch is None and len(lengths) > 1:
        raise UndecidedError(
            f"the runs of {group.name} have {' and '.join(map(str, lengths))} epochs, and the "
            "condition names none"
        )
    epoch = epoch or lengths[0]
    values = []
    for training in group.items:
        label, ends = training.run.label, training.ends
        if epoch not in ends:
            raise UndecidedError(f"{label} has {max(ends)} epochs, not {epoch}")
        what = f"{column} at the end of epoch {epoch}"
        values.append(_finite(ends[epoch].get(column), what, label))
    return statistics.fmean(values)


def _finite(value: float | None, what: str, label: str) -> float:
    if value is None:
        raise UndecidedError(f"{what} was not measured in {label}")
    if not math.isfinite(value):
        raise UndecidedError(f"{what} is {value} in {label}")
    return value
