"""Values of runs that claims use: final test metrics, and losses at the end of an epoch."""

import math
import statistics
from dataclasses import dataclass

from colorkeras.console.errors import UserError, suggest
from colorkeras.report.comparison import Entry, compare_runs, differing_fields, group_by_protocol
from colorkeras.report.stored_runs import Row, StoredRun, Value


class UndecidedError(Exception):
    """What a condition needs was not measured or cannot be compared; the message says why."""


@dataclass(frozen=True)
class Training:
    """A run and the last row of each of its epochs."""

    run: StoredRun
    ends: dict[int, Row]


@dataclass(frozen=True)
class Group:
    """The runs that match a pattern.

    Attributes:
        name: of the group in the claim.
        pattern: of run folders.
        items: what the usable runs measured: final tests for a metric, trainings for a column.
        left_out: the other runs, with the reason.
    """

    name: str
    pattern: str
    items: list[Entry | Training]
    left_out: list[str]

    @property
    def tests(self) -> list[Entry]:
        """The final tests."""
        return [item for item in self.items if isinstance(item, Entry)]

    @property
    def trainings(self) -> list[Training]:
        """The trainings."""
        return [item for item in self.items if isinstance(item, Training)]


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


def check_protocols(entries: list[Entry]) -> None:
    """Refuse to compare evaluations under different protocols.

    Raises:
        UndecidedError: naming the fields in which they differ.
    """
    groups = group_by_protocol(entries)
    if len(groups) < 2:
        return
    fields = ", ".join(differing_fields(groups))
    hashes = ", ".join(sorted(group.hash for group in groups))
    raise UndecidedError(f"measured under different protocols: {fields or f'hashes {hashes}'}")


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


def metric_mean(group: Group, metric: str, method: str) -> float:
    """The mean of a test metric over the runs of a group.

    Raises:
        UndecidedError: when a run has no finite value.
    """
    what = metric if method == "model" else f"{metric} of {method}"
    values = [_finite(e.value(metric, method), what, e.run.label) for e in group.tests]
    return statistics.fmean(values)


def column_mean(group: Group, column: str, epoch: int | None) -> float:
    """The mean over the runs of a column of train.csv at the end of an epoch, or of the last one.

    Raises:
        UndecidedError: when a run has no such epoch or no finite value.
    """
    lengths = sorted({max(training.ends) for training in group.trainings})
    if epoch is None and len(lengths) > 1:
        raise UndecidedError(
            f"the runs of {group.name} have {' and '.join(map(str, lengths))} epochs, and the "
            "condition names none"
        )
    epoch = epoch or lengths[0]
    values = []
    for training in group.trainings:
        label, ends = training.run.label, training.ends
        if epoch not in ends:
            raise UndecidedError(f"{label} has {max(ends)} epochs, not {epoch}")
        what = f"{column} at the end of epoch {epoch}"
        values.append(_finite(ends[epoch].get(column), what, label))
    return statistics.fmean(values)


def _finite(value: Value, what: str, label: str) -> float:
    if not isinstance(value, int | float):
        raise UndecidedError(f"{what} was not measured in {label}")
    if not math.isfinite(value):
        raise UndecidedError(f"{what} is {value} in {label}")
    return value
