"""The sub-command frameworks: its options and errors, a small comparison, a check of PyTorch."""

import importlib.util
import re

import pytest
from tiny_experiment import read_rows, write_experiment

from colorkeras.bench import command
from colorkeras.bench.frameworks import comparison

LIMIT = {"rate": 1e12, "product": "a product"}


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny")


@pytest.fixture
def without_pytorch(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else found(name)
    )


@pytest.fixture
def known_limit(monkeypatch):
    """Measuring it takes some seconds: see test_limit.py."""
    monkeypatch.setattr(comparison, "find_limit", lambda *arguments: LIMIT)


def frameworks(experiment, *options):
    return command.main(["frameworks", "--experiments", experiment, *options])


def test_tensorflow_alone(experiment, tmp_path, capsys, without_pytorch, known_limit):
    """PyTorch, which is not installed, is skipped and said how to get."""
    out = tmp_path / "speeds.csv"
    options = ["--frameworks=tensorflow,pytorch,pytorch_best", "--rounds=2", "--seconds=0.02"]
    assert frameworks(experiment, *options, "--precision=float32", "-o", str(out)) == 0
    told = capsys.readouterr()
    assert told.err.count("skipped: PyTorch is not installed: pip install torch") == 1
    assert "4 of 32×32" in told.out
    (row,) = read_rows(out)
    assert (row["experiment"], row["framework"], row["device"]) == ("tiny", "tensorflow", "CPU")
    assert 0 < float(row["lowest"]) <= float(row["images_per_second"]) <= float(row["highest"])
    assert row["ratio_to_pytorch"] == row["ratio_to_pytorch_best"] == ""
    # By hand: 16×16 pixels of a 3×3 convolution of 1 to 4 channels, forward and by kernel; 32×32
    # of one of 4 to 2, forward, by kernel, by inputs.
    operations = 2 * (2 * 16 * 16 * 9 * 1 * 4) + 3 * (2 * 32 * 32 * 9 * 4 * 2)
    assert row["gflop_per_image"] == f"{operations / 1e9:.3f}"
    assert row["limit_gflop_per_second"] == "1000.0"
    assert row["command"].startswith("python -m colorkeras.bench frameworks --experiments ")


@pytest.mark.parametrize("options", [["--frameworks=pytorch"], ["--check"]])
def test_pytorch_is_asked_for_but_missing(experiment, capsys, without_pytorch, options):
    assert frameworks(experiment, *options) == 2
    assert "error: PyTorch is not installed: pip install torch." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--seconds=0", "--seconds: received 0"),
        ("--rounds=-1", "--rounds: received -1"),
        ("--frameworks=torch", "--frameworks: received 'torch'"),
        ("--preset=slow", "preset: received 'slow'"),
        ("--set=train.accumulate=2", "train.accumulate: only whole batches are compared"),
        ("--out=.", ".: cannot be written"),
    ],
)
def test_refused(experiment, capsys, option, message):
    assert frameworks(experiment, "--precision=float32", option) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_experiment_that_fails_is_named(experiment, capsys, known_limit):
    options = ["--frameworks=tensorflow", "--precision=float32", "--set=data.height=30"]
    assert frameworks(experiment, *options) == 1
    assert "tiny is skipped: tensorflow: tiny: data.height is 30" in capsys.readouterr().err


@pytest.mark.slow
def test_pytorch_computes_what_keras_does(experiment, capsys):
    pytest.importorskip("torch")
    assert frameworks(experiment, "--check", "--set=model.dropout=0.0") == 0
    told = capsys.readouterr().out
    assert "tiny, pytorch: colors" in told
    assert "tiny, pytorch_best: colors" in told


@pytest.mark.slow
def test_all(experiment, tmp_path):
    pytest.importorskip("torch")
    out = tmp_path / "speeds.csv"
    options = ["--precision=float32", "--rounds=1", "--seconds=0.02", "-o", str(out)]
    assert frameworks(experiment, *options) == 0
    rows = {row["framework"]: row for row in read_rows(out)}
    assert list(rows) == ["tensorflow", "jax", "pytorch", "pytorch_best"]
    assert len({row["parameters"] for row in rows.values()}) == 1
    assert rows["pytorch"]["ratio_to_pytorch"] == "1.000"
    assert rows["pytorch_best"]["ratio_to_pytorch_best"] == "1.000"
    (limit,) = {float(row["limit_gflop_per_second"]) for row in rows.values()}
    assert 1 < limit < 1e6
    assert re.match("(TensorFlow|PyTorch): ", rows["jax"]["limit_product"])
