"""Intervals against published values, and worked by hand."""

import numpy as np
import pytest

from colorkeras.study.intervals import (
    answers_for_width,
    chance_to_pass,
    clustered_variance,
    crossed_variance,
    quantile,
    t_quantile,
    wilson,
)


# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("passed", "count", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_as_published(passed, count, expected):
    assert wilson(passed / count, count, quantile()) == pytest.approx(expected, abs=5e-5)


def test_wilson_of_all_is_the_mirror_of_none():
    low, high = wilson(1.0, 20, quantile())
    assert (low, high) == pytest.approx((1 - 0.1611, 1.0), abs=5e-5)


# Any table of Student's t, two-sided 95 %.
@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 12.706), (2, 4.303), (4, 2.776), (5, 2.571), (10, 2.228), (20, 2.086), (39, 2.023)],
)
def test_t_quantile(freedom, expected):
    assert t_quantile(0.975, freedom) == pytest.approx(expected, abs=2e-3)


def test_t_quantile_of_three_is_off_by_less_than_stated():
    assert t_quantile(0.975, 3) == pytest.approx(3.1824, rel=0.007)


def test_chance_to_pass():
    assert chance_to_pass(5, 6) == 7 / 64  # (6 + 1) of 2 to the 6th
    assert chance_to_pass(0, 4) == 1


def test_clustered_variance_by_hand():
    """Clusters sum to 3 and -3: 2 / (2 - 1) x (9 + 9)."""
    parts = np.array([1.0, 2.0, -1.0, -2.0])
    assert clustered_variance(parts, np.array([0, 0, 1, 1])) == pytest.approx(36)


def test_crossed_variance_by_hand():
    """By rater 36; by picture, sums 0 and 0, is 0; both, 4 / 3 x 10; 36 - 13.3 is less than 36."""
    parts = np.array([1.0, 2.0, -1.0, -2.0])
    raters, pictures = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert crossed_variance(parts, raters, pictures) == pytest.approx(36)


def test_crossed_variance_adds_what_both_bring():
    """Rater and picture effects alike: 2 x 8 by each, less 4 / 3 x 8 for what is counted twice."""
    parts = np.array([2.0, 0.0, 0.0, -2.0])
    raters, pictures = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert crossed_variance(parts, raters, pictures) == pytest.approx(16 + 16 - 32 / 3)


def test_answers_for_width():
    """The count it tells has the width, and one answer less has not."""
    count = answers_for_width(0.3, 0.1, 1.0, quantile())
    widths = [np.diff(wilson(0.3, n, quantile()))[0] for n in (count - 1, count)]
    assert widths[1] <= 0.1 < widths[0]
    assert answers_for_width(0.3, 0.1, 2.5, quantile()) == pytest.approx(2.5 * count, rel=0.01)
