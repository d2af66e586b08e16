"""Warmer and cooler light, by mired."""

import numpy as np
import pytest

from colorkeras.color.white import MOST_MIRED, _black_body, warmed


def test_nothing_changes_at_zero():
    colors = np.random.default_rng(0).uniform(0, 1, (5, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(warmed(colors, 0.0), colors, atol=2e-6)


@pytest.mark.parametrize("mired", [20.0, MOST_MIRED])
def test_warmer_is_redder_and_cooler_is_bluer(mired):
    grey = np.full((1, 1, 3), 0.5, np.float32)
    (red, green, blue) = warmed(grey, mired)[0, 0]
    assert red > green > blue
    (red, green, blue) = warmed(grey, -mired)[0, 0]
    assert red < green < blue


@pytest.mark.parametrize(
    ("kelvin", "x", "y"),
    # The black body's chromaticity, Wyszecki and Stiles, "Color Science", 1982, table 1(3.3.4).
    [
        (2856, 0.4476, 0.4074),
        (4000, 0.3805, 0.3768),
        (6500, 0.3135, 0.3237),
        (10000, 0.2807, 0.2884),
    ],
)
def test_color_of_a_black_body(kelvin, x, y):
    light = _black_body(1e6 / kelvin)
    matrix = np.array(
        [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    )
    xyz = np.linalg.solve(matrix, light)
    np.testing.assert_allclose(xyz[:2] / xyz.sum(), [x, y], atol=1.5e-3)
