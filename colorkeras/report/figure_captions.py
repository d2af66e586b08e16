"""What stands below a figure: what it shows, protocol, data, number of images, and seeds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from colorkeras.console.safe_text import shortened
from colorkeras.report.comparison import ProtocolGroup
from colorkeras.report.document import Block, Figure, Paragraph
from colorkeras.report.figure_files import SUFFIXES
from colorkeras.report.stored_runs import StoredRun, Value
from colorkeras.report.systems import Member, System

_MOST_LABELS = 12  # systems that are named with their seeds


@dataclass(frozen=True)
class Written:
    """One figure in the folder of a comparison.

    Attributes:
        stem: the name of its files, without suffix.
        title: what it shows, in a few words.
        caption: what it shows and of what.
        suffixes: of its files.
    """

    stem: str
    title: str
    caption: str
    suffixes: tuple[str, ...] = SUFFIXES

    def blocks(self) -> list[Block]:
        """The figure and its caption in a report."""
        words = f"{self.title}. {self.caption}"
        if ".svg" in self.suffixes:
            words += f" Also as {self.stem}.svg."
        return [Figure(f"{self.stem}.png", self.title), Paragraph(words)]


def measured_on(group: ProtocolGroup) -> str:
    """The protocol of a group, its data and how many images, as a sentence."""
    data = str(group.fields.get("data") or "not recorded")[:12]
    count = group.fields.get("num_images")
    if count is None:
        rows = (entry.rows.get("model", {}) for entry in group.entries)
        count = next((row["images"] for row in rows if row.get("images") is not None), None)
    size = f"{group.fields.get('width', '?')}×{group.fields.get('height', '?')} pixels"
    images = "a number of images that was not recorded" if count is None else f"n = {count} images"
    return f"Protocol {shortened(group.hash, 40)}, data {data}, {images} of {size}."


def seeds_of_systems(systems: Iterable[System]) -> str:
    """The seeds behind a figure, as a sentence."""
    return _seeds({s.label: [member.entry.run for member in s.members] for s in systems})


def seeds_of_members(members: Mapping[str, list[Member]]) -> str:
    """The seeds behind a figure of images, by the label of the system, as a sentence."""
    return _seeds({label: [m.entry.run for m in found] for label, found in members.items()})


def validated_on(runs: Iterable[StoredRun]) -> str:
    """The validation protocols of runs and their numbers of images, as a sentence."""
    found: dict[Value, Value] = {}
    for run in runs:
        for row in run.eval_rows:
            if row.get("split") == "val" and row.get("protocol"):
                found.setdefault(row["protocol"], row.get("images"))
    if not found:
        return "No validation was recorded."
    each = [f"{shortened(str(name), 40)} (n = {count} images)" for name, count in found.items()]
    return f"Validation under protocol {', '.join(each)}."


def seeds_of_runs(runs: Mapping[str, list[StoredRun]]) -> str:
    """The seeds of runs, by the label of the system, as a sentence."""
    return _seeds(runs)


def _seeds(runs: Mapping[str, list[StoredRun]]) -> str:
    each = {label: _numbers(found) for label, found in runs.items()}
    if len(set(each.values())) == 1:
        (numbers,) = set(each.values())
        every = " of each system" if len(each) > 1 else ""
        return f"{numbers}{every}."
    if len(each) > _MOST_LABELS:
        counts = sorted({len(found) for found in runs.values()})
        return f"{counts[0]} to {counts[-1]} seeds of each system."
    named = (f"{shortened(label, 60)}: {numbers}" for label, numbers in each.items())
    return f"{'; '.join(named)}."


def _numbers(runs: list[StoredRun]) -> str:
    seeds = [str(run.get("seed")) if run.get("seed") is not None else "unknown" for run in runs]
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(seeds)}"
