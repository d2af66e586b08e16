"""Intervals of means over images."""

import numpy as np
import pytest

from colorkeras.report.intervals import mean_with_interval


def test_is_that_of_a_normal_mean():
    values = np.random.default_rng(1).normal(3, 2, 400)
    mean, low, high = mean_with_interval(values)
    assert mean == pytest.approx(values.mean())
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(mean - half, abs=0.02)
    assert high == pytest.approx(mean + half, abs=0.02)


def test_is_the_same_each_time_and_of_equal_values_a_point():
    assert mean_with_interval([1.0, 2.0, 4.0]) == mean_with_interval([1.0, 2.0, 4.0])
    assert mean_with_interval([2.5] * 5) == (2.5, 2.5, 2.5)


def test_nothing():
    with pytest.raises(ValueError, match="no values"):
        mean_with_interval([])
