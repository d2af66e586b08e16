"""What a claim's runs measured: paired comparisons for each protocol, and checks of each run."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.claims.definition import RUN_BOUNDS, Claim, Measurement, RunSelector
from colorkeras.claims.image_values import image_values
from colorkeras.claims.looks import at_look
from colorkeras.claims.paired import Effect, Region, effect_of
from colorkeras.claims.run_values import (
    Group,
    Training,
    UndecidedError,
    check_column,
    column_value,
    final_test,
    has_completed,
    last_epoch,
    seed_of,
    training,
)
from colorkeras.claims.selection import changed_settings, differing_settings, meets
from colorkeras.report.comparison import Entry
from colorkeras.report.image_values import MODEL
from colorkeras.report.stored_runs import StoredRun, find_runs


@dataclass(frozen=True)
class Comparison:
    """What runs measured under one protocol, beside what a claim wants.

    Attributes:
        effect: the value minus what it is compared with.
        region: of the effects that the claim wants.
        protocol: the hash under which images were measured; empty for losses.
        value, against: both sides, as means over runs and images.
        runs: those that were used, by name of the group.
    """

    effect: Effect
    region: Region
    protocol: str
    value: float
    against: float
    runs: dict[str, list[StoredRun]]

    @cached_property
    def p_value(self) -> tuple[float, bool]:
        """(uncorrected p, whether the effect lies in the region): see `Effect.p_value`."""
        return self.effect.p_value(self.region)


@dataclass(frozen=True)
class Measured:
    """The evidence for one condition.

    Attributes:
        comparisons: one for each protocol.
        left_out: runs that meet the conditions and could not be used, with the reason.
    """

    comparisons: list[Comparison]
    left_out: list[str]


@dataclass(frozen=True)
class Checked:
    """What a check of single runs found: (label, value, limit) of each run."""

    values: list[tuple[str, float, float]]
    runs: dict[str, list[StoredRun]]


class Runs:
    """The runs below a results folder.

    Args:
        root: the folder; where it does not exist there are no runs.
        current: gives the settings, by dotted key, that conditions give today. A run with others
            was made with an older preset, and is left out.
    """

    def __init__(
        self, root: str | Path, current: Callable[[RunSelector], Mapping[str, Any]] | None = None
    ) -> None:
        self._root = Path(root)
        self._current = current or (lambda _: {})
        self._runs = find_runs(self._root)

    def measure(self, condition: Measurement, claim: Claim) -> Measured:
        """Compare both sides of a condition, under each protocol on its own.

        Raises:
            UndecidedError: when runs or values are missing, or values cannot be compared.
            UserError: when no run has a column of that name.
        """
        groups = self._usable(condition, claim)
        left_out = [text for group in groups for text in group.left_out]
        if condition.source == "column":
            check_column(condition.name, _trainings(groups), claim.where)
            groups, waiting = at_look(groups)
            return Measured([_of_columns(groups, condition)], left_out + waiting)
        comparisons, other = _of_protocols(groups, condition)
        if not comparisons:
            raise UndecidedError("no protocol under which all groups were measured")
        return Measured(comparisons, left_out + other)

    def check(self, condition: Measurement, claim: Claim) -> Checked:
        """The values of `COLUMN_BOUNDS` for each run, at the end of its epoch.

        Raises:
            UndecidedError, UserError: as `measure`.
        """
        (group,) = self._usable(condition, claim)
        names = condition.against if isinstance(condition.against, tuple) else ()
        for column in (condition.name, *names):
            check_column(column, group.trainings, claim.where)
        found = []
        for item in group.trainings:
            epoch = condition.epoch or max(item.ends)
            parts = [column_value(item, name, epoch) for name in names]
            limit = math.fsum(parts) / (len(parts) if condition.bound == "near_mean_of" else 1)
            found.append((named(item.run), column_value(item, condition.name, epoch), limit))
        return Checked(found, {group.name: [item.run for item in group.items]})

    def groups(self, condition: Measurement, claim: Claim) -> list[Group]:
        """The runs of each group that a condition names; a group may be empty."""
        names = [condition.run]
        if condition.bound in RUN_BOUNDS:
            names.append(str(condition.against))
        return [self._group(name, claim.runs[name], condition) for name in names]

    def _usable(self, condition: Measurement, claim: Claim) -> list[Group]:
        groups = self.groups(condition, claim)
        missing = [self._missing(group) for group in groups if not group.items]
        if missing:
            raise UndecidedError("; ".join(missing))
        for group in groups:
            if apart := differing_settings([item.run for item in group.items]):
                raise UndecidedError(f"the runs of {group.name} are of several settings: {apart}")
        return groups

    def _group(self, name: str, selector: RunSelector, condition: Measurement) -> Group:
        is_metric = condition.source == "metric"
        epoch = None if is_metric else condition.epoch
        items: list[Entry | Training] = []
        left_out = []
        for run in self._runs:
            found = meets(run, selector)
            if not found:
                continue
            if isinstance(found, str):
                left_out.append(f"{run.label} ({found})")
                continue
            # The rows of an unfinished run may not be final; those of a completed epoch are.
            unfinished = run.problem or (run.status if run.status != "finished" else "")
            if unfinished == run.status and epoch and has_completed(run, epoch):
                unfinished = ""
            unfinished = unfinished or changed_settings(run, self._current(selector))
            item = unfinished or (final_test(run) if is_metric else training(run))
            if isinstance(item, str):
                left_out.append(f"{run.label} ({item})")
            else:
                items.append(item)
        return Group(name, selector, items, left_out)

    def _missing(self, group: Group) -> str:
        found = f", only {', '.join(group.left_out)}" if group.left_out else ""
        return f"no finished run of {group.selector} in {self._root}{found}"


def named(run: StoredRun) -> str:
    """The label of a run, with its status where it is not finished."""
    return run.label if run.status == "finished" else f"{run.label} ({run.status})"


def region_of(condition: Measurement) -> Region:
    """The effects that a condition wants: those of the value minus what it is compared with."""
    match condition.bound.removesuffix("_method"):
        case "below":
            return Region(high=-condition.slack)
        case "above":
            return Region(low=condition.slack)
        case "at_most":
            return Region(high=0.0)
        case "at_least":
            return Region(low=0.0)
        case "near":
            return Region(-condition.slack, condition.slack)
    raise ValueError(f"{condition.bound}: no comparison")


def _trainings(groups: Sequence[Group]) -> list[Training]:
    return [training for group in groups for training in group.trainings]


def _of_columns(groups: list[Group], condition: Measurement) -> Comparison:
    """The comparison of losses: one value for each run."""
    epoch = condition.epoch or last_epoch(groups)
    arrays = [
        np.array([[column_value(item, condition.name, epoch)] for item in group.trainings])
        for group in groups
    ]
    return _comparison(arrays, groups, condition, "")


def _of_protocols(
    groups: list[Group], condition: Measurement
) -> tuple[list[Comparison], list[str]]:
    """A comparison for each protocol that all groups have, and the runs that are not used."""
    protocols = dict.fromkeys(test.protocol for group in groups for test in group.tests)
    comparisons, left_out = [], []
    for protocol in protocols:
        parts = [group.under(protocol) for group in groups]
        if all(part.items for part in parts):
            parts, waiting = at_look(parts)
            left_out += waiting
            comparisons.append(_of_tests(parts, condition, protocol))
        else:
            tests = [test for part in parts for test in part.tests]
            left_out += [f"{test.run.label} (alone under protocol {protocol})" for test in tests]
    return comparisons, left_out


def _of_tests(groups: list[Group], condition: Measurement, protocol: str) -> Comparison:
    """The comparison of final tests: a value for each run and image."""
    tables = [
        [image_values(test, condition.name, condition.method) for test in group.tests]
        for group in groups
    ]
    if condition.bound.endswith("_method"):
        method = str(condition.against)
        tables.append([image_values(test, condition.name, method) for test in groups[0].tests])
    common = set.intersection(*(set(values) for table in tables for values in table))
    if not common:
        raise UndecidedError(f"the runs under protocol {protocol} share no image")
    names = sorted(common)
    arrays = [np.array([[values[name] for name in names] for values in t]) for t in tables]
    return _comparison(arrays, groups, condition, protocol)


def _comparison(
    arrays: list[np.ndarray], groups: list[Group], condition: Measurement, protocol: str
) -> Comparison:
    runs = {group.name: [item.run for item in group.items] for group in groups}
    of_arrays = [*runs.values()] if len(runs) == len(arrays) else [*runs.values()] * 2
    if condition.method == MODEL:
        for array, some in zip(arrays, runs.values(), strict=False):
            _check_no_copies(array, some)
    arrays = [_of_seeds(array, some) for array, some in zip(arrays, of_arrays, strict=True)]
    value = float(arrays[0].mean())
    if len(arrays) == 2:
        against = float(arrays[1].mean())
        # A baseline belongs to the same runs: its differences to the model are of one group.
        arrays = arrays if condition.bound in RUN_BOUNDS else [arrays[0] - arrays[1]]
    elif isinstance(condition.against, float):
        against = condition.against
        arrays = [arrays[0] - against]
    else:
        raise ValueError(f"{condition.bound} of {condition.name}: nothing to compare with")
    return Comparison(effect_of(arrays), region_of(condition), protocol, value, against, runs)


def _of_seeds(array: np.ndarray, runs: list[StoredRun]) -> np.ndarray:
    """(runs, images) → (seeds, images): a seed that was run twice is one seed, with their mean."""
    seeds: dict[str, list[int]] = {}
    for row, run in enumerate(runs):
        seeds.setdefault(seed_of(run), []).append(row)
    return np.stack([array[rows].mean(axis=0) for rows in seeds.values()])


def _check_no_copies(array: np.ndarray, runs: list[StoredRun]) -> None:
    """Refuse a network that would count as several seeds."""
    for one, other in itertools.combinations(range(len(runs)), 2):
        is_same = array.shape[1] > 1 and np.array_equal(array[one], array[other])
        if is_same and runs[one].get("seed") != runs[other].get("seed"):
            raise UndecidedError(
                f"{runs[one].label} and {runs[other].label} have the same values of every image: "
                "one is a copy, not another seed"
            )
