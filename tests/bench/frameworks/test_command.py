"""The sub-command frameworks: its options and errors, a small comparison, a check of PyTorch."""

import importlib.util

import pytest
from tiny_experiment import read_rows, write_experiment

from colorkeras.bench import command


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny")


@pytest.fixture
def without_pytorch(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else found(name)
    )


def frameworks(experiment, *options):
    return command.main(["frameworks", "--experiments", experiment, *options])


def test_tensorflow_alone(experiment, tmp_path, capsys, without_pytorch):
    """PyTorch, which is not installed, is skipped and said how to get."""
    out = tmp_path / "speeds.csv"
    options = ["--frameworks=tensorflow,pytorch", "--rounds=2", "--seconds=0.02"]
    assert frameworks(experiment, *options, "--precision=float32", "-o", str(out)) == 0
    told = capsys.readouterr()
    assert "skipped: PyTorch is not installed: pip install torch" in told.err
    assert "4 of 32×32" in told.out
    (row,) = read_rows(out)
    assert (row["experiment"], row["framework"], row["device"]) == ("tiny", "tensorflow", "CPU")
    assert 0 < float(row["lowest"]) <= float(row["images_per_second"]) <= float(row["highest"])
    assert row["ratio_to_pytorch"] == ""
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
def test_experiment_that_fails_is_named(experiment, capsys):
    options = ["--frameworks=tensorflow", "--precision=float32", "--set=data.height=30"]
    assert frameworks(experiment, *options) == 1
    assert "tiny is skipped: tensorflow: tiny: data.height is 30" in capsys.readouterr().err


@pytest.mark.slow
def test_pytorch_computes_what_keras_does(experiment, capsys):
    pytest.importorskip("torch")
    assert frameworks(experiment, "--check", "--set=model.dropout=0.0") == 0
    assert "tiny: colors" in capsys.readouterr().out


@pytest.mark.slow
def test_all_three(experiment, tmp_path):
    pytest.importorskip("torch")
    out = tmp_path / "speeds.csv"
    options = ["--precision=float32", "--rounds=1", "--seconds=0.02", "-o", str(out)]
    assert frameworks(experiment, *options) == 0
    rows = {row["framework"]: row for row in read_rows(out)}
    assert list(rows) == ["tensorflow", "jax", "pytorch"]
    assert len({row["parameters"] for row in rows.values()}) == 1
    assert rows["pytorch"]["ratio_to_pytorch"] == "1.000"
