"""The evaluate command: the table, the folder it writes, what it refuses."""

import json

import h5py
import numpy as np
import pytest
from hostile_files import change_metadata
from PIL import Image
from saved_models import write_model, write_model_that_overflows, write_noisy_model
from tiny_experiment import make_image, read_info, read_rows, write_photos

from colorkeras.compare import main as compare
from colorkeras.console.errors import UserError
from colorkeras.data.folders.folder_source import open_folder
from colorkeras.evaluation.command import main
from colorkeras.records.folder_lock import locked
from colorkeras.report.stored_images import read_image, stored_images


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "model.h5")


@pytest.fixture
def photos(tmp_path):
    return write_photos(tmp_path / "photos", 12)


@pytest.fixture
def refused(capsys):
    def check(*argv):
        assert main([str(argument) for argument in argv]) == 2
        error = capsys.readouterr().err
        assert "Traceback" not in error
        return error[error.index("error: ") + len("error: ") :]

    return check


def test_prints_the_table(model, photos, capsys):
    assert main([model, "--data", photos, "--batch", "3"]) == 0
    printed = capsys.readouterr().out
    assert "all · 12 images · 32×32 · protocol " in printed
    for label in ("grey", "mean chroma", "half-saturated truth", "ours"):
        assert label in printed
    assert "best reachable" not in printed
    assert "The model " in printed


def test_scenes_have_a_best_reachable_row(model, capsys):
    argv = [model, "--data", "scenes:landscape", "--limit", "3", "--batch", "3"]
    assert main(argv) == 0
    printed = capsys.readouterr().out
    assert "best reachable" in printed
    assert "test · 3 images" in printed


@pytest.mark.parametrize("source", ["input", "dropout"])
def test_diversity_of_a_model_with_noise(source, photos, tmp_path, capsys):
    model = write_noisy_model(tmp_path / "noisy.h5", source)
    out = tmp_path / "results" / "tiny" / source
    assert main([model, "--data", photos, "--batch", "3", "-o", str(out)]) == 0
    rows = {row["method"]: row["diversity"] for row in read_rows(out / "eval.csv")}
    assert f"lie {float(rows['model']):.2f} ab units apart" in capsys.readouterr().out
    assert rows["grey"] == ""
    images = [r for r in read_rows(out / "eval_images.csv") if r["method"] == "model"]
    values = [float(row["diversity"]) for row in images]
    assert float(rows["model"]) == pytest.approx(np.mean(values), rel=1e-5)
    assert compare([str(tmp_path / "results")]) == 0
    assert "Diversity, mean ab distance between 4 samples: tiny · " in capsys.readouterr().out


def test_writes_a_folder_that_compare_reads(model, photos, tmp_path, capsys):
    out = tmp_path / "results" / "tiny" / "evaluated"
    argv = [model, "--data", photos, "--split", "train", "--batch", "3", "-o", str(out)]
    assert main(argv) == 0
    assert f"written to {out}" in capsys.readouterr().err
    source = open_folder(photos, height=32, width=32)
    names = list(source.sets["train"].names)
    info = read_info(out)
    assert (info["kind"], info["status"], info["experiment"]) == ("evaluation", "finished", "tiny")
    assert info["model"]["run"] == "first"
    assert info["data"]["manifest"] == source.manifest_hash
    rows = read_rows(out / "eval.csv")
    assert {(row["step"], row["epoch"], row["split"]) for row in rows} == {("9", "", "train")}
    assert {row["protocol"] for row in rows} != {""}
    images = read_rows(out / "eval_images.csv")
    assert [row["image"] for row in images if row["method"] == "model"] == names
    mean = np.mean([float(row["ssim"]) for row in images if row["method"] == "model"])
    (ours,) = (row for row in rows if row["method"] == "model")
    assert float(ours["ssim"]) == pytest.approx(mean, rel=1e-6)
    assert (out / "samples" / "final.png").exists()
    assert (out / "samples" / "test" / "000_model.png").exists()
    assert compare([str(tmp_path / "results")]) == 0


def test_model_without_chroma_measures_as_worked_by_hand(tmp_path):
    """A model that answers chroma 0 is the grey image of the same luma."""
    model = write_model(tmp_path / "grey.h5", bias=(0.0, 0.0))
    folder = tmp_path / "photos"
    for split in ("train", "test"):
        (folder / split).mkdir(parents=True)
        Image.fromarray(make_image(5, 32, 32)).save(folder / split / "image.png")
    assert main([model, "--data", str(folder), "-o", str(tmp_path / "out")]) == 0
    (ours,) = (r for r in read_rows(tmp_path / "out" / "eval.csv") if r["method"] == "model")
    truth = make_image(5, 32, 32).astype(float)
    luma = np.round(truth @ [0.299, 0.587, 0.114])  # BT.601
    assert float(ours["mse"]) == pytest.approx(np.mean((truth - luma[..., None]) ** 2), rel=1e-3)


def test_missing_model(refused, photos, tmp_path):
    assert "none.h5: no such file" in refused(tmp_path / "none.h5", "--data", photos)


def test_damaged_model(refused, photos, model, tmp_path):
    whole = (tmp_path / "model.h5").read_bytes()
    (tmp_path / "model.h5").write_bytes(whole[: len(whole) // 2])
    assert "model.h5: " in refused(model, "--data", photos)
    (tmp_path / "model.h5").write_bytes(b"text")
    assert "model.h5: not an HDF5 file" in refused(model, "--data", photos)


def test_model_without_the_mean_of_its_training_data(refused, photos, model):
    change_metadata(model, mean_ab=None)
    message = refused(model, "--data", photos)
    assert "model.h5: its metadata lacks mean_ab; expected" in message


def test_missing_data(refused, model, tmp_path):
    assert "nowhere: no such folder" in refused(model, "--data", tmp_path / "nowhere")


def test_empty_split(refused, model, tmp_path):
    write_photos(tmp_path / "own" / "test", 2)
    message = refused(model, "--data", tmp_path / "own", "--split", "val")
    assert "no images in its val split; it has 2 test." in message


def measured(out):
    """What an evaluation says it measured, and the names of the images."""
    info = read_info(out)
    names = [r["image"] for r in read_rows(out / "eval_images.csv") if r["method"] == "model"]
    return info["protocol"]["split"], info["protocol"]["num_images"], names


def test_a_folder_of_images_is_measured_whole(model, tmp_path, capsys):
    photos = write_photos(tmp_path / "kodak", 5)
    Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(f"{photos}/grey.png")
    (tmp_path / "kodak" / "broken.png").write_bytes(b"")
    out = tmp_path / "out"
    assert main([model, "--data", photos, "-o", str(out)]) == 0
    expected = "measuring 5 of 7 images found; 2 set aside: 1 unreadable, 1 grey"
    assert expected in capsys.readouterr().err
    assert measured(out) == ("all", 5, [f"{number:03d}.png" for number in range(5)])
    assert {row["name"] for row in read_rows(out / "set_aside.csv")} == {"grey.png", "broken.png"}
    assert read_info(out)["data"]["all"] == 5
    capsys.readouterr()
    assert main([model, "--data", photos, "--limit", "3"]) == 0
    limited = "measuring 3 of 7 images found, limited by --limit 3; 2 set aside"
    assert limited in capsys.readouterr().err


def test_one_image_is_enough(model, tmp_path):
    assert main([model, "--data", write_photos(tmp_path / "one", 1)]) == 0


@pytest.mark.parametrize(
    ("folders", "split", "count"),
    [({"train": 4, "test": 3}, "test", 3), ({"train2017": 4, "val2017": 3}, "val", 3)],
)
def test_what_was_published_to_measure_on_is_measured(
    model, tmp_path, capsys, folders, split, count
):
    for name, number in folders.items():
        write_photos(tmp_path / "data" / name, number)
    out = tmp_path / "out"
    assert main([model, "--data", str(tmp_path / "data"), "-o", str(out)]) == 0
    assert measured(out)[:2] == (split, count)
    told = capsys.readouterr().err
    assert "divided as published: train is train" in told
    total = sum(folders.values())
    assert f"measuring {count} of {total} images found ({split} split); 0 set aside" in told


def test_a_mistyped_path_is_told_before_the_model_is_opened(refused, model, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "colorkeras.inference.saved_model.load_model", lambda _: pytest.fail("opened")
    )
    assert "no such folder" in refused(model, "--data", tmp_path / "nowhere")
    assert "no such scenes" in refused(model, "--data", "scenes:landscapes")
    assert "no such file" in refused(tmp_path / "none.h5", "--data", tmp_path)


@pytest.mark.parametrize("option", ["--limit=-1", "--batch=0"])
def test_numbers_out_of_range(refused, model, photos, option):
    name = option.partition("=")[0]
    assert f"{name}: received " in refused(model, "--data", photos, option)


def test_out_not_empty(refused, model, photos, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("")
    assert "already exists and is not empty" in refused(model, "--data", photos, "-o", out)


def test_out_in_the_data(refused, model, photos, tmp_path):
    message = refused(model, "--data", photos, "-o", f"{photos}/results")
    assert "lies in the data source" in message
    assert not (tmp_path / "photos" / "results").exists()


def test_results_are_written_before_they_are_printed(model, photos, tmp_path, monkeypatch):
    def broken(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("colorkeras.evaluation.summary.print_summary", broken)
    assert main([model, "--data", photos, "-o", str(tmp_path / "out")]) == 2
    assert read_info(tmp_path / "out")["status"] == "finished"


def test_two_evaluations_into_one_folder(refused, model, photos, tmp_path):
    out = tmp_path / "out"
    with locked(out, "busy"):
        assert "another process is using this run" in refused(model, "--data", photos, "-o", out)
        assert list(out.iterdir()) == []


def test_nothing_is_left_of_a_failure(refused, model, photos, tmp_path, monkeypatch):
    def full(*_args):
        raise UserError("final.png: cannot be written: No space left on device.")

    monkeypatch.setattr("colorkeras.evaluation.samples.Samples.write_grid", full)
    assert "No space" in refused(model, "--data", photos, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("height", "64", "height is '64'; expected a whole number from 4 to 4096"),
        ("mean_ab", [1], "mean_ab is [1]; expected 2 numbers"),
        ("mean_ab", None, "mean_ab is None; expected 2 numbers"),
        ("resize", "squeeze", "resize is 'squeeze'; expected one of 'crop', 'stretch'"),
        ("step", "3", "step is '3'; expected a whole number"),
        ("experiment", "a\x1b[31m", "experiment is 'a\\x1b[31m'; expected printable text"),
    ],
)
def test_metadata_of_the_wrong_kind(model, photos, refused, key, value, expected):
    change_metadata(model, **{key: value}) if value is not None else set_to_null(model, key)
    assert expected in refused(model, "--data", photos)


def set_to_null(model, key):
    with h5py.File(model, "r+") as file:
        metadata = json.loads(file.attrs["colorkeras"])
        file.attrs["colorkeras"] = json.dumps({**metadata, key: None})


def test_prediction_that_is_no_number(photos, refused, tmp_path):
    """An image that is white somewhere: named, and nothing is written."""
    path = write_model_that_overflows(tmp_path / "overflows.h5")
    write_photos(tmp_path / "own" / "train", 2)
    (tmp_path / "own" / "test").mkdir()
    image = make_image(0)
    image[:20] = 255
    Image.fromarray(image).save(tmp_path / "own" / "test" / "bright.png")
    message = refused(path, "--data", tmp_path / "own", "-o", tmp_path / "out")
    assert "overflows.h5: predicts values that are not finite (NaN or infinity) for" in message
    assert "bright.png" in message
    assert not (tmp_path / "out").exists()


class TestMemory:
    def test_batch_keeps_to_the_bound(self, model, photos, capsys):
        """A bound at which one image fits, and not sixteen: the same table, fewer at a time."""
        assert main([model, "--data", photos]) == 0
        table = capsys.readouterr().out
        assert main([model, "--data", photos, "--max-memory", "1e-4"]) == 0
        out, error = capsys.readouterr()
        assert out == table
        assert "images at a time: 1, as many as --max-memory 0.0001 allows" in error

    def test_batch_beyond_the_bound(self, model, photos, refused):
        message = refused(model, "--data", photos, "--batch", "9", "--max-memory", "1e-4")
        assert "--batch 9: this model takes more than --max-memory 0.0001 GiB" in message
        assert "Pass --batch 1, or a larger" in message


def test_all_images_are_stored_in_batches(model, photos, tmp_path):
    few, out = tmp_path / "few", tmp_path / "all"
    assert main([model, "--data", photos, "--batch", "5", "-o", str(few)]) == 0
    argv = [model, "--data", photos, "--batch", "5", "--images", "all", "-o", str(out)]
    assert main(argv) == 0
    images, some = stored_images(out), stored_images(few)
    assert list(images) == [
        row["image"] for row in read_rows(out / "eval_images.csv") if row["method"] == "model"
    ]
    assert (len(images), len(some)) == (12, 8)
    for name, image in some.items():
        for one, other in ((image.model, images[name].model), (image.truth, images[name].truth)):
            np.testing.assert_array_equal(read_image(one), read_image(other))
    errors = {
        name: read_image(i.model).astype(float) - read_image(i.truth) for name, i in images.items()
    }
    for row in read_rows(out / "eval_images.csv"):
        if row["method"] == "model":
            mse = np.square(errors[row["image"]]).mean()
            assert float(row["mse"]) == pytest.approx(mse, rel=1e-4)


@pytest.mark.parametrize(("wanted", "stored"), [("3", 3), ("0", 0), ("99", 12)])
def test_number_of_stored_images(model, photos, tmp_path, wanted, stored):
    out = tmp_path / "out"
    assert main([model, "--data", photos, "--images", wanted, "-o", str(out)]) == 0
    assert len(stored_images(out)) == stored
    assert (out / "samples" / "final.png").exists()


def test_images_that_cannot_be_stored(refused, model, photos, tmp_path):
    argv = (model, "--data", photos, "--images")
    for wrong in ("-1", "some", "1.5"):
        assert f"--images: received {wrong!r}" in refused(*argv[:3], f"--images={wrong}", "-o", "x")
    assert "Add -o DIR" in refused(*argv, "3")
