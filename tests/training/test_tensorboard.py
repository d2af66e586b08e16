"""Event files: read back by TensorBoard's own reader, they have what the CSV files have."""

import math
import subprocess
import sys

import pytest
from killing import run_until
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_experiment import assert_same_run, read_info, read_rows, write_experiment

from colorkeras import run
from colorkeras.training import tensorboard

NO_NUMBERS = ("step", "epoch", "images", "split", "method", "protocol")


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return write_experiment(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def whole(experiment, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    assert run.main([experiment, "--out", str(out), "--tensorboard"]) == 0
    return out


def read(out):
    """The events of a run: all scalars as (tag, step): values, and the images by tag."""
    events = EventAccumulator(str(out / "tensorboard"), {"scalars": 0, "images": 0})
    events.Reload()
    scalars = {}
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            scalars.setdefault((tag, event.step), []).append(event.value)
    return scalars, {tag: events.Images(tag) for tag in events.Tags()["images"]}


def expected(out):
    """What the CSV files have, under the same keys."""
    found = {}
    for row in read_rows(out / "train.csv"):
        found |= cells("train", row)
    for row in read_rows(out / "eval.csv"):
        method = "" if row["method"] == "model" else f"_{row['method']}"
        found |= cells(f"{row['split']}{method}", row)
    return found


def cells(group, row):
    return {
        (f"{group}/{name}", int(row["step"])): float(text)
        for name, text in row.items()
        if text and name not in NO_NUMBERS
    }


def assert_equals_csv(out):
    scalars, _ = read(out)
    wanted = expected(out)
    assert scalars.keys() == wanted.keys()
    for key, values in scalars.items():
        assert len(values) == 1, f"{key} comes {len(values)} times"
        # 7 digits in the CSV file, 24 bits in the event.
        assert values[0] == pytest.approx(wanted[key], rel=1e-6, nan_ok=True), key


def test_values_are_those_of_the_csv_files(whole):
    assert_equals_csv(whole)
    scalars, _ = read(whole)
    assert ("train/loss_mse", 9) in scalars
    assert ("val_grey/psnr", 0) in scalars
    assert ("test/ssim", 9) in scalars


def test_images_are_the_sample_grids(whole):
    _, images = read(whole)
    assert [image.step for image in images["samples/val"]] == [3, 6, 9]
    for number, image in enumerate(images["samples/val"], start=1):
        file = whole / "samples" / f"epoch_{number:04d}.png"
        assert image.encoded_image_string == file.read_bytes()
        assert (image.width, image.height) == Image.open(file).size
    (last,) = images["samples/test"]
    assert last.encoded_image_string == (whole / "samples" / "final.png").read_bytes()


@pytest.mark.slow
def test_a_resumed_run_has_no_step_twice(experiment, whole, tmp_path):
    """The option need not be repeated; rows after the checkpoint are written again."""
    out = tmp_path / "out"
    run_until(6, experiment, "--out", out, "--tensorboard")
    assert read(out)[0]
    assert run.main(["--resume", str(out)]) == 0
    assert_equals_csv(out)
    assert read(out)[0].keys() == read(whole)[0].keys()
    assert len(list((out / "tensorboard").iterdir())) == 1


@pytest.mark.slow
def test_may_begin_at_a_resume(experiment, whole, tmp_path):
    """The steps before it are written too; the rest of the run is as without."""
    out = tmp_path / "out"
    run_until(5, experiment, "--out", out)
    assert not (out / "tensorboard").exists()
    assert run.main(["--resume", str(out), "--tensorboard"]) == 0
    assert read_info(out)["tensorboard"] is True
    assert_equals_csv(out)
    assert_same_run(out, whole)


def test_not_a_number(tmp_path):
    """It is written as it is; a blank cell is left out."""
    events = tensorboard.EventFiles(tmp_path)
    events.begin(0)
    events.trained({"step": 3, "stage": "first", "loss": math.nan, "rate": None, "other": 0.5})
    scalars, _ = read(tmp_path)
    assert scalars.keys() == {("train/loss", 3), ("train/other", 3)}
    assert math.isnan(scalars["train/loss", 3][0])


def test_a_missing_package_is_told_before_anything_else(experiment, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    out = tmp_path / "out"
    for argv in (
        [experiment, "--out", str(out), "--tensorboard"],
        [experiment, "--out", str(out), "--tensorboard", "--seeds", "2"],
    ):
        assert run.main(argv) == 2
        error = " ".join(capsys.readouterr().err.split())
        assert "the package tensorboardX is not installed. Install it with: pip install" in error
        assert not out.exists()


def test_needs_no_tensorflow(tmp_path):
    """With JAX the events are written without it."""
    code = (
        "import sys; from pathlib import Path\n"
        "from colorkeras.training.tensorboard import EventFiles\n"
        "events = EventFiles(Path(sys.argv[1])); events.begin(0)\n"
        "events.trained({'step': 1, 'loss': 0.5})\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert read(tmp_path)[0] == {("train/loss", 1): [0.5]}
