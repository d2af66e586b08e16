"""Rounding to fewer bits of mantissa."""

import numpy as np
import pytest

from colorkeras.publishing.rounding import rounded


def test_to_nearest_ties_to_even():
    # Two bits of mantissa: 1, 1.25, 1.5, 1.75, 2.
    values = np.array([1.1, 1.125, 1.126, 1.375, -1.375, 1.9, 0.0, 1e-30], np.float32)
    expected = [1.0, 1.0, 1.25, 1.5, -1.5, 2.0, 0.0]
    assert rounded(values, 2).tolist()[:7] == expected
    assert rounded(values, 2)[7] == pytest.approx(1e-30, rel=0.125)


def test_ten_bits_are_those_of_float16_and_seven_those_of_bfloat16():
    import ml_dtypes

    values = np.random.default_rng(0).normal(size=(50, 40)).astype(np.float32)
    large = np.abs(values) > 1e-3  # smaller ones have fewer bits in float16
    np.testing.assert_array_equal(
        rounded(values, 10)[large], values.astype(np.float16).astype(np.float32)[large]
    )
    np.testing.assert_array_equal(
        rounded(values, 7), values.astype(ml_dtypes.bfloat16).astype(np.float32)
    )
    np.testing.assert_array_equal(rounded(values, 23), values)
