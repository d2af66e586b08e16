"""Systems in figures: one point, line or row of images for all runs of one configuration.

An evaluation of a stored run's model knows, through that run, its seeds and its cost.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from colorkeras.report.comparison import Entry, ProtocolGroup
from colorkeras.report.curves import is_drawable
from colorkeras.report.measured_systems import label_of, with_seeds
from colorkeras.report.run_tables import hours, images_seen, parameters_total
from colorkeras.report.stored_images import StoredImage, stored_images
from colorkeras.report.stored_runs import StoredRun


@dataclass(eq=False)
class Member:
    """One seed of a system.

    Attributes:
        entry: its evaluation.
        images: the test images that it stored, by name.
    """

    entry: Entry
    images: dict[str, StoredImage]

    @property
    def trained(self) -> StoredRun | None:
        """The run that trained the model; None where it is not among the runs."""
        return self.entry.training

    @property
    def images_seen(self) -> float | None:
        """Training images that the network saw, repetitions counted."""
        return _positive(images_seen(self.trained)) if self.trained else None

    @property
    def training_hours(self) -> float | None:
        """Hours of training, without evaluation."""
        return _positive(hours(self.trained)) if self.trained else None

    @property
    def parameters(self) -> float | None:
        """Trainable parameters of all networks together."""
        return _positive(parameters_total(self.entry.run))


@dataclass(eq=False)
class System:
    """Runs that differ only in the seed, under one protocol.

    Attributes:
        label: what to call them, as in the tables.
        members: one for each run, the lowest seed first.
    """

    label: str
    members: list[Member]

    @property
    def title(self) -> str:
        """The label with the number of seeds, where there are several."""
        return with_seeds(self.label, len(self.members))

    def values(self, metric: str) -> list[float]:
        """A metric of every member that has it as a number."""
        values = (member.entry.value(metric) for member in self.members)
        return [value for value in values if is_drawable(value)]

    @cached_property
    def shown(self) -> Member | None:
        """Whose images are shown: the lowest seed that stored some; None where none did."""
        return next((member for member in self.members if member.images), None)


def systems_of(group: ProtocolGroup) -> list[System]:
    """Put the evaluations of a group together by system.

    An evaluation of a model whose own run is in the group too is no system: it measured the same
    again. The images that it stored count as those of the run, where they are more.

    Args:
        group: the evaluations under one protocol.

    Returns:
        The systems, in the order of the group's configurations.
    """
    images = {entry: stored_images(entry.run.folder) for entry in group.entries}
    own = {entry.run: entry for entry in group.entries if entry.training is entry.run}
    twins = {
        entry: own[entry.training]
        for entry in group.entries
        if entry.training in own and entry.training is not entry.run
    }
    for again, first in twins.items():
        images[first] = max(images[first], images[again], key=len)
    found = []
    for entries in group.configurations():
        members = [Member(entry, images[entry]) for entry in entries if entry not in twins]
        if members:
            found.append(System(label_of(members[0].entry), sorted(members, key=_seed)))
    return found


def _seed(member: Member) -> tuple[float, str]:
    seed = member.entry.run.get("seed")
    return (seed if is_drawable(seed) else math.inf), member.entry.label


def _positive(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 < value < math.inf else None
