"""95 % intervals of a mean: over images by the bootstrap, over images and seeds by Student's t."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

DRAWS = 4000
_COVERED = (2.5, 97.5)  # percent
_AT_ONCE = 500  # draws that are computed together; divides DRAWS
_FEW_IMAGES = 2000


def mean_with_interval(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """Mean of values of single images, and where it would lie for other images of their kind.

    The images are drawn anew, with repetition, DRAWS times; always in the same way, so that a
    number can be computed again. For a difference of two methods pass the differences of each
    image: the draws are then paired.

    Args:
        values: one finite number per image.

    Returns:
        (mean, low, high), the last two the 2.5th and 97.5th percentile of the means of the draws.

    Raises:
        ValueError: when there are none.
    """
    array = np.asarray(values, np.float64)
    if not array.size:
        raise ValueError("no values; expected one for each image")
    sums = [counts.astype(np.float64, copy=False) @ array for counts in _draws(array.size)]
    low, high = np.percentile(np.concatenate(sums) / array.size, _COVERED)
    return float(array.mean()), float(low), float(high)


@functools.lru_cache(maxsize=2)
def _draws(size: int) -> list[np.ndarray]:
    """How often each draw has each image, the same for every metric: (_AT_ONCE, size) arrays.

    As float64, which need not be converted for each metric, where that takes at most 64 MB.
    """
    draw = np.random.default_rng(0)
    kind = np.float64 if size <= _FEW_IMAGES else np.uint16
    parts = [np.empty((_AT_ONCE, size), kind) for _ in range(DRAWS // _AT_ONCE)]
    for row in (row for part in parts for row in part):
        row[:] = np.bincount(draw.integers(0, size, size), minlength=size)
    return parts


@dataclass(frozen=True)
class MeanOfSeeds:
    """A mean over images and seeds, with what it varies by.

    Attributes:
        mean: over all.
        of_images: variance of the mean, as other images would change it.
        of_seeds: the same for other seeds; 0 where there is one seed.
        num_images: how many images.
        num_seeds: how many seeds.
    """

    mean: float
    of_images: float
    of_seeds: float
    num_images: int
    num_seeds: int

    @property
    def variance(self) -> float:
        """Of the mean; a little too large, as chance within an image and seed is in both parts."""
        return self.of_images + self.of_seeds

    def interval(self) -> tuple[float, float, float]:
        """(mean, low, high): the 95 % interval by Student's t, as `p_value` counts freedom."""
        freedom = _freedom(self.parts())
        half = float(stdtrit(freedom, 0.975)) * self.variance**0.5 if self.variance else 0.0
        return self.mean, self.mean - half, self.mean + half

    def parts(self) -> list[tuple[float, int]]:
        """The parts of the variance with the degrees of freedom of each."""
        parts = [(self.of_images, self.num_images - 1), (self.of_seeds, self.num_seeds - 1)]
        return [(variance, freedom) for variance, freedom in parts if variance > 0]


def over_seeds(values: np.ndarray) -> MeanOfSeeds:
    """Mean over images and seeds that are crossed: every seed measured the same images.

    With two or three seeds a bootstrap over them is far too narrow, because it knows nothing of
    other seeds and a variance of three values is itself uncertain. So the two parts of the
    variance are estimated apart (images: of the mean over seeds; seeds: of the mean over images),
    and Student's t says how far to go. Its degrees of freedom are Satterthwaite's (Satterthwaite,
    An Approximate Distribution of Estimates of Variance Components, Biometrics Bulletin 2, 1946).
    With two seeds it is rough: it holds the truth least often where seeds vary the mean more than
    images do.

    Args:
        values: (seeds, images) float64, finite.

    Raises:
        ValueError: when there is no seed or fewer than two images.
    """
    if values.ndim != 2 or values.shape[0] < 1 or values.shape[1] < 2:
        raise ValueError(f"values of shape {values.shape}; expected (seeds, two or more images)")
    num_seeds, num_images = values.shape
    of_images = float(np.var(values.mean(0), ddof=1)) / num_images
    of_seeds = float(np.var(values.mean(1), ddof=1)) / num_seeds if num_seeds > 1 else 0.0
    return MeanOfSeeds(float(values.mean()), of_images, of_seeds, num_images, num_seeds)


def p_value(one: np.ndarray, other: np.ndarray) -> float:
    """Probability of a difference in means as large as this by chance alone, two-sided.

    Welch's t with Satterthwaite's degrees of freedom. The images are paired: their part of the
    variance is that of the differences of each image. Seeds are not paired, as equal seeds make
    different networks nothing alike.

    Args:
        one: (seeds, images) float64 of one system, finite.
        other: (seeds, images) of the other, with the same images.

    Raises:
        ValueError: on other shapes.
    """
    if one.shape[1:] != other.shape[1:]:
        raise ValueError(f"{one.shape} against {other.shape}; expected the same images")
    apart = over_seeds((one.mean(0) - other.mean(0))[None])
    seeds = [over_seeds(values) for values in (one, other)]
    of_seeds = [(found.of_seeds, found.num_seeds - 1) for found in seeds if found.of_seeds > 0]
    parts = apart.parts() + of_seeds
    variance = sum(part for part, _ in parts)
    if not variance:
        return 0.0 if apart.mean else 1.0
    return 2 * float(stdtr(_freedom(parts), -abs(apart.mean) / variance**0.5))


def _freedom(parts: list[tuple[float, int]]) -> float:
    """Satterthwaite's degrees of freedom of a sum of variances, each with its own."""
    total = sum(variance for variance, _ in parts)
    if not total:
        return 1.0
    # Shares of the total: squares of tiny variances would be zero.
    return 1.0 / sum((variance / total) ** 2 / freedom for variance, freedom in parts)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust the p-values of several tests so that any wrong finding at all stays at the level.

    Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of
    Statistics 6, 1979.

    Args:
        p_values: of each test, in [0, 1].

    Returns:
        The adjusted ones in the same order, in [0, 1].
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, least = [0.0] * len(p_values), 0.0
    for place, i in enumerate(order):
        least = max(least, min(1.0, (len(order) - place) * p_values[i]))
        adjusted[i] = least
    return adjusted
