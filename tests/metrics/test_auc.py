"""The area under the curve by color class: by hand, and against a loop over pixels."""

import numpy as np
import pytest
import skimage.color
import tensorflow as tf

from colorkeras.color.classes import CLASSES
from colorkeras.metrics.auc import missed_thresholds, rebalanced
from colorkeras.metrics.image_metrics import CLASS_COUNTS, CLASS_MISSES, measure

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def image(*rows):
    """(1, 12, 12, 3): each (color, count) fills so many of the 12 rows."""
    lines = [np.full((count, 12, 3), color, np.uint8) for color, count in rows]
    return np.concatenate(lines)[np.newaxis]


def balanced(prediction, truth):
    measured = measure(prediction, truth)
    return rebalanced(np.asarray(measured[CLASS_MISSES]), np.asarray(measured[CLASS_COUNTS]))


def test_missed_thresholds():
    found = missed_thresholds(np.array([0, 1e-4, 0.5, 1, 1.5, 150, 150.5, 200], np.float32))
    assert np.asarray(found).tolist() == [0, 0, 1, 1, 2, 150, 151, 151]


def test_two_colors_by_hand():
    """Red, rare, predicted as grey; blue right: each of the two classes counts a half."""
    truth = image((RED, 1), (BLUE, 11))
    prediction = image(((128, 128, 128), 1), (BLUE, 11))
    # The ab of sRGB red is (80.1, 67.2), 104.6 from grey: 105 of 151 thresholds miss it.
    assert balanced(prediction, truth) == pytest.approx([(1 - 105 / 151) / 2 + 1 / 2])
    raw = np.asarray(measure(prediction, truth)["auc"])
    assert raw == pytest.approx([1 - 105 / 151 / 12], rel=1e-6)


def test_the_classes_are_those_of_all_images():
    """Red in one image, blue in the other: 12 of 12 rows of red, 6 of 12 of blue are right."""
    truth = np.concatenate([image((RED, 12)), image((BLUE, 12))])
    prediction = np.concatenate([image((RED, 12)), image((BLUE, 6), (GREEN, 6))])
    # Blue and green are more than 150 apart. Two classes, two images: the shares 1 · 2 / 2, ½ · 1.
    assert balanced(prediction, truth) == pytest.approx([1, 0.5])
    assert balanced(truth, truth) == pytest.approx([1, 1])
    # Beside a grey image, the image of the rare color stands for more than 1.
    assert balanced(truth[[0, 1, 1]], truth[[0, 1, 1]]) == pytest.approx([1.5, 0.75, 0.75])


def test_equals_auc_where_every_class_has_the_same_count():
    truth = image((RED, 4), (BLUE, 4), (GREEN, 4))
    prediction = truth // 2 + 40
    raw = np.asarray(measure(prediction, truth)["auc"])
    assert 0 < raw[0] < 1
    np.testing.assert_allclose(balanced(prediction, truth), raw, rtol=1e-6)


@pytest.mark.parametrize("jit", [False, True])
def test_equals_a_weighted_mean_over_pixels(jit):
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:16, 0:20] / 20.0
    waves = np.sin(4 * x[..., None] * np.array([1, 2, 3]) + rng.uniform(0, 6, (5, 1, 1, 3)))
    truth = np.clip(128 + 110 * waves + 20 * y[..., None], 0, 255).astype(np.uint8)
    prediction = np.clip(truth * 0.7 + rng.normal(20, 15, truth.shape), 0, 255).astype(np.uint8)
    ab, ab_truth = (skimage.color.rgb2lab(rgb)[..., 1:] for rgb in (prediction, truth))
    distance = np.linalg.norm(ab - ab_truth, axis=-1)
    auc = np.mean([distance <= threshold for threshold in range(151)], axis=0)
    classes = np.linalg.norm(ab_truth[..., np.newaxis, :] - CLASSES, axis=-1).argmin(axis=-1)
    probability = np.bincount(classes.ravel(), minlength=313) / classes.size
    weights = 1 / probability[classes]
    expected = (weights * auc).sum() / weights.sum()

    def count(prediction, truth):
        measured = measure(prediction, truth)
        return measured[CLASS_MISSES], measured[CLASS_COUNTS]

    misses, counts = tf.function(count, jit_compile=jit)(prediction, truth)
    found = rebalanced(misses.numpy(), counts.numpy())
    assert found.shape == (5,)
    assert found.mean() == pytest.approx(expected, abs=1e-5)
    # Of one image: its part of the weighted sum, times the number of images.
    parts = 5 * (weights * auc).sum(axis=(1, 2)) / weights.sum()
    np.testing.assert_allclose(found, parts, atol=1e-5)


def test_counts():
    truth = np.concatenate([image((RED, 12)), image(((77,) * 3, 12))])
    counts = np.asarray(measure(image((BLUE, 12))[[0, 0]], truth)[CLASS_COUNTS])
    assert counts.shape == (2, 313)
    assert counts.sum(axis=1).tolist() == [144, 144]
    # sRGB red is (80.1, 67.2) in the ab plane.
    assert CLASSES[counts.argmax(axis=1)].tolist() == [[80, 70], [0, 0]]
