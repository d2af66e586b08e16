"""Systems: the runs of one protocol, with those that differ only in the seed taken together.

A figure shows one point, line or row of images for each system. An evaluation of a stored run's
model knows, through that run, its seeds, its cost and its twins.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from colorkeras.report.comparison import Entry, ProtocolGroup, identity_without_seed
from colorkeras.report.curves import is_drawable
from colorkeras.report.stored_images import StoredImage, stored_images
from colorkeras.report.stored_runs import StoredRun

_PART_OF_WORD = re.compile(r"[^\W_]+$")
_SEED_SUFFIX = re.compile(r"[\W_]*(seed)?[\W_]*$")


@dataclass(eq=False)
class Member:
    """One seed of a system.

    Attributes:
        entry: its evaluation.
        trained: the run that trained the model; None where it is not among the runs.
        images: the test images that it stored, by name.
    """

    entry: Entry
    trained: StoredRun | None
    images: dict[str, StoredImage]

    @property
    def images_seen(self) -> float | None:
        """Training images that the network saw, repetitions counted."""
        rows = self.trained.train_rows if self.trained else []
        return _positive(rows[-1].get("images")) if rows else None

    @property
    def training_hours(self) -> float | None:
        """Hours that the run took, with its validation where they were not recorded apart."""
        seconds = self.trained.section("seconds") if self.trained else {}
        found = _positive(seconds.get("train")) or _positive(seconds.get("total"))
        return None if found is None else found / 3600

    @property
    def parameters(self) -> float | None:
        """Trainable parameters of all networks together."""
        counts = self.entry.run.section("parameters").values()
        return _positive(sum(count for count in counts if isinstance(count, int)))


@dataclass(eq=False)
class System:
    """Runs that differ only in the seed, under one protocol.

    Attributes:
        label: what to call them; unique within a group.
        members: one for each run, the lowest seed first.
    """

    label: str
    members: list[Member]

    @property
    def title(self) -> str:
        """The label with the number of seeds, where there are several."""
        count = len(self.members)
        return f"{self.label} ({count} seeds)" if count > 1 else self.label

    def values(self, metric: str) -> list[float]:
        """A metric of every member that has it as a number."""
        values = (member.entry.value(metric) for member in self.members)
        return [value for value in values if is_drawable(value)]

    @cached_property
    def shown(self) -> Member | None:
        """Whose images are shown: the lowest seed that stored some; None where none did."""
        return next((member for member in self.members if member.images), None)


def systems_of(group: ProtocolGroup, runs: Iterable[StoredRun]) -> list[System]:
    """Put the evaluations of a group together by system.

    An evaluation of a model whose own run is in the group too is no system: it measured the same
    again. The images that it stored count as those of the run, where they are more.

    Args:
        group: the evaluations under one protocol.
        runs: all runs that are compared, among which those that trained the models are found.

    Returns:
        The systems, in the order of their first evaluation.
    """
    known = [run for run in runs if run.get("kind") == "training"]
    trained = {entry: _training_of(entry.run, known) for entry in group.entries}
    images = {entry: stored_images(entry.run.folder) for entry in group.entries}
    own = {entry.run: entry for entry in group.entries if entry.run is trained[entry]}
    found: dict[str, list[Member]] = {}
    for entry in group.entries:
        run = trained[entry]
        twin = own.get(run) if run else None
        if twin is None or twin is entry:
            member = Member(entry, run, images[entry])
            found.setdefault(_identity(entry, run), []).append(member)
    everyone = {member.entry: member for members in found.values() for member in members}
    for entry in group.entries:
        run = trained[entry]
        twin = own.get(run) if run else None
        if twin in everyone and len(images[entry]) > len(everyone[twin].images):
            everyone[twin].images = images[entry]
    sorted_members = [sorted(members, key=_seed) for members in found.values()]
    labels = common_labels([[m.entry.label for m in members] for members in sorted_members])
    return [System(*pair) for pair in zip(labels, sorted_members, strict=True)]


def _training_of(run: StoredRun, known: list[StoredRun]) -> StoredRun | None:
    """The run itself, or the one whose model an evaluation measured; None where that is unclear."""
    if run.get("kind") == "training":
        return run
    wanted = (run.experiment, run.get("model", "run"), run.get("seed"))
    data = run.training_data.get("manifest")
    same = [
        other
        for other in known
        if (other.experiment, other.name, other.get("seed")) == wanted
        and other.training_data.get("manifest") == data
    ]
    return same[0] if len(same) == 1 else None


def _identity(entry: Entry, trained: StoredRun | None) -> str:
    """Equal for the evaluations that belong to one system."""
    if not entry.finished or trained is None:
        return str(entry.run.folder)
    return f"{entry.run.get('kind')} {identity_without_seed(trained)}"


def _seed(member: Member) -> tuple[float, str]:
    seed = member.entry.run.get("seed")
    return (seed if is_drawable(seed) else math.inf), member.entry.label


def common_labels(found: list[list[str]]) -> list[str]:
    """A label for each system, from those of its runs; no two are the same.

    Args:
        found: the labels of each system's runs, at least one; no two of all are the same.
    """
    short = [_common_label(labels) for labels in found]
    repeated = Counter(short)
    return [
        label if repeated[label] == 1 else labels[0]
        for label, labels in zip(short, found, strict=True)
    ]


def _common_label(labels: list[str]) -> str:
    """What labels of several seeds begin with: "cnn/a" of "cnn/a", "cnn/a-seed1"."""
    if len(labels) == 1:
        return labels[0]
    pairs = zip(min(labels), max(labels), strict=False)  # what these two share, all share
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    if any(label[len(common) : len(common) + 1].isalpha() for label in labels):
        common = _PART_OF_WORD.sub("", common)
    return _SEED_SUFFIX.sub("", common) or labels[0]


def _positive(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 < value < math.inf else None
