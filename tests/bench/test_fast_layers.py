"""The sub-command fast-layers: its errors, and a small measurement."""

import pytest
from tiny_experiment import MODEL, read_rows, write_experiment

from colorkeras.bench import command
from colorkeras.config.settings import LAYERS_VARIABLE

FAST_MODEL = MODEL.replace("layers.BatchNormalization()", "batch_normalization()").replace(
    "from keras import",
    "from colorkeras.networks.fast import batch_normalization\nfrom keras import",
)


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny", model=FAST_MODEL)


@pytest.mark.slow
def test_both_layers_are_measured(experiment, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv(LAYERS_VARIABLE, raising=False)
    out = tmp_path / "gains.csv"
    options = ["--precision=bfloat16", "--rounds=2", "--seconds=0.02", "-o", str(out)]
    assert command.main(["fast-layers", "--experiments", experiment, *options]) == 0
    assert "tiny" in capsys.readouterr().out
    (row,) = read_rows(out)
    assert (row["fast_layers"], row["precision"]) == ("1", "bfloat16")
    assert 0 < float(row["lowest"]) <= float(row["ratio"]) <= float(row["highest"])
    assert row["command"].startswith("python -m colorkeras.bench fast-layers ")


@pytest.mark.parametrize("option", ["--seconds=0", "--rounds=0"])
def test_numbers_out_of_range(experiment, capsys, option):
    assert command.main(["fast-layers", "--experiments", experiment, option]) == 2
    assert f"error: {option.partition('=')[0]}: received 0" in capsys.readouterr().err


def test_variable_that_would_choose_for_both(experiment, monkeypatch, capsys):
    monkeypatch.setenv(LAYERS_VARIABLE, "keras")
    assert command.main(["fast-layers", "--experiments", experiment]) == 2
    assert "error: COLORKERAS_LAYERS would choose the layers" in capsys.readouterr().err
