"""Metrics: hand-worked numbers, scikit-image and loop oracles, and the published ΔE00 pairs."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skimage.color
import skimage.metrics
import tensorflow as tf

from colorkeras.metrics.definitions import DEFINITIONS, METRICS
from colorkeras.metrics.image_metrics import (
    CLASS_COUNTS,
    CLASS_MISSES,
    COLORFULNESS_TRUTH,
    PSNR_CAP,
    baselines,
    ciede2000,
    complete,
    diversity,
    measure,
    summarize,
)

# Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula: Implementation Notes, Supplementary
# Test Data, and Mathematical Observations", Color Research and Application 30(1), 2005, table 1:
# L1 a1 b1 L2 a2 b2 ΔE00.
SHARMA = np.array(
    [
        [50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425],
        [50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615],
        [50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412],
        [50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669],
        [50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461],
        [50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065],
        [50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492],
        [50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977],
        [50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030],
        [50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)


@pytest.fixture(scope="module")
def images():
    """Four smooth colored images with noise, and a differently colored prediction of each."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:24, 0:32] / 24.0
    phases = rng.uniform(0, 6, (4, 1, 1, 3))
    waves = np.sin(3 * x[..., None] * np.array([1, 2, 3]) + 4 * y[..., None] + phases)
    truth = np.clip(128 + 100 * waves + rng.normal(0, 8, (4, 24, 32, 3)), 0, 255).astype(np.uint8)
    prediction = truth * 0.8 + 20 + rng.normal(0, 12, truth.shape)
    return prediction.astype("float32"), truth  # unrounded, and here and there out of range


@pytest.fixture(scope="module")
def values(images):
    return numpy_of(measure(*images))


@pytest.fixture(scope="module")
def completed(values):
    return complete(values)


def numpy_of(structure):
    return tf.nest.map_structure(np.asarray, structure)


def eight_bits(rgb):
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def flat(*pixels):
    """A (1, 12, 12, 3) image repeating a row of pixels."""
    return np.tile(np.array(pixels, np.uint8), (1, 12, 12 // len(pixels), 1))


def test_definitions_cover_every_column(values, completed):
    assert tuple(DEFINITIONS) == METRICS
    assert set(completed) == {*METRICS, COLORFULNESS_TRUTH}
    assert {*completed, CLASS_COUNTS, CLASS_MISSES} == {*values, "auc_rebalanced"}
    for name, value in completed.items():
        assert value.shape == (4,)
        assert value.dtype == (np.float64 if name == "auc_rebalanced" else np.float32)
        assert np.isfinite(value).all(), name
    for text in DEFINITIONS.values():
        assert len(text.split(";")) == 3
        assert "better" in text.split(";")[1]


def test_hand_worked_flat_images():
    # Half the pixels differ by 10 levels in one of three channels: mse = 100 / 6.
    values = numpy_of(measure(flat([50, 60, 70], [50, 60, 80]), flat([50, 60, 70])))
    np.testing.assert_allclose(values["mse"], 100 / 6, rtol=1e-6)
    np.testing.assert_allclose(values["psnr"], 10 * np.log10(255**2 * 6 / 100), rtol=1e-6)
    # rg = -10, yb = 55 - 70 = -15 or -25: σ = 5, means -10 and -20; truth: σ = 0, -10 and -15.
    np.testing.assert_allclose(values["colorfulness"], 5 + 0.3 * np.hypot(10, 20), rtol=1e-6)
    np.testing.assert_allclose(values[COLORFULNESS_TRUTH], 0.3 * np.hypot(10, 15), rtol=1e-6)
    ratio = (5 + 0.3 * np.hypot(10, 20)) / (0.3 * np.hypot(10, 15))
    np.testing.assert_allclose(values["colorfulness_ratio"], ratio, rtol=1e-6)


def test_identical_images_score_perfectly(images):
    values = numpy_of(measure(images[1], images[1]))
    assert (values["psnr"] == PSNR_CAP).all()
    for name in ("ssim", "auc", "colorfulness_ratio"):
        np.testing.assert_allclose(values[name], 1, atol=1e-6)
    for name in ("mse", "chroma_mse", "chroma_mae", "chroma_rmse", "ciede2000", "threshold_error"):
        assert (values[name] == 0).all(), name
    for name in ("histogram_distance", "hue_error", "bleeding"):
        np.testing.assert_allclose(values[name], 0, atol=1e-4, err_msg=name)


def test_psnr_equals_scikit_image(images, values):
    prediction, truth = eight_bits(images[0]), images[1]
    for i in range(4):
        psnr = skimage.metrics.peak_signal_noise_ratio(truth[i], prediction[i], data_range=255)
        np.testing.assert_allclose(values["psnr"][i], psnr, atol=1e-4)


def test_chroma_metrics_equal_a_loop_over_scikit_image_lab(images, values):
    ab = skimage.color.rgb2lab(eight_bits(images[0]))[..., 1:]
    difference = ab - skimage.color.rgb2lab(images[1])[..., 1:]
    distance = np.sqrt((difference**2).sum(-1))
    for i in range(4):
        mse = (difference[i] ** 2).mean()
        curve = [(distance[i] <= threshold).mean() for threshold in range(151)]
        np.testing.assert_allclose(values["chroma_mse"][i], mse, rtol=1e-4)
        np.testing.assert_allclose(values["chroma_rmse"][i], np.sqrt(mse), rtol=1e-4)
        np.testing.assert_allclose(values["chroma_mae"][i], abs(difference[i]).mean(), rtol=1e-4)
        np.testing.assert_allclose(values["auc"][i], np.mean(curve), atol=1e-5)
        wrong = (distance[i] >= 10).mean()
        np.testing.assert_allclose(values["threshold_error"][i], wrong, atol=1e-6)


IN_JAX = """
import sys
import numpy as np
from colorkeras.devices.compiled import compiled
from colorkeras.metrics.image_metrics import measure

with np.load(sys.argv[1]) as images:
    truth, prediction = images["truth"], images["prediction"]
for name, image in (("values", prediction), ("perfect", truth)):
    values = compiled(measure)(image, truth)
    np.savez(f"{sys.argv[1]}.{name}.npz", **{key: np.asarray(v) for key, v in values.items()})
"""


def test_jax_measures_the_same(tmp_path):
    """Also of equal colors, which XLA computes by different vectors."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 256, (3, 30, 37, 3), dtype=np.uint8)
    prediction = np.where(rng.random((3, 30, 37, 1)) < 0.5, truth, 255 - truth)
    np.savez(tmp_path / "p.npz", truth=truth, prediction=prediction)
    subprocess.run(
        [sys.executable, "-c", IN_JAX, str(tmp_path / "p.npz")],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    for name, image in (("values", prediction), ("perfect", truth)):
        ours = measure(image, truth)
        with np.load(tmp_path / f"p.npz.{name}.npz") as theirs:
            assert set(theirs.files) == set(ours)
            for key in ours:
                np.testing.assert_allclose(
                    theirs[key], ours[key], rtol=1e-4, atol=1e-3, err_msg=key
                )
    assert (np.asarray(ours["auc"]) == 1).all()
    with np.load(tmp_path / "p.npz.perfect.npz") as theirs:
        assert (theirs["auc"] == 1).all()


def test_auc_of_distances_beyond_the_last_threshold():
    blue, green = flat([0, 0, 255]), flat([0, 255, 0])
    ab = skimage.color.rgb2lab(np.stack([blue, green]))[..., 1:]
    assert np.linalg.norm(ab[0] - ab[1], axis=-1).min() > 150
    np.testing.assert_allclose(measure(blue, green)["auc"], 0, atol=1e-6)


def test_threshold_is_inclusive_and_can_be_set(images):
    ab = skimage.color.rgb2lab(eight_bits(images[0]))[..., 1:]
    distance = np.linalg.norm(ab - skimage.color.rgb2lab(images[1])[..., 1:], axis=-1)
    ours = measure(*images, threshold=3.0)["threshold_error"]
    np.testing.assert_allclose(ours, (distance >= 3.0).mean(axis=(1, 2)), atol=1e-6)
    assert (measure(images[1], images[1], threshold=0.0)["threshold_error"].numpy() == 1).all()


@pytest.mark.parametrize("jit", [False, True])
def test_ciede2000_of_the_published_pairs(jit):
    difference = tf.function(ciede2000, jit_compile=jit)
    lab1, lab2 = tf.constant(SHARMA[:, :3]), tf.constant(SHARMA[:, 3:6])
    np.testing.assert_allclose(difference(lab1, lab2), SHARMA[:, 6], atol=1e-4)
    np.testing.assert_allclose(difference(lab2, lab1), SHARMA[:, 6], atol=1e-4)


def test_ciede2000_equals_scikit_image(images, values):
    rng = np.random.default_rng(2)
    lab1, lab2 = rng.uniform([0, -90, -90], [100, 90, 90], (2, 5000, 3)).astype("float32")
    theirs = skimage.color.deltaE_ciede2000(lab1, lab2)
    np.testing.assert_allclose(ciede2000(lab1, lab2), theirs, atol=1e-3)
    labs = [skimage.color.rgb2lab(eight_bits(image)) for image in images]
    theirs = skimage.color.deltaE_ciede2000(*labs).mean(axis=(1, 2))
    np.testing.assert_allclose(values["ciede2000"], theirs, atol=1e-3)


def test_a_grey_prediction_has_no_color(images):
    grey = np.repeat(images[1][..., :1], 3, axis=-1)
    values = numpy_of(measure(grey, images[1]))
    assert (values["colorfulness"] == 0).all()
    assert (values["colorfulness_ratio"] == 0).all()
    assert np.isnan(measure(images[1], grey)["colorfulness_ratio"]).all()


class TestHistogramDistance:
    RED, GREEN, BLUE = [255, 0, 0], [0, 255, 0], [0, 0, 255]

    @staticmethod
    def distance(prediction, truth):
        return np.asarray(measure(prediction, truth)["histogram_distance"])

    def test_by_hand(self):
        """Of four columns, two are red instead of one: one of four in a class too many."""
        truth = flat(self.RED, self.GREEN, self.BLUE, self.BLUE)
        prediction = flat(self.RED, self.GREEN, self.RED, self.BLUE)
        assert self.distance(prediction, truth) == pytest.approx([1 / 4])
        assert self.distance(truth, prediction) == pytest.approx([1 / 4])

    def test_places_do_not_matter(self):
        truth = flat(self.RED, self.GREEN, self.BLUE, self.BLUE)
        assert self.distance(truth[:, :, ::-1], truth) == pytest.approx([0])
        assert np.asarray(measure(truth[:, :, ::-1], truth)["mse"]) > 0

    def test_grey_lacks_all_but_the_grey_pixels(self):
        truth = flat(self.RED, self.GREEN, [90, 90, 90], self.BLUE)
        assert self.distance(flat([90, 90, 90]), truth) == pytest.approx([3 / 4])

    def test_equals_numpy(self, images, values):
        edges = np.arange(-125, 126, 10)
        for i in range(4):
            one, other = (
                np.histogram2d(*lab[..., 1:].reshape(-1, 2).T, bins=(edges, edges))[0]
                for lab in (skimage.color.rgb2lab(x[i]) for x in (eight_bits(images[0]), images[1]))
            )
            expected = 1 - np.minimum(one, other).sum() / other.sum()
            assert 0.1 < expected < 1
            np.testing.assert_allclose(values["histogram_distance"][i], expected, atol=0.005)


def test_predictions_are_measured_as_saved(images, values):
    saved = numpy_of(measure(eight_bits(images[0]), images[1]))
    for name in values:
        np.testing.assert_array_equal(saved[name], values[name])


def test_a_prediction_that_is_not_finite_measures_nan_alone(images, completed):
    for bad in (np.nan, np.inf):
        prediction = images[0].copy()
        prediction[1, 3, 4, 0] = bad
        measured = numpy_of(measure(prediction, images[1]))
        broken = complete(measured)
        for name in METRICS:
            assert np.isnan(broken[name][1])
            np.testing.assert_array_equal(broken[name][[0, 2, 3]], completed[name][[0, 2, 3]])


def test_batched_equals_one_by_one(images, values):
    for i in range(4):
        single = measure(images[0][i : i + 1], images[1][i : i + 1])
        for name in values:
            np.testing.assert_allclose(single[name], values[name][i : i + 1], rtol=1e-5)


def test_a_batch_of_unknown_size_can_be_traced(images, values):
    signature = [
        tf.TensorSpec((None, 24, 32, 3), tf.float32),
        tf.TensorSpec((None, 24, 32, 3), tf.uint8),
    ]
    traced = tf.function(measure, input_signature=signature)
    np.testing.assert_allclose(traced(*images)["ssim"], values["ssim"], rtol=1e-5)


@pytest.mark.parametrize("jit", [False, True])
def test_eager_graph_and_jit_agree(images, jit):
    def candidates(prediction, truth):
        return {"model": prediction, **baselines(truth, (3.0, 5.0))}

    def everything(prediction, truth):
        found = candidates(prediction, truth)
        return {name: measure(rgb, truth) for name, rgb in found.items()}

    compiled = tf.function(everything, jit_compile=jit)(*map(tf.constant, images))
    eager = everything(*images)
    assert list(eager) == ["model", "grey", "mean_chroma", "half_saturated"]
    for name, expected in eager.items():
        for metric in expected:
            # A last-bit difference may round a level of a baseline to its neighbour.
            np.testing.assert_allclose(
                compiled[name][metric], expected[metric], rtol=1e-3, atol=1e-3, err_msg=metric
            )


def test_baselines_keep_lightness_and_set_chroma():
    truth = np.random.default_rng(3).integers(90, 160, (1, 16, 16, 3), dtype=np.uint8)
    lab = skimage.color.rgb2lab(truth)
    made = {
        name: skimage.color.rgb2lab(rgb / 255)
        for name, rgb in numpy_of(baselines(truth, (4.0, -6.0))).items()
    }
    for rebuilt in made.values():
        np.testing.assert_allclose(rebuilt[..., 0], lab[..., 0], atol=0.01)
    np.testing.assert_allclose(made["grey"][..., 1:], 0, atol=0.01)
    np.testing.assert_allclose(
        made["mean_chroma"][..., 1:], [[[[4, -6]]]] + 0 * lab[..., 1:], atol=0.01
    )
    np.testing.assert_allclose(made["half_saturated"][..., 1:], lab[..., 1:] / 2, atol=0.01)
    assert measure(baselines(truth, (0, 0))["grey"], truth)["colorfulness"].numpy().max() < 0.5


def test_summary_is_the_mean_except_for_the_ratio(completed):
    summary = summarize(completed)
    assert set(summary) == set(METRICS)
    for name in set(METRICS) - {"colorfulness_ratio"}:
        assert summary[name] == pytest.approx(completed[name].mean(dtype="float64"))
    ratio = completed["colorfulness"].mean() / completed[COLORFULNESS_TRUTH].mean()
    assert summary["colorfulness_ratio"] == pytest.approx(ratio, rel=1e-6)
    grey = {**completed, COLORFULNESS_TRUTH: np.zeros(4)}
    assert np.isnan(summarize(grey)["colorfulness_ratio"])


def test_one_grey_image_does_not_blank_the_summary(completed):
    blank = {**completed, "colorfulness_ratio": np.array([np.nan, 1, 1, 1])}
    assert summarize(blank) == summarize(completed)


def test_what_some_images_lack_is_the_mean_of_the_others(completed):
    some = {**completed, "hue_error": np.array([np.nan, 10, np.nan, 40])}
    none = {**completed, "bleeding": np.full(4, np.nan)}
    assert summarize(some)["hue_error"] == 25
    assert np.isnan(summarize(none)["bleeding"])
    # An image that could not be measured at all is not one that merely lacks a hue.
    broken = {**some, "mse": np.array([np.nan, 1, 1, 1])}
    assert np.isnan(summarize(broken)["hue_error"])


def test_errors_name_what_was_received_and_expected(completed):
    small, image = np.zeros((1, 10, 40, 3), np.uint8), np.zeros((1, 12, 12, 3), np.uint8)
    with pytest.raises(ValueError, match="10x40 pixels: SSIM needs at least 11x11"):
        measure(small, small)
    with pytest.raises(ValueError, match=r"\(1, 12, 12, 3\), truth of shape \(1, 10, 40, 3\)"):
        measure(image, small)
    with pytest.raises(ValueError, match=r"\(12, 12, 3\).*expected both \(batch"):
        measure(image[0], image[0])
    with pytest.raises(ValueError, match=r"missing \['auc'\]"):
        summarize({name: value for name, value in completed.items() if name != "auc"})
    with pytest.raises(ValueError, match="0 images"):
        summarize({name: value[:0] for name, value in completed.items()})


class TestDiversity:
    def test_by_hand(self):
        """Two equal samples and one that differs: two of three pairs, by one distance."""
        grey = np.full((1, 12, 12, 3), 128, np.uint8)
        red = grey.copy()
        red[:, :6] = (255, 0, 0)  # half of the pixels; ab of sRGB red is (80.1, 67.2), |ab| 104.55
        found = diversity(np.stack([grey, grey, red]))
        assert found.shape == (1,)
        assert float(found[0]) == pytest.approx(104.55 / 2 * 2 / 3, rel=1e-3)

    def test_none(self):
        grey = np.full((2, 12, 12, 3), 128, np.uint8)
        np.testing.assert_array_equal(diversity(np.stack([grey] * 4)), [0, 0])

    def test_not_finite(self):
        samples = np.zeros((2, 2, 12, 12, 3), np.float32)
        samples[1, 1, 3, 4, 0] = np.nan
        found = np.asarray(diversity(samples))
        assert found[0] == 0
        assert np.isnan(found[1])

    def test_one_sample(self):
        with pytest.raises(ValueError, match=r"Diversity of 1 sample\(s\): expected at least 2"):
            diversity(np.zeros((1, 1, 12, 12, 3), np.uint8))
