"""A system of a comparison: the runs of one configuration, with means and 95 % intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

import numpy as np

from colorkeras.report.comparison import Entry, ProtocolGroup
from colorkeras.report.image_values import MODEL
from colorkeras.report.intervals import mean_with_interval, over_seeds

PSNR, GREY, OVER_GREY = "psnr", "grey", "over_grey"


@dataclass(frozen=True)
class Estimate:
    """A mean, and its 95 % interval where it is known.

    Attributes:
        mean: over images and seeds; nan or infinity where one is.
        low: end of the interval; None where there are no values of single images.
        high: the other end.
    """

    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(eq=False)
class MeasuredSystem:
    """The runs of one configuration under one protocol.

    Attributes:
        entries: the runs; several differ in the seed only.
        method: whose values these are: "model", or a baseline that the first entry measured.
        label: how tables and plots call it.
    """

    entries: Sequence[Entry]
    method: str
    label: str

    @property
    def finished(self) -> bool:
        """Whether all runs are finished."""
        return all(entry.finished for entry in self.entries)

    @cached_property
    def seeds(self) -> list[str]:
        """The seeds, each once, in order."""
        seeds = {str(entry.run.get("seed")) for entry in self.entries} - {"None"}
        return sorted(seeds, key=lambda seed: (len(seed), seed))

    def values(self, metric: str) -> np.ndarray | None:
        """A metric by seed and image.

        Runs with one seed are averaged: they are no independent trials.

        Args:
            metric: of eval.csv, or `OVER_GREY`: the PSNR less that of the grey image.

        Returns:
            (seeds, images) float64; None where it is not known for the same images in all runs.
        """
        names = self.entries[0].images.names
        by_seed: dict[str, list[np.ndarray]] = {}
        for entry in self.entries:
            found = _of_entry(entry, self.method, metric)
            if found is None or entry.images.names != names:
                return None
            by_seed.setdefault(str(entry.run.get("seed")), []).append(found)
        return np.stack([np.mean(found, axis=0) for found in by_seed.values()])

    def estimate(self, metric: str) -> Estimate | None:
        """The mean of a metric; None where a run lacks it."""
        by_seed: dict[str, list[float]] = {}
        for entry in self.entries:
            over = entry.over_grey(self.method)
            value = over if metric == OVER_GREY else entry.value(metric, self.method)
            if value is None:
                return None
            by_seed.setdefault(str(entry.run.get("seed")), []).append(value)
        mean = fmean(map(fmean, by_seed.values()))
        values = self.values(metric)
        if values is None:
            return Estimate(mean)
        if len(values) == 1 or values.shape[1] < 2:
            return Estimate(mean, *mean_with_interval(values.mean(0))[1:])
        return Estimate(mean, *over_seeds(values).interval()[1:])


def systems(group: ProtocolGroup) -> list[MeasuredSystem]:
    """The systems of a protocol, in the order of its entries."""
    return [MeasuredSystem(e, MODEL, label_of(e[0])) for e in group.configurations()]


def with_seeds(label: str, count: int) -> str:
    """A label with the number of seeds, where there are several."""
    return f"{label} ({count} seeds)" if count > 1 else label


def label_of(entry: Entry) -> str:
    """The name of the configuration; of an unfinished run its own, as it has a row of its own."""
    return entry.marked(entry.name or entry.run.label) if entry.finished else entry.label


def _of_entry(entry: Entry, method: str, metric: str) -> np.ndarray | None:
    if metric != OVER_GREY:
        return entry.images.values.get((method, metric))
    own, grey = (entry.images.values.get((name, PSNR)) for name in (method, GREY))
    return None if own is None or grey is None else own - grey
