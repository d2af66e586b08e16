"""Ten steps in three formats: what they share, what they differ in, what is reported."""

import math

import pytest
from tiny_experiment import MODEL, read_rows, write_experiment

from colorkeras.bench import command
from colorkeras.bench.precision_check import PrecisionCheck, _deviation
from colorkeras.config.load import load_config


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny")


def test_deviation_by_hand():
    found = _deviation("bfloat16", "loss", [1.0, 2.2, 2.7], [1.0, 2.0, 3.0])
    assert found.largest == pytest.approx(0.1)
    assert (found.at, found.infinite_from) == (2, None)
    broken = _deviation("float16", "loss", [1.0, 3.0, math.inf], [1.0, 2.0, 3.0])
    assert (broken.largest, broken.at, broken.infinite_from) == (0.5, 2, 3)
    assert _deviation("float16", "loss", [math.nan], [1.0]).largest == math.inf


def test_formats_start_alike_and_part(experiment):
    check = PrecisionCheck(load_config(experiment, None, []), steps=4)
    check.run()
    assert set(check.terms) == {"float32", "bfloat16", "float16"}
    again = PrecisionCheck(load_config(experiment, None, []), steps=4, formats=("float32",))
    again.run()
    assert again.terms["float32"] == check.terms["float32"]  # the same weights and images
    for row in check.deviations():
        reference = check.terms["float32"][row.term]
        # Eight bits of mantissa, a few layers: the first step differs little, but it does.
        assert row.first == pytest.approx(reference[0], rel=0.05)
        assert 0 < row.largest < 0.5
        assert row.infinite_from is None
    assert check.loss_scales["float32"] == [1.0] * 4
    assert min(check.loss_scales["float16"]) > 1
    assert check.skipped == {"float32": 0, "bfloat16": 0, "float16": 0}


def test_steps_that_overflow_are_counted(tmp_path, capsys):
    """Chroma in units of 5000: float16 ends at 65,504."""
    model = MODEL.replace('activation="tanh", dtype="float32")(x)', 'dtype="float32")(x)').replace(
        "regression(loss)", 'lambda b: {"loss": 1e3 * ops.mean(ops.square(b.outputs - b.targets))}'
    )
    folder = write_experiment(tmp_path / "tiny", model="from keras import ops\n" + model)
    check = PrecisionCheck(load_config(folder, None, []), steps=3, formats=("float16",))
    check.run()
    scales = check.loss_scales["float16"]
    assert check.skipped["float16"] == round(math.log2(2**15 / scales[-1])) > 0
    check.print_report()
    assert f"; {check.skipped['float16']} of 3 steps skipped" in capsys.readouterr().out


def test_command(experiment, tmp_path, capsys):
    out = tmp_path / "check.csv"
    assert command.main([experiment, "--precision-check", "-o", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "bfloat16" in printed
    assert "loss scale" in printed
    rows = read_rows(out)
    assert {row["precision"] for row in rows} == {"float32", "bfloat16", "float16"}
    assert max(int(row["step"]) for row in rows) == 10
    assert rows[0]["command"].endswith(f"--precision-check -o {out}")
