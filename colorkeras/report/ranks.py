"""Which systems are told apart: ranks with ties, from paired differences of single images.

For each metric, every pair of systems is compared on the same images (`intervals.p_value`), with
Holm's correction over all pairs of the table. A system's rank is then the range that this leaves:

- its best rank is 1 + the number of systems that are told apart as better;
- its worst rank is the number of systems less those that are told apart as worse.

With these the probability that any range is wrong is at most 5 % (Klein, Wright and Wieczorek, A
Joint Confidence Region for an Overall Ranking of Populations, Journal of the Royal Statistical
Society C 69, 2020; with Holm's correction here). Means are compared, not ranks of single images:
the outcome for two systems must not depend on which others are in the table (Benavoli, Corani and
Mangili, Should We Really Use Post-Hoc Tests Based on Mean-Ranks?, Journal of Machine Learning
Research 17, 2016). Groups of systems that are not told apart are drawn as lines, as in Demšar,
Statistical Comparisons of Classifiers over Multiple Data Sets, Journal of Machine Learning
Research 7, 2006.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from colorkeras.report.intervals import holm, p_value
from colorkeras.report.measured_systems import MeasuredSystem
from colorkeras.report.shown_metrics import Metric

LEVEL = 0.05
METHOD = (
    "Ranks: every pair of systems is compared by its differences on the same images (and over "
    "seeds, where a system has several) by Welch's t, with Holm's correction over all pairs of a "
    "metric: 5 % for all of them together. A best rank of 2 means that one system is better, a "
    "worst rank of 4 among 6 that two are worse. Systems with one seed are compared as those "
    "trained networks: another seed may change the order."
)


@dataclass(frozen=True)
class Ranked:
    """A system's place by one metric.

    Attributes:
        system: the system.
        best: its best possible rank, from 1.
        worst: its worst possible rank.
    """

    system: MeasuredSystem
    best: int
    worst: int

    @property
    def text(self) -> str:
        """The rank, or its range: "1", "2–4"."""
        return str(self.best) if self.best == self.worst else f"{self.best}–{self.worst}"


@dataclass(frozen=True)
class Ranking:
    """The systems by one metric, the best mean first.

    Attributes:
        metric: by which.
        places: the systems that have values of the same images.
        ties: (first, last) places, from 0, of each largest set of neighbours of which no pair is
            told apart; sets of one are left out.
    """

    metric: Metric
    places: list[Ranked]
    ties: list[tuple[int, int]]

    def of(self, system: MeasuredSystem) -> Ranked | None:
        """A system's place; None where it has none."""
        return next((place for place in self.places if place.system is system), None)


def rank(systems: Sequence[MeasuredSystem], metric: Metric) -> Ranking:
    """Rank the finished systems that were measured on the same images.

    Args:
        systems: of one protocol.
        metric: by which.
    """
    found = [(s, values) for s in systems if (values := _distances(s, metric)) is not None]
    found = _with_most_common_images(found)
    found.sort(key=lambda item: float(item[1].mean()))
    pairs = list(itertools.combinations(range(len(found)), 2))
    adjusted = holm([p_value(found[i][1], found[j][1]) for i, j in pairs])
    apart = {pair for pair, p in zip(pairs, adjusted, strict=True) if p <= LEVEL}
    better = [sum((i, j) in apart for i in range(j)) for j in range(len(found))]
    worse = [sum((i, j) in apart for j in range(i, len(found))) for i in range(len(found))]
    places = [
        Ranked(system, 1 + better[i], len(found) - worse[i]) for i, (system, _) in enumerate(found)
    ]
    return Ranking(metric, places, _ties(len(found), apart))


def _distances(system: MeasuredSystem, metric: Metric) -> np.ndarray | None:
    """(seeds, images) whose mean is the distance from perfect: smaller is better."""
    values = system.values(metric.key) if system.finished else None
    if values is None or values.shape[1] < 2:
        return None
    if math.isinf(metric.target):
        return -values
    sign = 1.0 if values.mean() >= metric.target else -1.0
    return sign * (values - metric.target)


def _with_most_common_images(
    found: list[tuple[MeasuredSystem, np.ndarray]],
) -> list[tuple[MeasuredSystem, np.ndarray]]:
    """Those measured on the same images as most; others cannot be paired."""
    names = [system.entries[0].images.names for system, _ in found]
    if not names:
        return []
    most = max(dict.fromkeys(names), key=names.count)
    return [item for item, own in zip(found, names, strict=True) if own == most]


def _ties(count: int, apart: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The largest runs of neighbours without a pair that is told apart."""
    ties: list[tuple[int, int]] = []
    for first in range(count):
        last = first
        while last + 1 < count and all((i, last + 1) not in apart for i in range(first, last + 1)):
            last += 1
        if last > first and not (ties and ties[-1][1] >= last):
            ties.append((first, last))
    return ties
