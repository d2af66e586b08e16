"""Paired comparisons over images and seeds: the effect, its 95 % interval, and p.

Two sources of chance are added as independent draws. Other images: the images are drawn anew, with
repetition, and a mean over the drawn images stands for other images of their kind (Efron and
Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 13 and 16). All runs share a draw, so
images are not counted once for each seed. Other seeds: with three to ten runs a bootstrap is too
narrow, so Student's t with n - 1 degrees of freedom is used, which is exact for few values that are
normally distributed; of two groups each has its own t (Behrens and Fisher).

Of the sum, only the images are drawn at random. The t of the group with the larger error is used by
its distribution function, that of the other by its quantiles in equal steps, in a random order.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import stdtr, stdtrit

DRAWS = 20_000
_COVERED = 0.95
_PRECISION = 1e-6  # of the ends of an interval, as a share of what they are apart
_PORTION = 2**22  # numbers drawn at a time
_MANY = 1e6  # degrees of freedom of a normal distribution, in effect


@dataclass(frozen=True)
class Region:
    """The effects for which a condition holds: all from `low` to `high`."""

    low: float = -math.inf
    high: float = math.inf

    def distance(self, effect: float) -> float:
        """From an effect to the nearest end of the region."""
        return min(abs(effect - self.low), abs(effect - self.high))

    def holds(self, effect: float) -> bool:
        """Whether an effect lies in the region."""
        return self.low <= effect <= self.high


@dataclass(frozen=True)
class Effect:
    """A mean difference, and how it would vary.

    Attributes:
        mean: over all runs and images.
        runs: how many each group has.
        images: that were measured; 1 where whole runs have one value.
        image_error, seed_error: standard errors of the mean from images and from seeds; the second
            is NaN where a group has one run: its interval is then that of images alone.
        centers: draws of the mean, but for the seeds of one group, sorted.
        spread, freedom: what these add is spread · t, with so many degrees of freedom of Student's
            t; a spread of 0 adds nothing.
    """

    mean: float
    runs: tuple[int, ...]
    images: int
    image_error: float
    seed_error: float
    centers: np.ndarray = field(repr=False, compare=False)
    spread: float = field(repr=False)
    freedom: int = field(repr=False)

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return self._ends[0]

    @property
    def high(self) -> float:
        """Its upper end."""
        return self._ends[1]

    @functools.cached_property
    def _ends(self) -> tuple[float, float]:
        shares = (1 - _COVERED) / 2, (1 + _COVERED) / 2
        first, last = float(self.centers[0]), float(self.centers[-1])
        if self.spread == 0:
            low, high = np.quantile(self.centers, shares)
            return float(low), float(high)
        # Between these two lies each of the ends: reached, and a little further, from every draw.
        reach = 1.01 * self.spread * float(stdtrit(self.freedom, shares[1]))
        outer = first - reach, last + reach
        tolerance = _PRECISION * (outer[1] - outer[0])
        low, high = (
            float(brentq(lambda x, s=share: self._share_below(x) - s, *outer, xtol=tolerance))
            for share in shares
        )
        return low, high

    def _share_below(self, effect: float, side: Literal["left", "right"] = "left") -> float:
        """How probable a mean below an effect is; `side` is "right" for: or equal to it."""
        if self.spread == 0:
            return float(np.searchsorted(self.centers, effect, side)) / self.centers.size
        if math.isinf(effect):
            return float(effect > 0)
        return float(stdtr(self.freedom, (effect - self.centers) / self.spread).mean())

    def p_value(self, region: Region) -> tuple[float, bool]:
        """(p, whether the effect lies in the region), both for the side that is more certain.

        p is two-sided: twice the probability of the other side, at least that of one draw and at
        most 1. For a region with two ends, this is the two one-sided tests (Schuirmann 1987).
        """
        below = self._share_below(region.low)
        above = 1 - self._share_below(region.high, "right")
        outside = max(below, above)
        against_holding, against_failing = 2 * outside, 2 * (1 - outside)
        p = min(against_holding, against_failing)
        return min(1.0, max(p, 1 / DRAWS)), against_holding <= against_failing


def effect_of(groups: Sequence[np.ndarray]) -> Effect:
    """The mean of one group, or of a first minus that of a second.

    Always the same draws, so that a number can be computed again.

    Args:
        groups: one or two float arrays (runs, images) with the same images; (runs, 1) for values of
            whole runs.

    Raises:
        ValueError: when there is no value, or one is not finite.
    """
    arrays = [np.asarray(group, np.float64) for group in groups]
    if not arrays or not all(array.size and np.isfinite(array).all() for array in arrays):
        raise ValueError("expected finite values of at least one run and image")
    signs = (1, -1)[: len(arrays)]
    of_images = sum(s * array.mean(axis=0) for s, array in zip(signs, arrays, strict=True))
    of_images = np.asarray(of_images)
    draw = np.random.default_rng(0)
    centers = _of_other_images(of_images, draw)
    errors = [_seed_error(array) for array in arrays]
    varying = [(e, len(a) - 1) for e, a in zip(errors, arrays, strict=True) if len(a) > 1 and e > 0]
    varying.sort()
    spread, freedom = varying.pop() if varying else (0.0, 1)
    for error, of_freedom in varying:
        centers = centers + error * draw.permutation(_t_in_equal_steps(of_freedom))
    return Effect(
        float(of_images.mean()),
        tuple(map(len, arrays)),
        of_images.size,
        float(of_images.std(ddof=1) / math.sqrt(of_images.size)) if of_images.size > 1 else 0.0,
        math.hypot(*errors),
        np.sort(centers),
        spread,
        freedom,
    )


def _t_in_equal_steps(freedom: int) -> np.ndarray:
    """Quantiles of Student's t, as many as there are draws, all equally probable."""
    return np.asarray(stdtrit(freedom, (np.arange(DRAWS) + 0.5) / DRAWS))


def _of_other_images(values: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The means over images drawn anew, with repetition."""
    if values.size == 1:
        return np.full(DRAWS, values[0])
    portion = max(1, _PORTION // values.size)
    parts = [
        values[draw.integers(0, values.size, (min(portion, DRAWS - done), values.size))].mean(
            axis=1
        )
        for done in range(0, DRAWS, portion)
    ]
    return np.concatenate(parts)


def _seed_error(array: np.ndarray) -> float:
    """The standard error over runs; NaN of a single run."""
    if len(array) < 2:
        return math.nan
    return float(array.mean(axis=1).std(ddof=1) / math.sqrt(len(array)))


def expected_p(effect: Effect, region: Region, seeds: int) -> float:
    """About which p more seeds would give, were effect and spread as they were found.

    The errors of images and seeds are added, with Satterthwaite's degrees of freedom.

    Args:
        effect: of groups with two seeds or more.
        region: of the condition.
        seeds: of each group.
    """
    of_seeds = effect.seed_error * math.sqrt(min(effect.runs) / seeds)
    error = math.hypot(effect.image_error, of_seeds)
    if error == 0:
        return 1 / DRAWS
    freedom = min(_MANY, (seeds - 1) * (error / of_seeds) ** 4) if of_seeds else _MANY
    return max(1 / DRAWS, 2 * float(stdtr(freedom, -region.distance(effect.mean) / error)))
