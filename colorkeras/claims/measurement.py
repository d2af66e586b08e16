"""Measured values of claims: both sides of a condition, as means over stored runs."""

import math
import statistics
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from colorkeras.claims.definition import RUN_BOUNDS, Claim, Measurement
from colorkeras.claims.run_values import (
    Group,
    Training,
    UndecidedError,
    check_column,
    check_protocols,
    column_mean,
    final_test,
    has_completed,
    metric_mean,
    training,
)
from colorkeras.console.errors import suggest
from colorkeras.report.comparison import Entry
from colorkeras.report.stored_runs import StoredRun, find_runs


@dataclass(frozen=True)
class Measured:
    """Both sides of a measured condition.

    Attributes:
        value: the mean over the runs of the group.
        against: the other mean, or the number of the claim.
        runs: the labels of the runs that were used, by name of the group.
        left_out: matching runs that were not used, with the reason.
    """

    value: float
    against: float
    runs: dict[str, list[str]]
    left_out: list[str]


class Runs:
    """The runs below a results folder.

    Args:
        root: the folder; where it does not exist there are no runs.
    """

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)
        self._runs = find_runs(self._root)

    def measure(self, condition: Measurement, claim: Claim) -> Measured:
        """Measure both sides of a condition.

        Raises:
            UndecidedError: when runs or values are missing, or values cannot be compared.
            UserError: when no run has a column of that name.
        """
        names = [condition.run]
        if condition.bound in RUN_BOUNDS:
            names.append(str(condition.against))
        groups = [self._group(name, claim.runs[name], condition) for name in names]
        missing = [self._missing(group) for group in groups if not group.items]
        if missing:
            raise UndecidedError("; ".join(missing))
        if condition.source == "metric":
            check_protocols([test for group in groups for test in group.tests])
        else:
            others = condition.against if isinstance(condition.against, tuple) else ()
            trainings = [training for group in groups for training in group.trainings]
            for column in (condition.name, *others):
                check_column(column, trainings, claim.where)
        return Measured(
            _mean(groups[0], condition),
            _limit(groups, condition),
            {group.name: [_named(item.run) for item in group.items] for group in groups},
            [text for group in groups for text in group.left_out],
        )

    def _group(self, name: str, pattern: str, condition: Measurement) -> Group:
        is_metric = condition.source == "metric"
        epoch = None if is_metric else condition.epoch
        items: list[Entry | Training] = []
        left_out = []
        for run in self._matching(pattern):
            # The rows of an unfinished run may not be final; those of a completed epoch are.
            unfinished = run.problem or (run.status if run.status != "finished" else "")
            if unfinished == run.status and epoch and has_completed(run, epoch):
                unfinished = ""
            item = unfinished or (final_test(run) if is_metric else training(run))
            if isinstance(item, str):
                left_out.append(f"{run.label} ({item})")
            else:
                items.append(item)
        return Group(name, pattern, items, left_out)

    def _missing(self, group: Group) -> str:
        found = f", only {', '.join(group.left_out)}" if group.left_out else ""
        similar = suggest(group.pattern.rstrip("*"), [run.label for run in self._runs])
        hint = "" if group.left_out else similar.rstrip("?")
        return f'no finished run in {self._root} matches "{group.pattern}"{found}{hint}'

    def _matching(self, pattern: str) -> list[StoredRun]:
        """The runs whose path below the root, or whose label, matches the pattern."""

        def matches(run: StoredRun) -> bool:
            path = run.folder.relative_to(self._root).as_posix()
            return fnmatchcase(path, pattern) or fnmatchcase(run.label, pattern)

        return [run for run in self._runs if matches(run)]


def _mean(
    group: Group, condition: Measurement, method: str | None = None, column: str | None = None
) -> float:
    """The mean over a group of what the condition names, or of another method or column."""
    if condition.source == "metric":
        return metric_mean(group, condition.name, method or condition.method)
    return column_mean(group, column or condition.name, condition.epoch)


def _limit(groups: list[Group], condition: Measurement) -> float:
    """The number on the other side of the bound."""
    against = condition.against
    if isinstance(against, tuple):
        means = [_mean(groups[0], condition, column=column) for column in against]
        return statistics.fmean(means) if condition.bound == "near_mean_of" else math.fsum(means)
    if isinstance(against, str):
        if condition.bound in RUN_BOUNDS:
            return _mean(groups[1], condition)
        return _mean(groups[0], condition, method=against)
    return against


def _named(run: StoredRun) -> str:
    return run.label if run.status == "finished" else f"{run.label} ({run.status})"
