"""Bleeding: by hand on two fields of color, and on constructed images, clean and bled."""

import math

import cv2
import numpy as np
import pytest

from colorkeras.color.srgb import lab_to_rgb, rgb_to_lab
from colorkeras.metrics.bleeding import MOST_SCALE, bleeding
from colorkeras.metrics.image_metrics import measure

SIDE = 32


def fields(left, right, width=SIDE, edge=SIDE // 2):
    """(1, SIDE, width, 3) CIELAB: two fields, side by side."""
    image = np.empty((1, SIDE, width, 3), np.float32)
    image[:, :, :edge], image[:, :, edge:] = left, right
    return image


def score(prediction, truth):
    return float(np.asarray(bleeding(prediction, truth))[0])


TRUTH = fields((30, 10, 0), (80, -20, 40))  # 50 apart in L*, and √(30² + 40²) = 50 in a*, b*


class TestByHand:
    def test_the_truth(self):
        assert score(TRUTH, TRUTH) == pytest.approx(0, abs=1e-6)

    def test_grey_and_one_color_lack_all_contrast(self):
        for ab in ((0, 0), (30, -10)):
            assert score(fields((30, *ab), (80, *ab)), TRUTH) == 1

    def test_a_color_that_spills_two_pixels_over_the_edge(self):
        """Of the four pairs across the edge in a row, two have the left color on both sides."""
        spilled = fields((30, 10, 0), (80, -20, 40), edge=SIDE // 2 + 2)
        # 16 columns of chroma 10 and 16 of √2000 = 44.72; with the spill 18 and 14.
        means = [(n * 10 + (32 - n) * math.sqrt(2000)) / 32 for n in (16, 18)]
        assert means[0] > means[1]  # so that the scale is above 1, and the two whole pairs count 1
        assert score(spilled, TRUTH) == pytest.approx(1 / 2, abs=1e-5)

    def test_a_contrast_that_is_half_there(self):
        """Two colors of equal chroma 20: 40 apart, and 20 after turning one by 120°: √3 · 20."""
        truth = fields((30, 20, 0), (80, -20, 0))
        turned = fields((30, 20, 0), (80, -10, 20 * math.sqrt(3) / 2))
        assert score(turned, truth) == pytest.approx(1 - math.sqrt(3) / 2, abs=1e-5)

    def test_weak_colors_are_not_bleeding_down_to_a_quarter(self):
        for strength, expected in ((0.5, 0), (1 / MOST_SCALE, 0), (0.125, 0.5)):
            weak = TRUTH * np.float32((1, strength, strength))
            assert score(weak, TRUTH) == pytest.approx(expected, abs=1e-5)

    def test_other_colors_with_a_clean_edge_are_not_bleeding(self):
        other = fields((30, 0, -10), (80, 40, 20))  # turned by 90°: the same contrast
        assert score(other, TRUTH) == pytest.approx(0, abs=1e-6)

    def test_along_columns(self):
        turned, truth = (
            np.swapaxes(x, 1, 2)
            for x in (fields((30, 10, 0), (80, -20, 40), edge=SIDE // 2 + 2), TRUTH)
        )
        assert score(turned, truth) == pytest.approx(1 / 2, abs=1e-5)


class TestBlank:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ((30, 10, 0), (49, -20, 40)),  # an edge of chroma that luminance does not show
            ((30, 10, 0), (80, 16, 7)),  # an edge of luminance between nearly equal colors
            ((30, 0, 0), (80, 0, 0)),
        ],
    )
    def test_without_edges(self, left, right):
        assert math.isnan(score(TRUTH, fields(left, right)))

    def test_with_hardly_any(self):
        """Of 2 · 32 · 28 pairs, two or more must lie across an edge; a corner pixel has two."""
        truth = np.broadcast_to(np.float32((30, 10, 0)), (1, SIDE, SIDE, 3)).copy()
        truth[0, 0, 0] = (80, -20, 40)
        assert score(truth, truth) == pytest.approx(0, abs=1e-6)
        large = np.pad(truth, [(0, 0), (0, SIDE), (0, 0), (0, 0)], mode="edge")
        assert math.isnan(score(large, large))


@pytest.fixture(scope="module")
def scene():
    """CIELAB of discs of many colors on a checkered ground: edges of all directions."""
    rng = np.random.default_rng(0)
    lab = np.zeros((96, 96, 3), np.float32)
    lab[...] = (70, 5, 15)
    for x, y in np.argwhere(np.indices((6, 6)).sum(axis=0) % 2):
        lab[16 * x : 16 * x + 16, 16 * y : 16 * y + 16] = (45, -10, 20)
    for _ in range(10):
        hue, place = rng.uniform(0, 2 * np.pi), rng.integers(0, 96, 2)
        color = (float(rng.uniform(20, 90)), 30 * np.cos(hue), 30 * np.sin(hue))
        cv2.circle(lab, [int(v) for v in place], int(rng.integers(6, 18)), color, -1)
    return lab


def shown(lab):
    """An 8-bit image of CIELAB colors, as a batch of one."""
    return np.asarray(lab_to_rgb(lab[None])).round().astype(np.uint8)


def recolored(lab, change):
    changed = lab.copy()
    changed[..., 1:] = change(lab[..., 1:])
    return shown(changed)


def blurred(sigma):
    return lambda ab: cv2.GaussianBlur(ab, (0, 0), sigma)


def test_separates_bled_from_clean_colorings(scene):
    truth = shown(scene)

    def of(change):
        return float(measure(recolored(scene, change), truth)["bleeding"][0])

    clean = {
        "truth": of(lambda ab: ab),
        "weak": of(lambda ab: ab / 2),
        "other colors": of(lambda ab: ab[..., ::-1] * (1, -1)),
    }
    bled = {
        "blurred": of(blurred(2)),
        "blurred more": of(blurred(6)),
        "moved": of(lambda ab: np.roll(ab, 4, axis=1)),
        "weak and blurred": of(lambda ab: blurred(3)(ab) / 2),
    }
    empty = {"grey": of(lambda ab: 0 * ab), "one color": of(lambda ab: 0 * ab + (4, 12))}
    assert max(clean.values()) < 0.05
    assert min(bled.values()) > 0.2
    assert bled["blurred"] < bled["blurred more"] < min(empty.values())
    assert empty["grey"] > 0.95


def test_error_of_chroma_alone_does_not_separate_them(scene):
    """What the metric is for: the bled coloring has the smaller error, and more bleeding."""
    truth = shown(scene)
    weak = measure(recolored(scene, lambda ab: ab / 2), truth)
    bled = measure(recolored(scene, blurred(2)), truth)
    assert float(bled["chroma_rmse"][0]) < float(weak["chroma_rmse"][0])
    assert float(bled["bleeding"][0]) > float(weak["bleeding"][0]) + 0.2


def test_equals_a_loop_over_pairs(scene):
    truth = np.asarray(rgb_to_lab(shown(scene)))
    bled = np.asarray(rgb_to_lab(recolored(scene, blurred(3))))
    scale = min(
        np.linalg.norm(truth[..., 1:], axis=-1).mean()
        / np.linalg.norm(bled[..., 1:], axis=-1).mean(),
        4,
    )
    kept, there = 0.0, 0.0
    for y in range(96):
        for x in range(96):
            for other in ((y + 4, x), (y, x + 4)):
                if max(other) >= 96:
                    continue
                step = truth[0, y, x] - truth[0, *other]
                contrast = math.hypot(step[1], step[2])
                if abs(step[0]) >= 20 and contrast >= 10:
                    there += contrast
                    ours = bled[0, y, x] - bled[0, *other]
                    kept += min(scale * math.hypot(ours[1], ours[2]), contrast)
    assert score(bled, truth) == pytest.approx(1 - kept / there, abs=1e-4)
