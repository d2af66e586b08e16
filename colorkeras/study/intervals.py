"""Intervals of shares: Wilson's, and with the design effect of answers that belong together."""

import math
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95


def chance_to_pass(needed: int, checks: int) -> float:
    """The probability of at least `needed` right of `checks` by guessing one of two."""
    return sum(math.comb(checks, right) for right in range(needed, checks + 1)) / 2**checks


def t_quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t: exact for 1 and 2 degrees of freedom, else from the normal.

    Expansion of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5: off by less
    than 0.7 % at 97.5 % and 3 degrees of freedom, and by less with more of them.

    Args:
        probability: above 0.5 and below 1.
        freedom: degrees of freedom, at least 1.
    """
    if freedom == 1:
        return math.tan(math.pi * (probability - 0.5))
    if freedom == 2:
        tail = 4 * probability * (1 - probability)
        return 2 * (probability - 0.5) * math.sqrt(2 / tail)
    z = NormalDist().inv_cdf(probability)
    powers = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(powers, 1))


def quantile(confidence: float = CONFIDENCE, freedom: int | None = None) -> float:
    """Half the width of a two-sided interval in standard errors; of the normal without freedom."""
    probability = (1 + confidence) / 2
    if freedom is None:
        return NormalDist().inv_cdf(probability)
    return t_quantile(probability, freedom)


def wilson(share: float, count: float, width: float) -> tuple[float, float]:
    """Wilson's score interval (Wilson, J. Am. Stat. Assoc. 22, 1927).

    Args:
        share: from 0 to 1.
        count: of answers; a fraction after division by a design effect.
        width: half the width in standard errors, see `quantile`.

    Returns:
        The interval's ends, from 0 to 1.
    """
    square = width**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    half = width * spread / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def clustered_variance(parts: np.ndarray, clusters: np.ndarray) -> float:
    """Variance of a sum whose parts within a cluster belong together.

    The sandwich estimator with the factor g / (g - 1) of g clusters: the sums of the clusters are
    taken for independent, whatever happens within one.

    Args:
        parts: (n,) float64, of mean 0 as a whole.
        clusters: (n,) int64, from 0.
    """
    sums = np.bincount(clusters, weights=parts)
    number = len(np.unique(clusters))
    return float(number / (number - 1) * np.sum(sums**2))


def crossed_variance(parts: np.ndarray, raters: np.ndarray, pictures: np.ndarray) -> float:
    """Variance of a sum whose parts belong together by rater and by picture.

    Cameron, Gelbach and Miller (J. Bus. Econ. Stat. 29, 2011): by rater plus by picture, less the
    part that both have. Never less than either, as the difference can fall below by chance.
    """
    by_rater, by_picture = (clustered_variance(parts, each) for each in (raters, pictures))
    both = np.unique(np.stack([raters, pictures]), axis=1, return_inverse=True)[1].ravel()
    return max(by_rater, by_picture, by_rater + by_picture - clustered_variance(parts, both))


def answers_for_width(share: float, width: float, effect: float, half: float) -> int:
    """How many answers give an interval of a stated width, if share and effect stay.

    Args:
        share: the share.
        width: of the whole interval, between 0 and 1.
        effect: the design effect: by how much answers of one rater tell less than independent ones.
        half: half the width in standard errors, see `quantile`.
    """
    fewest, most = 0.01, 1.0
    while _width(share, most, half) > width:
        most *= 2
    for _ in range(60):
        middle = (fewest + most) / 2
        fewest, most = (middle, most) if _width(share, middle, half) > width else (fewest, middle)
    return math.ceil(most * effect - 1e-6)


def _width(share: float, count: float, half: float) -> float:
    low, high = wilson(share, count, half)
    return high - low
