"""Values of runs that claims use: final test metrics, and losses at the end of an epoch."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from colorkeras.claims.definition import RunSelector
from colorkeras.console.errors import UserError, suggest
from colorkeras.report.comparison import Entry, compare_runs
from colorkeras.report.stored_runs import Row, StoredRun


class UndecidedError(Exception):
    """What a condition needs was not measured or cannot be compared; the message says why."""


@dataclass(frozen=True)
class Training:
    """A run and the last row of each of its epochs."""

    run: StoredRun
    ends: dict[int, Row]


@dataclass(frozen=True)
class Group:
    """The runs that meet the conditions of a group.

    Attributes:
        name: of the group in the claim.
        selector: the conditions.
        items: what the usable runs measured: final tests for a metric, trainings for a column.
        left_out: the other runs, with the reason.
    """

    name: str
    selector: RunSelector
    items: Sequence[Entry | Training]
    left_out: list[str]

    @property
    def tests(self) -> list[Entry]:
        """The final tests."""
        return [item for item in self.items if isinstance(item, Entry)]

    @property
    def trainings(self) -> list[Training]:
        """The trainings."""
        return [item for item in self.items if isinstance(item, Training)]

    def under(self, protocol: str) -> "Group":
        """The group with only the tests under one protocol."""
        items = [test for test in self.tests if test.protocol == protocol]
        return replace(self, items=items, left_out=[])


def final_test(run: StoredRun) -> Entry | str:
    """The run's final test, chosen as `compare` does; the reason where there is none."""
    found = compare_runs(run.folder)  # a comparison of this run alone
    if not found.entries:
        return found.skipped[0][1]
    entry = found.entries[0]
    entry.run = run  # its label is unique among all runs
    return entry if entry.split == "test" else f"measured on its {entry.split} split"


def training(run: StoredRun) -> Training | str:
    """The last row of each epoch: rows are averages since the epoch began."""
    ends: dict[int, Row] = {}
    for row in run.train_rows:
        epoch = row.get("epoch")
        if isinstance(epoch, int):
            ends[epoch] = row
    return Training(run, ends) if ends else "no train.csv"


def has_completed(run: StoredRun, epoch: int) -> bool:
    """Whether a run has rows of later epochs, so that those of this one are final."""
    epochs = [row.get("epoch") for row in run.train_rows]
    return any(isinstance(found, int) and found > epoch for found in epochs)


def seed_of(run: StoredRun) -> str:
    """The seed of a run as a text, equal for 1 and 1.0."""
    seed = run.get("seed")
    return str(int(seed)) if isinstance(seed, float) and seed.is_integer() else str(seed)


def check_column(column: str, trainings: list[Training], where: str) -> None:
    """Refuse a column that no run has.

    Raises:
        UserError: naming the columns there are.
    """
    rows = [row for training in trainings for row in training.ends.values()]
    known = dict.fromkeys(name for row in rows for name in row)
    if column not in known:
        raise UserError(
            f"{where}: column: received {column!r}, expected a column of the runs' train.csv: "
            f"{', '.join(known)}.{suggest(column, known)}"
        )


def last_epoch(groups: Iterable[Group]) -> int:
    """The last epoch, which all trainings must have in common.

    Raises:
        UndecidedError: when they have not.
    """
    lengths = sorted({max(item.ends) for group in groups for item in group.trainings})
    if len(lengths) > 1:
        raise UndecidedError(
            f"the runs have {' and '.join(map(str, lengths))} epochs, and the condition names none"
        )
    return lengths[0]


def column_value(training: Training, column: str, epoch: int) -> float:
    """A column of train.csv at the end of an epoch.

    Raises:
        UndecidedError: when the run has no such epoch or no finite value.
    """
    label, ends = training.run.label, training.ends
    if epoch not in ends:
        raise UndecidedError(f"{label} has {max(ends)} epochs, not {epoch}")
    value, what = ends[epoch].get(column), f"{column} at the end of epoch {epoch}"
    if not isinstance(value, int | float):
        raise UndecidedError(f"{what} was not measured in {label}")
    if not math.isfinite(value):
        raise UndecidedError(f"{what} is {value} in {label}")
    return value
