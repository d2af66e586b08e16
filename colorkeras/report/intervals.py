"""95 % intervals of a mean over images, by the paired bootstrap."""

from collections.abc import Sequence

import numpy as np

DRAWS = 4000
_COVERED = (2.5, 97.5)  # percent


def mean_with_interval(values: Sequence[float]) -> tuple[float, float, float]:
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
    draw = np.random.default_rng(0)
    means = [array[draw.integers(0, array.size, array.size)].mean() for _ in range(DRAWS)]
    low, high = np.percentile(means, _COVERED)
    return float(array.mean()), float(low), float(high)
