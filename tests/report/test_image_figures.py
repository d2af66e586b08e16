"""Figures of images: the rules of crops and ranks by hand, errors, and exact pixels."""

import io

import numpy as np
import pytest
from PIL import Image
from sample_runs import write_run, write_samples
from skimage.color import deltaE_ciede2000, rgb2lab

from colorkeras.report.comparison import compare_runs
from colorkeras.report.image_figure import Cell, image_figure
from colorkeras.report.image_figures import (
    best_and_worst,
    crops_figure,
    delta_e,
    error_maps,
    most_varied_square,
    ranked_images,
    samples_figure,
)
from colorkeras.report.shared_images import shared_images
from colorkeras.report.shown_metrics import SHOWN_METRICS
from colorkeras.report.systems import systems_of

DELTA_E = next(metric for metric in SHOWN_METRICS if metric.key == "ciede2000")
NAMES = [f"{number}.png" for number in range(8)]


def systems(root):
    comparison = compare_runs(root)
    (group,) = comparison.groups
    return systems_of(group)


def write_images_csv(folder, values):
    lines = ["method,image,ciede2000"]
    lines += [f"model,{name},{value}" for name, value in values.items()]
    lines += [f"grey,{name},1" for name in values]
    (folder / "eval_images.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_square_lies_where_chroma_varies():
    truth = np.full((60, 90, 3), 128, np.uint8)
    truth[30:40, 40:60], truth[40:50, 40:60] = (255, 0, 0), (0, 0, 255)
    assert most_varied_square(truth) == (40, 30, 20)


def test_square_of_equals_is_the_upper_left_one_and_fits_into_small_images():
    assert most_varied_square(np.full((60, 90, 3), 77, np.uint8)) == (0, 0, 20)
    assert most_varied_square(np.full((12, 40, 3), 77, np.uint8)) == (0, 0, 12)


def test_lightness_does_not_count():
    truth = np.full((48, 48, 3), 128, np.uint8)
    truth[:16:2, :16] = 255
    truth[32:40, 32:], truth[40:, 32:] = (160, 100, 100), (100, 100, 160)
    left, top, _ = most_varied_square(truth)
    assert min(left, top) > 24


def test_errors_equal_scikit_image():
    one, other = np.random.default_rng(0).integers(0, 256, (2, 9, 7, 3), np.uint8)
    expected = deltaE_ciede2000(rgb2lab(one), rgb2lab(other))
    np.testing.assert_allclose(delta_e(one, other), expected, rtol=5e-3, atol=1e-2)


def test_pixels_are_whole_dots():
    image = np.random.default_rng(0).integers(0, 200, (10, 50, 3), np.uint8)
    figure = image_figure([("row", [Cell(image)])], ["column"])
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=150)
    drawn = np.asarray(Image.open(file).convert("RGB"))
    enlarged = np.kron(image, np.ones((4, 4, 1), np.uint8))  # 190 dots or more: 4 × 50
    top, left = np.argwhere((drawn == enlarged[0, 0]).all(axis=-1))[0]
    np.testing.assert_array_equal(drawn[top : top + 40, left : left + 200], enlarged)


def test_images_that_all_systems_share(tmp_path):
    write_samples(write_run(tmp_path, "cnn", "a"), ["x.png", "y.png"])
    write_samples(write_run(tmp_path, "cnn", "b", seed=1, preset="other"), ["y.png", "z.png"])
    write_run(tmp_path, "gan", "c")
    shared = shared_images(systems(tmp_path))
    assert shared.names == ["y.png"]
    (row,) = shared.rows(5)
    assert (row.truth == 161).all()
    assert [models[0][0, 0, 0] for models in row.models.values()] == [91, 90]  # of a and b


def test_damaged_images_are_left_out_and_none_shared(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    assert shared_images(systems(tmp_path)) is None
    write_samples(folder, ["x.png", "y.png", "z.png"])
    test = folder / "samples" / "test"
    (test / "000_model.png").write_bytes(b"no image")
    Image.new("RGB", (9, 9)).save(test / "001_model.png")
    assert [row.name for row in shared_images(systems(tmp_path)).rows(5)] == ["z.png"]


def test_rows_and_columns(tmp_path):
    write_samples(write_run(tmp_path, "cnn", "a"), ["x.png", "y.png"])
    write_samples(write_run(tmp_path, "gan", "b"), ["x.png", "y.png"])
    found = systems(tmp_path)
    rows, named = list(shared_images(found).rows(5)), dict(enumerate(found))
    for figure, words, num_images in (
        (samples_figure(rows, named), ["truth", "grey", "cnn · quick · a", "gan · quick · b"], 8),
        (crops_figure(rows, named), ["truth, with the region", "truth", "grey"], 10),
        (error_maps(rows, named), ["truth", "grey", "cnn · quick · a", "gan · quick · b"], 8),
    ):
        texts = [text.get_text() for text in figure.texts]
        assert set(words) | {"x.png", "y.png"} <= set(texts)
        assert sum(len(axes.images) for axes in figure.axes) == num_images


def test_all_error_maps_have_one_scale(tmp_path):
    write_samples(write_run(tmp_path, "cnn", "a"), ["x.png"])
    write_samples(write_run(tmp_path, "gan", "b"), ["x.png"], tint=60)
    found = systems(tmp_path)
    figure = error_maps(list(shared_images(found).rows(5)), dict(enumerate(found)))
    maps = [image for axes in figure.axes for image in axes.images if image.get_array().ndim == 2]
    assert len(maps) == 3
    assert len({image.get_clim() for image in maps}) == 1


def test_ranks(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    write_images_csv(folder, {"x": 3.5, "y": 1.25, "z": "nan", "w": 2})
    (system,) = systems(tmp_path)
    assert ranked_images(system.members[0], DELTA_E) == [("y", 1.25), ("w", 2), ("x", 3.5)]


def test_best_and_worst_of_the_stored_images(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    write_samples(folder, NAMES)
    write_images_csv(folder, {"not stored": 0.5, **{name: 9 - int(name[0]) for name in NAMES}})
    (system,) = systems(tmp_path)
    texts = [text.get_text() for text in best_and_worst({0: system}, DELTA_E).texts]
    ranks = [text.split("\n")[1] for text in texts if "rank" in text]
    assert ranks == [f"rank {rank} of 9" for rank in (2, 3, 4, 7, 8, 9)]
    assert [text for text in texts if text in NAMES] == [f"{n}.png" for n in (7, 6, 5, 2, 1, 0)]


@pytest.mark.parametrize("names", [[], NAMES[:5]])
def test_too_few_stored_images(tmp_path, names):
    folder = write_run(tmp_path, "cnn", "a")
    write_samples(folder, names)
    write_images_csv(folder, dict.fromkeys(NAMES, 1))
    (system,) = systems(tmp_path)
    assert best_and_worst({0: system}, DELTA_E) is None
