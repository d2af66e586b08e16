"""The command: what it refuses, in which words, and what it leaves behind."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from killing import run_until
from PIL import Image
from tiny_experiment import (
    CONFIG,
    MODEL,
    assert_same_run,
    datasets,
    make_image,
    read_info,
    read_rows,
    write_experiment,
    write_photos,
)

from colorkeras import __version__, run
from colorkeras.compare import main as compare
from colorkeras.records.run_folder import RunFolder
from colorkeras.training.step_tensorflow import TensorFlowStep

WITHOUT_TENSORFLOW = """
import sys
from colorkeras.run import main
code = main(sys.argv[1:])
assert not {"tensorflow", "keras"} & set(sys.modules), "TensorFlow was loaded"
sys.exit(code)
"""


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    assert run.main([write_experiment(folder / "tiny"), "--out", str(folder / "run")]) == 0
    return folder / "run"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def refused(capsys):
    """Run, expect one error message and exit code 2, return the message on one line."""

    def check(*argv):
        assert run.main([str(argument) for argument in argv]) == 2
        error = capsys.readouterr().err
        assert "Traceback" not in error
        assert error.count("error: ") == 1
        return " ".join(error[error.index("error: ") + len("error: ") :].split())

    return check


def test_no_experiment(refused):
    assert "no experiment given; expected a folder such as" in refused()


def test_no_such_experiment(refused, tmp_path):
    assert "nowhere: no experiment here" in refused(tmp_path / "nowhere")


def test_unknown_preset(refused, experiment, out):
    message = refused(experiment, "--preset", "quik", "--out", out)
    assert "preset: received 'quik', expected one of quick, long. Did you mean quick?" in message
    assert not out.exists()


def test_unknown_key(refused, experiment, out):
    message = refused(experiment, "--set", "train.epoch=3", "--out", out)
    assert "unknown key train.epoch. Did you mean epochs?" in message
    assert not out.exists()


def test_unknown_scenes(refused, experiment, out):
    message = refused(experiment, "--data", "scenes:landscapes", "--out", out)
    assert "'scenes:landscapes': no such scenes; expected scenes:landscape" in message
    assert not out.exists()


def test_missing_data(refused, experiment, out, tmp_path):
    message = refused(experiment, "--data", tmp_path / "nowhere", "--out", out)
    assert message.startswith(f"{tmp_path / 'nowhere'}: no such folder.")
    assert not out.exists()


def test_empty_data(refused, experiment, out, tmp_path):
    (tmp_path / "photos").mkdir()
    assert "photos: no image files." in refused(
        experiment, "--data", tmp_path / "photos", "--out", out
    )
    assert not out.exists()


def test_only_grey_data(refused, experiment, out, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(3):
        grey = Image.fromarray(make_image(seed)).convert("L")
        grey.save(photos / f"{seed}.png")
    message = refused(experiment, "--data", photos, "--out", out)
    assert "none of 3 image files is usable: 3 grey." in message
    assert not out.exists()


def test_only_broken_data(refused, experiment, out, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"")
    (photos / "b.png").write_bytes(b"no image")
    message = refused(experiment, "--data", photos, "--out", out)
    assert "none of 2 image files is usable: 2 unreadable." in message
    assert "'a.jpg' unreadable: empty file" in message
    assert not out.exists()


def test_no_validation_images(refused, experiment, out, tmp_path):
    write_photos(tmp_path / "photos" / "train", 6)
    write_photos(tmp_path / "photos" / "test", 2)
    (tmp_path / "photos" / "val").mkdir()
    (tmp_path / "photos" / "val" / "broken.png").write_bytes(b"")
    message = refused(experiment, "--data", tmp_path / "photos", "--out", out)
    assert "photos: no val images; a run needs train, val and test." in message
    assert "Set aside, for example: 'val/broken.png' unreadable: empty file." in message
    assert not out.exists()


def test_batch_larger_than_data(refused, experiment, out, tmp_path):
    photos = write_photos(tmp_path / "photos", 5)
    message = refused(experiment, "--data", photos, "--set", "train.batch_size=6", "--out", out)
    assert "3 training images, fewer than train.batch_size = 6." in message
    assert "--set train.batch_size=3" in message
    assert not out.exists()


def test_one_training_image(refused, experiment, out, tmp_path):
    photos = write_photos(tmp_path / "photos", 3)
    message = refused(experiment, "--data", photos, "--set", "train.batch_size=2", "--out", out)
    assert message.endswith("1 training image, fewer than train.batch_size = 2. Add images.")


def test_out_not_empty(refused, experiment, out):
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    message = refused(experiment, "--out", out)
    assert "already exists and is not empty. Choose another --out" in message
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("inside", [".", "results", "results/deep"])
def test_out_in_the_data(refused, experiment, tmp_path, inside):
    photos = tmp_path / "photos"
    before = sorted(os.listdir(write_photos(photos, 6)))
    message = refused(experiment, "--data", photos, "--out", photos / inside)
    assert "lies in the data source" in message
    assert sorted(os.listdir(photos)) == before


def test_default_folder_in_the_data(refused, experiment, tmp_path, monkeypatch):
    write_photos(tmp_path / "photos", 8)
    monkeypatch.chdir(tmp_path / "photos")
    assert "lies in the data source ." in refused(experiment, "--data", ".")
    assert not (tmp_path / "photos" / "results").exists()


def test_size_that_the_network_cannot_divide(refused, experiment, out):
    message = refused(experiment, "--set", "data.height=34", "--out", out)
    assert message == "tiny: data.height is 34; expected a multiple of 4."
    assert not out.exists()  # so the same command works once the size is mended


def test_size_that_the_scenes_cannot_paint(refused, experiment, out):
    message = refused(experiment, "--set", "data.height=16", "--out", out)
    assert message.startswith("data.height, data.width: received 16, 32; rendered scenes need at")
    assert not out.exists()


def test_network_with_another_output(refused, tmp_path, out):
    model = MODEL.replace("layers.Conv2D(2, 3", "layers.Conv2D(3, 3")
    message = refused(write_experiment(tmp_path / "tiny", model=model), "--out", out)
    assert "→ (None, 32, 32, 3) float32, expected (None, 32, 32, 1) → (None, 32, 32, 2)" in (
        message
    )


def test_network_that_could_not_be_saved(refused, tmp_path, out):
    """Told before the training, not at its end."""
    model = MODEL.replace("layers.Dropout(dropout)", "layers.SeparableConv2D(4, 3, padding='same')")
    message = refused(write_experiment(tmp_path / "tiny", model=model), "--out", out)
    assert message.startswith("build_model: its network could not be saved as a model file: ")
    assert "SeparableConv2D" in message
    assert not (out / "train.csv").exists()


def test_objectives_without_optimizer(refused, tmp_path, out):
    model = MODEL.replace('Objective("colorizer"', 'Objective("painter"')
    message = refused(write_experiment(tmp_path / "tiny", model=model), "--out", out)
    assert (
        "the objectives are painter, but the configuration has [optimizer.NAME] for col" in message
    )


def test_mistakes_are_answered_without_tensorflow(experiment, tmp_path):
    (tmp_path / "photos").mkdir()
    for arguments in (
        ["--set", "train.epoch=3"],
        ["--preset", "quik"],
        ["--data", str(tmp_path / "photos")],
        ["--set", "train.batch_size=99"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_TENSORFLOW, experiment, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(run.__file__).parents[1])},
        )
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("error: ")
        assert not (tmp_path / "results").exists()


def test_truncated_jpeg_is_set_aside(experiment, out, tmp_path, capsys):
    photos = tmp_path / 'it\'s "mine"'  # a name that TOML cannot quote in one way only
    write_photos(photos, 9, ".jpg")
    whole = (photos / "003.jpg").read_bytes()
    (photos / "003.jpg").write_bytes(whole[: len(whole) // 2])
    argv = [experiment, "--data", str(photos), "--out", str(out), "--set", "train.epochs=1"]
    assert run.main(argv) == 0
    assert "set aside, for reasons in set_aside.csv: 1 unreadable" in capsys.readouterr().err
    (row,) = read_rows(out / "set_aside.csv")
    assert row["name"] == "003.jpg"
    assert row["reason"].startswith("unreadable: truncated")
    data = read_info(out)["data"]
    assert data["source"] == str(photos)
    assert data["set_aside"] == 1
    assert data["train"] + data["val"] + data["test"] == 8


def test_finished_run(experiment, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run.main([experiment, "--seed", "3", "--set", "train.epochs=1"]) == 0
    (folder,) = (tmp_path / "results" / "tiny").iterdir()
    assert folder.name.startswith("quick-")
    assert folder.name.endswith("-seed3")
    assert {path.name for path in folder.iterdir()} == {
        "checkpoint",
        "color_prior.csv",
        "config.toml",
        "eval.csv",
        "eval_images.csv",
        "learning_curves.png",
        "model.h5",
        "run.json",
        "samples",
        "train.csv",
    }
    info = read_info(folder)
    assert info["status"] == "finished"
    assert info["seed"] == 3
    assert info["parameters"] == {"colorizer": 122}
    assert info["precision"] == {"requested": "float32", "used": "float32"}
    assert info["command"].startswith("python -m colorkeras.run ")
    # Nothing to resume: says so, changes nothing.
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    capsys.readouterr()
    assert run.main(["--resume", str(folder)]) == 0
    assert "this run is finished; there is nothing to resume" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_ctrl_c_while_testing(experiment, whole, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out of here"  # commands to paste quote it

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("colorkeras.evaluation.samples.Samples.write_files", interrupted)
        assert run.main([experiment, "--out", str(out)]) == 130
    error = capsys.readouterr().err
    assert "What is done is kept. Go on with:" in error
    assert f"--resume '{out}'" in error
    assert read_info(out)["status"] == "interrupted"
    assert run.main(["--resume", str(out)]) == 0
    assert f"colorkeras.colorize '{out}/model.h5' IMAGE_OR_FOLDER" in capsys.readouterr().err
    assert_same_run(whole, out)


def test_exported_model_is_what_was_trained_and_measured(experiment, out):
    assert run.main([experiment, "--out", str(out), "--set", "train.epochs=1"]) == 0
    model = keras.models.load_model(out / "model.h5", compile=False)
    trained = datasets(out / "checkpoint" / "state.h5")
    for index, weight in enumerate(model.get_weights()[:2]):
        np.testing.assert_array_equal(weight, trained[f"network/colorizer/{index:04d}"])
    # The first convolution has 4 filters of 3×3×1 and as many biases.
    assert [weight.shape for weight in model.get_weights()[:2]] == [(3, 3, 1, 4), (4,)]


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_precision(experiment, out, precision, capsys):
    argv = [experiment, "--set", f"train.precision={precision}", "--set", "train.epochs=1"]
    assert run.main([*argv, "--out", str(out)]) == 0
    assert read_info(out)["precision"]["used"] == precision
    told = "float16 (on a CPU many times slower than float32)"
    assert (f"precision   {told}, batch" in capsys.readouterr().err) == (precision == "float16")
    model = keras.models.load_model(out / "model.h5", compile=False)
    assert {layer.dtype_policy.name for layer in model.layers[1:]} == {"float32"}
    assert model(np.zeros((1, 32, 32, 1), np.float32)).dtype == "float32"


def test_resolved_configuration_is_accepted_and_its_run_resumed(experiment, tmp_path, capsys):
    changes = ["--set", "train.epochs=1", "--set", "train.batch_size=5"]
    assert run.main([experiment, *changes, "--out", str(tmp_path / "one")]) == 0
    config = tmp_path / "one" / "config.toml"
    run_until(2, config, "--out", tmp_path / "two")
    assert run.main(["--resume", str(tmp_path / "two")]) == 0
    assert_same_run(tmp_path / "one", tmp_path / "two")


def test_resume_from_another_folder(experiment, whole, out, tmp_path, monkeypatch):
    """A run whose experiment was named relative to another place, which is named anew."""
    monkeypatch.chdir(Path(experiment).parent)
    run_until(2, Path(experiment).name, "--out", out)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run.main([experiment, "--resume", str(out)]) == 0
    assert_same_run(whole, out)


def test_resume_refuses_a_changed_configuration(experiment, out, refused):
    run_until(2, experiment, "--out", out)
    config = Path(experiment) / "config.toml"
    config.write_text(CONFIG.replace("batch_size = 4\nev", "batch_size = 2\nev"))
    message = refused("--resume", out)
    expected = "began with (the config.toml in its folder → now): train.batch_size: 4 → 2 Put"
    assert expected in message
    config.write_text(CONFIG)
    message = refused("--resume", out, "--set", "train.epochs=9", "--seed", "5")
    assert "→ now): train.epochs: 3 → 9 train.seed: 0 → 5 Put it back" in message
    assert run.main(["--resume", str(out)]) == 0


def test_resume_refuses_other_data(experiment, out, tmp_path, refused):
    photos = tmp_path / "photos"
    write_photos(photos, 8)
    run_until(1, experiment, "--data", photos, "--out", out)
    Image.fromarray(make_image(99)).save(photos / "late.png")
    message = refused("--resume", out)
    assert "photos: the images are not those this run began with (manifest " in message
    (photos / "late.png").unlink()
    assert run.main(["--resume", str(out)]) == 0


def test_resume_refuses_another_model(experiment, out, refused):
    run_until(1, experiment, "--out", out)
    code = Path(experiment) / "model.py"
    code.write_text(MODEL + "# changed\n")
    message = refused("--resume", out)
    assert "model.py: is not the file this run began with" in message
    commit = read_info(out)["commit"]
    assert (commit[:12] if commit != "unknown" else __version__) in message
    code.write_text(MODEL)
    assert run.main(["--resume", str(out)]) == 0


def test_resume_stays_in_its_folder(experiment, out, tmp_path, refused):
    run_until(1, experiment, "--out", out)
    assert "a resumed run stays in its folder" in refused(
        "--resume", out, "--out", tmp_path / "other"
    )


def test_resume_without_a_run(refused, tmp_path):
    assert "no run to resume here: there is no run.json" in refused("--resume", tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}'])
def test_resume_with_a_damaged_record(refused, tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    assert str(tmp_path / "run.json") in refused("--resume", tmp_path)


def test_damaged_checkpoint(experiment, out, refused):
    run_until(3, experiment, "--out", out)
    checkpoint = out / "checkpoint" / "state.h5"
    whole = checkpoint.read_bytes()
    for damaged in (b"", b"no HDF5", whole[:100], whole[: len(whole) // 2], whole[:-1]):
        checkpoint.write_bytes(damaged)
        assert f"{checkpoint}: cannot be read as a checkpoint: " in refused("--resume", out)
    checkpoint.write_bytes(whole)
    with h5py.File(checkpoint, "r+") as file:
        del file["network/colorizer/0000"]
    assert "network/colorizer/0000 is in the model but not in the file" in refused("--resume", out)
    checkpoint.write_bytes(whole)
    assert run.main(["--resume", str(out)]) == 0


def test_full_disk_at_the_start(experiment, out, refused, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("colorkeras.records.atomic.os.replace", full)
    message = refused(experiment, "--out", out)
    assert "config.toml: cannot be written: No space left on device. Free some space" in message
    assert not out.exists()


@pytest.mark.parametrize("function", ["os.replace", "os.fsync"])
def test_full_disk_while_training(experiment, whole, out, refused, monkeypatch, function):
    """The checkpoint (renamed) or a row (flushed) of step 2 cannot be written."""
    real, step = getattr(os, function.partition(".")[2]), []
    update = TensorFlowStep.__call__

    def counting(self, images, number, stage):
        step.append(number)
        return update(self, images, number, stage)

    def full(*arguments):
        if step[-1:] == [2] and "run.json" not in str(arguments):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(TensorFlowStep, "__call__", counting)
        patch.setattr(f"colorkeras.records.run_folder.{function}", full)
        message = refused(experiment, "--out", out)
    written = "state.h5" if function == "os.replace" else "train.csv"
    assert f"{written}: cannot be written: No space left on device." in message
    assert read_info(out)["status"] == "failed"
    assert not list(out.rglob("*.tmp*"))
    assert run.main(["--resume", str(out)]) == 0
    assert_same_run(whole, out)


def test_two_processes_do_not_share_a_run(experiment, out, refused):
    run_until(2, experiment, "--out", out)
    with RunFolder(out).locked():
        assert "another process is using this run" in refused("--resume", out)
    assert run.main(["--resume", str(out)]) == 0


def test_resumed_run_forgets_why_it_ended_and_adds_up_its_time(experiment, out):
    run_until(2, experiment, "--out", out)
    info = read_info(out)
    assert info["status"] == "interrupted"
    info["seconds"] = {"total": 1000.0, "train": 0.0}
    (out / "run.json").write_text(json.dumps(info))
    assert run.main(["--resume", str(out)]) == 0
    info = read_info(out)
    assert info["status"] == "finished"
    assert "reason" not in info
    assert info["seconds"]["total"] > 1000


def test_resumed_run_remembers_the_replicas_that_it_began_with(experiment, out, capsys):
    run_until(4, experiment, "--out", out)
    info = read_info(out)
    assert info["replicas"] == {"count": 1, "workers": 1}
    info["replicas"] = {"count": 2, "workers": 1}  # as if it had begun so
    (out / "run.json").write_text(json.dumps(info))
    assert run.main(["--resume", str(out)]) == 0
    info = read_info(out)
    assert info["replicas"] == {"count": 1, "workers": 1}
    assert info["earlier_replicas"] == [{"count": 2, "workers": 1, "until_step": 2}]
    assert "replicas changed since this run began" in " ".join(capsys.readouterr().err.split())


def test_resumed_run_remembers_the_device_that_it_began_on(experiment, out, capsys):
    run_until(4, experiment, "--out", out)
    info = read_info(out)
    began, now = {**info["device"], "gpus": ["NVIDIA H100"]}, info["device"]
    (out / "run.json").write_text(json.dumps({**info, "device": began}))
    assert run.main(["--resume", str(out)]) == 0
    info = read_info(out)
    assert info["device"] == now
    assert info["earlier_devices"] == [{**began, "until_step": 2}]
    said = " ".join(capsys.readouterr().err.split())
    assert "device changed since this run began: NVIDIA H100 →" in said


def test_resumed_run_notes_the_code_that_it_goes_on_with(experiment, out):
    run_until(4, experiment, "--out", out)
    info = read_info(out)
    began, now = {**info["versions"], "numpy": "1.0"}, info["versions"]
    (out / "run.json").write_text(json.dumps({**info, "versions": began}))
    assert run.main(["--resume", str(out)]) == 0
    info = read_info(out)
    assert info["versions"] == began
    assert info["resumed_with"] == [{"from_step": 2, "commit": info["commit"], "versions": now}]


def test_run_interrupted_in_its_test_keeps_its_time(experiment, out, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("colorkeras.training.parts.TrainingParts.evaluate_test", interrupt)
    assert run.main([str(experiment), "--out", str(out)]) == 130
    info = read_info(out)
    assert info["status"] == "interrupted"
    assert info["seconds"]["total"] > info["seconds"]["train"] > 0


def test_resumed_run_says_that_its_layers_changed(experiment, out, monkeypatch, capsys):
    run_until(4, experiment, "--out", out)
    monkeypatch.setenv("COLORKERAS_LAYERS", "keras")
    assert run.main(["--resume", str(out)]) == 0
    assert read_info(out)["layers"] == {"requested": "auto", "used": "keras", "fast": 0}
    assert "layers changed since this run began" in " ".join(capsys.readouterr().err.split())


def test_run_from_before_the_choice_of_layers_is_resumed(experiment, whole, out, capsys):
    run_until(4, experiment, "--out", out)
    config = (out / "config.toml").read_text()
    (out / "config.toml").write_text(config.replace('layers = "auto"\n', ""))
    info = read_info(out)
    del info["layers"]
    (out / "run.json").write_text(json.dumps(info))
    assert run.main(["--resume", str(out)]) == 0
    assert "layers changed" not in capsys.readouterr().err
    assert_same_run(whole, out)


def test_compare_knows_the_protocol_of_a_real_run(whole, tmp_path, capsys):
    assert compare([str(whole.parent), "-o", str(tmp_path / "comparison")]) == 0
    report = (tmp_path / "comparison" / "comparison.md").read_text()
    assert "Only the hash" not in report
    assert "CIELAB ab, D65" in report


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": "x"}, "data is 'x', expected a table"),
        ({"overrides": 5}, "overrides is 5, expected a list"),
        ({"status": None}, "status is None, expected a string"),
    ],
)
def test_damaged_run_json(whole, out, refused, change, words):
    shutil.copytree(whole, out)
    info = {**read_info(out), **change}
    (out / "run.json").write_text(json.dumps(info))
    assert words in refused("--resume", out)


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's."""


@pytest.mark.parametrize(
    "error",
    [
        ResourceExhaustedError("OOM when allocating tensor with shape[8,512,512,64]"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 12345 bytes."),  # JAX
        MemoryError(),
    ],
)
def test_out_of_memory_says_what_can_be_done(tmp_path, monkeypatch, capsys, error):
    from colorkeras.training.loop import Trainer

    def failing(*_):
        raise error

    monkeypatch.setattr(Trainer, "_step", failing)
    experiment = write_experiment(tmp_path / "tiny")
    assert run.main([experiment, "--out", str(tmp_path / "run")]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "out of memory with train.batch_size = 4, train.accumulate = 1" in told
    assert "--set train.accumulate=2 (the same batch, in parts)" in told
    assert "Traceback" not in told
    assert read_info(tmp_path / "run")["status"] == "failed"
