"""Evaluation: padding, baselines and means against numbers computed another way."""

import numpy as np
import pytest
import tensorflow as tf
from skimage.color import lab2rgb, rgb2lab
from tiny_experiment import make_image, read_rows

from colorkeras.color.classes import nearest_class
from colorkeras.color.space import ColorSpace
from colorkeras.console.errors import PredictionError, UserError
from colorkeras.data.scene_source import SceneSet
from colorkeras.data.subset import Subset
from colorkeras.evaluation.evaluator import Evaluator, mean_chroma, protocol_for, summarize_all
from colorkeras.evaluation.results_csv import (
    EVAL_HEADER,
    append_evaluation,
    evaluation_csv,
    write_per_image,
)
from colorkeras.experiment.generator import Noise
from colorkeras.metrics.auc import THRESHOLDS, missed_thresholds
from colorkeras.metrics.image_metrics import (
    CLASS_COUNTS,
    CLASS_MISSES,
    METRICS,
    PSNR_CAP,
    measure,
)
from colorkeras.records.csv_file import CsvFile
from colorkeras.records.run_folder import RunFolder

SPACE = ColorSpace.named("yuv_tanh")
BASELINES = {"grey", "mean_chroma", "half_saturated"}


class ArraySet:
    """Pictures in memory, with the contract of an image set."""

    manifest_hash = "0" * 64
    expected = None

    def __init__(self, rgb):
        self._rgb = rgb
        self.names = [f"{number}.png" for number in range(len(rgb))]
        self.size = rgb[0].shape[:2]

    def __len__(self):
        return len(self._rgb)

    def read(self, index):
        return self._rgb[index]


def brighter_is_bluer(inputs, training):
    """A model by formula: chroma grows with luminance."""
    assert not training
    return tf.concat([0.4 * inputs, -0.2 * inputs], axis=-1)


@pytest.fixture(scope="module")
def rgb():
    return [make_image(seed, 32, 32) for seed in range(7)]


@pytest.fixture(scope="module")
def per_image(rgb):
    """Seven images three at a time: the last batch holds one and two of padding."""
    images = ArraySet(rgb)
    return make_evaluator(images).run(brighter_is_bluer)


def make_evaluator(images, mean_ab=(5.0, 10.0), batch_size=3):
    protocol = protocol_for(images, "test", "crop")
    return Evaluator(SPACE, Noise(), images, protocol, mean_ab, batch_size)


def assert_close(found, expected):
    """XLA orders sums in another way; errors of single images are far larger than that."""
    for name in set(METRICS) - {"auc_rebalanced"}:  # that depends on the other images
        np.testing.assert_allclose(found[name], expected[name], rtol=2e-4, atol=2e-4, err_msg=name)


def test_batches_with_padding_equal_images_one_by_one(rgb, per_image):
    assert set(per_image) == {"model", *BASELINES}
    for number, image in enumerate(rgb):
        truth = tf.constant(image[np.newaxis])
        inputs, _ = SPACE.split(truth)
        predicted = SPACE.merge(inputs, brighter_is_bluer(inputs, False), gamut="clip")
        expected = measure(predicted, truth)
        found = {name: values[number] for name, values in per_image["model"].items()}
        assert_close(found, {name: value.numpy()[0] for name, value in expected.items()})
    assert {len(values) for values in per_image["model"].values()} == {7}


def test_batch_larger_than_the_set(rgb, per_image):
    small = make_evaluator(ArraySet(rgb[:3]), batch_size=100)
    found = small.run(brighter_is_bluer, with_baselines=False)
    assert set(found) == {"model"}
    assert_close(found["model"], {n: v[:3] for n, v in per_image["model"].items()})


def test_rebalanced_auc_of_the_set(rgb, per_image):
    """As the weighted mean over all pixels, for the model and the baselines; padding counts not."""
    truth = np.stack(rgb)
    inputs, _ = SPACE.split(tf.constant(truth))
    predicted = SPACE.merge(inputs, brighter_is_bluer(inputs, False), gamut="clip")
    measured = measure(predicted, truth)
    counts = np.asarray(measured[CLASS_COUNTS]).sum(axis=0)
    misses = np.asarray(measured[CLASS_MISSES]).sum(axis=0)
    seen = counts > 0
    expected = np.mean(1 - misses[seen] / counts[seen] / THRESHOLDS)
    assert per_image["model"]["auc_rebalanced"].mean() == pytest.approx(expected, rel=1e-4)
    summary = summarize_all(per_image)
    assert summary["model"]["auc_rebalanced"] == pytest.approx(expected, rel=1e-4)
    grey = np.linalg.norm(rgb2lab(truth)[..., 1:], axis=-1)
    classes = np.array(nearest_class(rgb2lab(truth)[..., 1:].astype("float32")))
    scores = 1 - np.asarray(missed_thresholds(grey)) / THRESHOLDS
    of_classes = [scores[classes == number].mean() for number in np.flatnonzero(seen)]
    # The grey baseline is rounded to 8 bits.
    assert summary["grey"]["auc_rebalanced"] == pytest.approx(np.mean(of_classes), abs=0.005)
    assert summary["grey"]["auc_rebalanced"] < summary["half_saturated"]["auc_rebalanced"] < 1


def test_grey_baseline_is_a_grey_image(rgb, per_image):
    for number, image in enumerate(rgb):
        lab = rgb2lab(image)
        lab[..., 1:] = 0
        grey = np.round(255 * lab2rgb(lab))
        mse = np.mean((grey - image) ** 2)
        psnr = 10 * np.log10(255**2 / mse)
        assert per_image["grey"]["psnr"][number] == pytest.approx(psnr, abs=0.05)
        assert per_image["grey"]["colorfulness"][number] < 0.5


def test_mean_chroma_baseline_has_that_chroma(rgb):
    images = ArraySet([np.full((32, 32, 3), 128, np.uint8)] * 3)
    found = make_evaluator(images, mean_ab=(3.0, 4.0)).run(brighter_is_bluer)
    # 5 units away from grey everywhere, less what 8 bits round: no CIELAB unit is finer than 1.
    np.testing.assert_allclose(found["mean_chroma"]["chroma_rmse"] * 2**0.5, 5.0, atol=0.5)
    np.testing.assert_allclose(found["grey"]["psnr"], PSNR_CAP)


def test_progress(rgb):
    done = []
    evaluator = make_evaluator(ArraySet(rgb))
    evaluator.run(brighter_is_bluer, with_baselines=False, progress=done.append)
    assert done == [3, 6, 7]


def test_a_model_is_compiled_once_for_all_evaluations(rgb):
    traced = []

    def model(inputs, training):
        traced.append(1)
        return brighter_is_bluer(inputs, training)

    evaluator = make_evaluator(ArraySet(rgb))
    for _ in range(3):
        evaluator.run(model, with_baselines=False)
    assert len(traced) == 1


def test_weights_that_changed_are_seen(rgb):
    weight = tf.Variable(0.4)
    evaluator = make_evaluator(ArraySet(rgb))

    def model(inputs, training):
        return tf.concat([weight * inputs, -0.2 * inputs], axis=-1)

    before = evaluator.run(model, with_baselines=False)["model"]["mse"]
    weight.assign(0.0)
    after = evaluator.run(model, with_baselines=False)["model"]["mse"]
    assert (before != after).all()


def test_best_reachable_of_scenes():
    scenes = SceneSet("landscape", 0, "test", 4, 32, 32)
    found = make_evaluator(scenes).run(brighter_is_bluer)
    assert set(found) == {"model", *BASELINES, "best_reachable"}
    for index in range(4):
        error = np.round(scenes.expected(index)) - scenes.read(index)
        assert found["best_reachable"]["mse"][index] == pytest.approx(np.mean(error**2), rel=1e-3)
    summary = summarize_all(found)
    assert summary["best_reachable"]["mse"] < summary["grey"]["mse"]


def test_mean_chroma_by_hand():
    # CIELAB of sRGB red (D65): 53.24, 80.09, 67.20; of any grey: a* = b* = 0.
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 255
    half = np.full((32, 32, 3), 77, np.uint8)
    half[:16] = red[:16]
    images = ArraySet([red, np.full((32, 32, 3), 200, np.uint8), half])
    expected = [80.09 * 1.5 / 3, 67.20 * 1.5 / 3]
    assert mean_chroma(images, batch_size=2) == pytest.approx(expected, abs=0.01)


def test_mean_chroma_of_many_images_reads_a_few_evenly_spaced(monkeypatch, rgb):
    monkeypatch.setattr("colorkeras.evaluation.evaluator.MEAN_CHROMA_IMAGES", 3)
    images = ArraySet(rgb)
    chosen = np.stack([rgb2lab(rgb[index])[..., 1:].mean(axis=(0, 1)) for index in (0, 3, 6)])
    assert mean_chroma(images) == pytest.approx(list(chosen.mean(axis=0)), abs=0.01)


def test_protocol_names_the_images_and_their_size(rgb):
    images = ArraySet(rgb)
    protocol = protocol_for(images, "val", "stretch")
    assert (protocol.data, protocol.num_images) == ("0" * 64, 7)
    assert (protocol.height, protocol.width) == (32, 32)
    assert (protocol.split, protocol.resize, protocol.gamut) == ("val", "stretch", "clip")
    fewer = protocol_for(Subset(images, [0, 3]), "val", "stretch")
    assert fewer.hash != protocol.hash


def test_records(tmp_path, rgb, per_image):
    folder = RunFolder(tmp_path)
    images = ArraySet(rgb)
    protocol = protocol_for(images, "test", "crop")
    write_per_image(folder, images.names, per_image)
    append_evaluation(evaluation_csv(folder), 12, 3, summarize_all(per_image), protocol)
    rows = read_rows(tmp_path / "eval_images.csv")
    assert [row["image"] for row in rows[:7]] == images.names
    assert len(rows) == 4 * 7
    (ours,) = (row for row in read_rows(tmp_path / "eval.csv") if row["method"] == "model")
    assert (ours["step"], ours["epoch"], ours["split"], ours["images"]) == ("12", "3", "test", "7")
    assert ours["protocol"] == protocol.hash
    mean = np.mean([float(row["psnr"]) for row in rows if row["method"] == "model"])
    assert float(ours["psnr"]) == pytest.approx(mean, rel=1e-6)
    # Written again, as after a cut-off evaluation, the file holds the rows once.
    write_per_image(folder, images.names, per_image)
    assert read_rows(tmp_path / "eval_images.csv") == rows


# What the eval.csv of earlier versions lacks: of 0.2.0, and of 0.3.0.
LACKED = (
    ("auc_rebalanced", "histogram_distance", "hue_error", "bleeding"),
    ("histogram_distance", "hue_error", "bleeding"),
)


@pytest.mark.parametrize("lacked", LACKED)
def test_an_evaluation_begun_by_an_earlier_version(lacked, tmp_path, rgb, per_image):
    """Its eval.csv lacks newer columns: they are added, blank in the earlier rows."""
    earlier = [name for name in EVAL_HEADER if name not in lacked]
    CsvFile(tmp_path / "eval.csv", earlier).append(step=6, method="model", psnr=20.5)
    folder = RunFolder(tmp_path)
    evaluation_csv(folder).cut(lambda row: int(row["step"]) <= 6)
    protocol = protocol_for(ArraySet(rgb), "test", "crop")
    append_evaluation(evaluation_csv(folder), 12, 3, summarize_all(per_image), protocol)
    assert (tmp_path / "eval.csv").read_text().startswith(",".join((*earlier, *lacked)) + "\n")
    first, *others = read_rows(tmp_path / "eval.csv")
    assert first["psnr"] == "20.5"
    assert {row["step"] for row in others} == {"12"}
    for name in lacked:
        assert first[name] == ""
        assert all(float(row[name]) >= 0 for row in others)
    (tmp_path / "eval.csv").write_text("step,epoch,split,method,images,psnr\n")
    with pytest.raises(UserError, match=r"expected the columns step, .*auc_rebalanced"):
        evaluation_csv(folder).cut(lambda row: True)


def chroma_is_noise(inputs, training):
    """A model with a second input: its two numbers are the chroma of every pixel."""
    luminance, z = inputs
    return tf.zeros_like(luminance) + 0.1 * z[:, tf.newaxis, tf.newaxis, :]


def run_with_noise(images, batch_size, **options):
    protocol = protocol_for(images, "test", "crop")
    noise = Noise("input", "normal", (2,))
    evaluator = Evaluator(SPACE, noise, images, protocol, (5.0, 10.0), batch_size)
    return evaluator.run(chroma_is_noise, with_baselines=False, **options)["model"]


def test_noise_belongs_to_the_image_not_to_its_batch(rgb):
    images = ArraySet(rgb)
    one, other = run_with_noise(images, 3), run_with_noise(images, 7)
    np.testing.assert_allclose(one["chroma_rmse"], other["chroma_rmse"], rtol=1e-4)
    assert len(set(one["chroma_rmse"])) == 7
    assert "diversity" not in one


def test_diversity(rgb):
    grey = ArraySet([np.full((32, 32, 3), 128, np.uint8)] * 3)
    found = run_with_noise(grey, 2, with_diversity=True)["diversity"]
    assert found.shape == (3,)
    noise = Noise("input", "normal", (2,))
    inputs, _ = SPACE.split(tf.constant(grey.read(0)[np.newaxis]))
    chroma = []
    for sample in range(4):
        z = tf.constant(noise.for_images([2], sample))
        rgb = SPACE.merge(inputs, chroma_is_noise([inputs, z], False), gamut="clip")
        chroma.append(rgb2lab(np.asarray(tf.round(rgb))[0, 0, 0] / 255)[1:])
    pairs = [np.linalg.norm(chroma[i] - chroma[j]) for i in range(4) for j in range(i)]
    assert found[2] == pytest.approx(np.mean(pairs), rel=1e-3)


def test_no_diversity_without_noise(rgb):
    evaluator = make_evaluator(ArraySet(rgb[:3]))
    found = evaluator.run(brighter_is_bluer, with_baselines=False, with_diversity=True)
    assert "diversity" not in found["model"]


def infinite_in_the_second(inputs, training):
    is_bright = tf.reduce_mean(inputs, axis=(1, 2, 3), keepdims=True) > 0.9
    return tf.where(is_bright, np.inf, tf.zeros_like(inputs)) * tf.ones(2)


class TestNoNumbers:
    @pytest.fixture
    def images(self, rgb):
        return ArraySet([rgb[0], np.full((32, 32, 3), 250, np.uint8), rgb[1]])

    def test_metrics_of_a_training_are_nan(self, images):
        """Infinite chroma, clipped, would be a color, and its metrics ordinary numbers."""
        found = make_evaluator(images).run(infinite_in_the_second, with_baselines=False)["model"]
        assert np.isfinite(found["mse"]).tolist() == [True, False, True]

    def test_strict(self, images):
        words = rf"^m\.h5: predicts values that are not finite .* for {images.names[1]}\."
        with pytest.raises(PredictionError, match=words):
            make_evaluator(images).run(infinite_in_the_second, strict="m.h5")
