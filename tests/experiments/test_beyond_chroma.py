"""A system that needs more than chroma is a folder too: nothing outside it knows its name.

Its losses read a layer at a quarter of the size, and a statistic of the training set. That JAX
takes the steps of TensorFlow is tested in tests/training/test_step_jax.py.
"""

import json

import keras
import numpy as np
import pytest
from killing import run_until
from reading_experiment import READING_CONFIG, READING_MODEL
from tiny_experiment import assert_same_run, read_info, read_rows, write_experiment

from colorkeras import run
from colorkeras.claims.networks import describe_networks
from colorkeras.color.space import ColorSpace
from colorkeras.config.load import load_config
from colorkeras.data import scenes


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers") / "reading"
    return write_experiment(folder, READING_CONFIG, READING_MODEL)


@pytest.fixture(scope="module")
def whole(experiment, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    assert run.main([experiment, "--out", str(out)]) == 0
    return out


def test_run(whole):
    rows = read_rows(whole / "train.csv")
    assert len(rows) == 9
    assert all(float(row[f"loss_{name}"]) > 0 for row in rows for name in ("judge", "coarse"))
    model = keras.models.load_model(whole / "model.h5", compile=False)
    assert model.output_shape == (None, 32, 32, 2)  # not the layer that the losses read
    assert read_info(whole)["parameters"] == {"judge": 3, "colorizer": 682}


def test_statistic_is_that_of_the_training_images(whole):
    """Each once, as they are; not the mirrored ones that the steps see."""
    images = np.stack([scenes.render("landscape", index=n, height=32, width=32) for n in range(14)])
    _, targets = ColorSpace.named("yuv_tanh").split(images)
    stored = json.loads((whole / "statistics.json").read_text())
    np.testing.assert_allclose(stored["chroma"], np.mean(targets, axis=(0, 1, 2)), atol=1e-6)


def test_killed_and_resumed_equals_unbroken(experiment, whole, tmp_path):
    out = tmp_path / "run"
    run_until(1, experiment, "--out", out)
    run_until(5, "--resume", out)
    assert run.main(["--resume", str(out)]) == 0
    assert_same_run(whole, out)
    assert (out / "statistics.json").read_bytes() == (whole / "statistics.json").read_bytes()


def test_resume_refuses_other_statistics(experiment, tmp_path, capsys):
    out = tmp_path / "run"
    run_until(5, experiment, "--out", out)
    (out / "statistics.json").write_text('{"chroma": [0.0, 0.0]}\n')
    assert run.main(["--resume", str(out)]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert f"{out / 'statistics.json'}: is not the file this run began with" in error


def test_statistic_that_is_not_finite(tmp_path, capsys):
    code = READING_MODEL.replace("targets.mean(axis=(1, 2)))", "targets.mean(axis=(1, 2)) / 0)")
    experiment = write_experiment(tmp_path / "reading", READING_CONFIG, code)
    with np.errstate(all="ignore"):
        assert run.main([experiment, "--out", str(tmp_path / "run")]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "reading: statistic 'chroma' of the training set: received NaN or infinity" in error
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_in_parts_of_a_batch(experiment, tmp_path):
    """No layer here has batch statistics, so that without dropout parts change only rounding."""
    losses = []
    for parts in (1, 2):
        out = tmp_path / f"run-{parts}"
        options = ["--set", f"train.accumulate={parts}", "--set", "model.dropout=0.0"]
        assert run.main([experiment, *options, "--out", str(out)]) == 0
        losses.append([float(row["loss_coarse"]) for row in read_rows(out / "train.csv")])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-3)


def test_networks_are_described_without_data(experiment):
    """The training set is a stand-in there."""
    described = describe_networks(load_config(experiment))
    assert described.problem == ""
    assert described.parameters == {"judge": 3, "colorizer": 682, "generator": 682}
    assert described.shapes["colorizer"]["coarse"] == (8, 8, 2)
