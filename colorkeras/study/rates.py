"""From answers to fooling rates: who counts, the rate of each system, and their differences."""

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from colorkeras.study.answers import Answer
from colorkeras.study.design import PRACTICE, TEST
from colorkeras.study.forms import CHECK, TRUTH, outcomes, passes_check
from colorkeras.study.intervals import (
    CONFIDENCE,
    answers_for_width,
    clustered_variance,
    crossed_variance,
    quantile,
    wilson,
)
from colorkeras.study.study_folder import Study

_ENOUGH_TO_VARY = 8  # answers after which one and the same each time shows no attention

Interval = tuple[float, float]


@dataclass(frozen=True)
class Raters:
    """Who counts and who does not, as codes.

    Attributes:
        counted: passed the attention checks.
        failed: answered all checks, too few of them right.
        constant: gave one and the same answer throughout.
        unfinished: left before enough checks were right.
    """

    counted: list[str]
    failed: list[str]
    constant: list[str]
    unfinished: list[str]


@dataclass(frozen=True)
class Table:
    """One row per judged image of the raters who count.

    Attributes:
        systems: key of what was shown, such as "A" or "truth".
        passed: (n,) float64, 1 where it passed as real.
        raters, pictures: (n,) int64 numbers from 0.
    """

    systems: list[str]
    passed: np.ndarray
    raters: np.ndarray
    pictures: np.ndarray

    def of(self, system: str) -> np.ndarray:
        """(n,) bool: which rows are of a system."""
        return np.array([each == system for each in self.systems], bool)


@dataclass(frozen=True)
class Rate:
    """How often a system passed as real.

    Attributes:
        system: its key.
        passed, answers, raters, pictures: counts.
        share: passed / answers.
        wilson: as if all answers were independent.
        by_rater: for other raters and the same pictures; None with fewer than two raters.
        by_both: for other raters and other pictures; None with fewer than two of either.
        effect: design effect of the raters.
        more_answers, more_raters: what an interval by rater of the asked width still needs.
    """

    system: str
    passed: int
    answers: int
    raters: int
    pictures: int
    share: float
    wilson: Interval
    by_rater: Interval | None
    by_both: Interval | None
    effect: float | None
    more_answers: int | None
    more_raters: int | None


@dataclass(frozen=True)
class Difference:
    """The difference of two systems' rates.

    Attributes:
        first, second: keys.
        pictures: how many were judged with both.
        difference: first less second, over these pictures.
        interval: for other raters and other pictures; None with fewer than two of either.
        corrected: the same for all pairs at once (Bonferroni).
    """

    first: str
    second: str
    pictures: int
    difference: float
    interval: Interval | None
    corrected: Interval | None

    @property
    def verdict(self) -> str:
        """Which rate is higher, by the corrected interval; empty where it does not tell."""
        if self.corrected is None:
            return ""
        low, high = self.corrected
        return self.first if low > 0 else self.second if high < 0 else ""


def judge_raters(study: Study, answers: Sequence[Answer]) -> Raters:
    """Sort the raters by the rules that were fixed when the study was made."""
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if study.trial[answer.trial].kind != PRACTICE:
            found[answer.rater].append(answer)
        else:
            found[answer.rater] += []
    groups = Raters([], [], [], [])
    for rater, own in found.items():
        checks = [a for a in own if study.trial[a.trial].kind == CHECK]
        right = sum(passes_check(study.form, study.trial[a.trial].shows, a.answer) for a in checks)
        if len(own) >= _ENOUGH_TO_VARY and len({a.answer for a in own}) == 1:
            groups.constant.append(rater)
        elif right >= study.settings.pass_checks:
            groups.counted.append(rater)
        elif len(checks) == study.settings.checks:
            groups.failed.append(rater)
        else:
            groups.unfinished.append(rater)
    return groups


def table_of(study: Study, answers: Sequence[Answer], counted: Sequence[str]) -> Table:
    """The judged images of the test trials of those who count."""
    rows = []
    keep = set(counted)
    for answer in answers:
        trial = study.trial[answer.trial]
        if trial.kind == TEST and answer.rater in keep:
            for shown, passed in outcomes(study.form, trial.shows, answer.answer):
                rows.append((shown.partition(".")[0], passed, answer.rater, trial.picture))
    return Table(
        [system for system, *_ in rows],
        np.array([passed for _, passed, *_ in rows], np.float64),
        _numbered([rater for *_, rater, _ in rows]),
        _numbered([picture for *_, picture in rows]),
    )


def _numbered(names: Sequence[str]) -> np.ndarray:
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], np.int64)


def rate_of(table: Table, system: str, width: float) -> Rate | None:
    """The rate of a system; None without answers.

    Args:
        table: the judged images.
        system: its key.
        width: of the interval that `more_answers` shall lead to.
    """
    rows = table.of(system)
    count = int(rows.sum())
    if not count:
        return None
    passed, raters, pictures = table.passed[rows], table.raters[rows], table.pictures[rows]
    share = float(passed.mean())
    parts = (passed - share) / count
    num_raters, num_pictures = len(np.unique(raters)), len(np.unique(pictures))
    by_rater = by_both = effect = more_answers = more_raters = None
    if num_raters > 1:
        half = quantile(freedom=num_raters - 1)
        effect = _effect(clustered_variance(parts, raters), share, count)
        by_rater = wilson(share, count / effect, half)
        more_answers = max(0, answers_for_width(share, width, effect, half) - count)
        more_raters = math.ceil(more_answers / (count / num_raters))
    if min(num_raters, num_pictures) > 1:
        variance = crossed_variance(parts, raters, pictures)
        half = quantile(freedom=min(num_raters, num_pictures) - 1)
        by_both = wilson(share, count / _effect(variance, share, count), half)
    return Rate(
        system,
        int(passed.sum()),
        count,
        num_raters,
        num_pictures,
        share,
        wilson(share, count, quantile()),
        by_rater,
        by_both,
        effect,
        more_answers,
        more_raters,
    )


def _effect(variance: float, share: float, count: int) -> float:
    """By how much the variance exceeds that of independent answers; never less than 1."""
    independent = share * (1 - share) / count
    return max(1.0, variance / independent) if independent else 1.0


def differences(table: Table, systems: Sequence[str]) -> list[Difference]:
    """All pairs, each over the pictures that were judged with both.

    Raters and pictures are the same on both sides, so what they have in common cancels out.
    """
    pairs = list(itertools.combinations(systems, 2))
    found = (_difference(table, first, second, len(pairs)) for first, second in pairs)
    return [difference for difference in found if difference is not None]


def _difference(table: Table, first: str, second: str, num_pairs: int) -> Difference | None:
    rows = [table.of(key) for key in (first, second)]
    shared = np.intersect1d(*(table.pictures[each] for each in rows))
    one, other = (each & np.isin(table.pictures, shared) for each in rows)
    if not shared.size:
        return None
    shares = [float(table.passed[each].mean()) for each in (one, other)]
    parts = np.zeros(len(table.passed))
    parts[one] = (table.passed[one] - shares[0]) / one.sum()
    parts[other] = -(table.passed[other] - shares[1]) / other.sum()
    used = one | other
    raters, pictures = table.raters[used], table.pictures[used]
    least = min(len(np.unique(raters)), len(np.unique(pictures)))
    difference = shares[0] - shares[1]
    interval = corrected = None
    if least > 1:
        error = math.sqrt(crossed_variance(parts[used], raters, pictures))
        confidences = (CONFIDENCE, 1 - (1 - CONFIDENCE) / num_pairs)
        halves = [quantile(each, least - 1) * error for each in confidences]
        interval, corrected = ((difference - half, difference + half) for half in halves)
    return Difference(first, second, int(shared.size), difference, interval, corrected)


def shown_systems(study: Study) -> list[str]:
    """The keys whose rates are told; the truth too where it is judged by itself."""
    own = [] if study.form.name == "timed-pair" else [TRUTH]
    return [*study.settings.systems, *own]
