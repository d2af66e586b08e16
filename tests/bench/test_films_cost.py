"""The sub-command films-cost: its table, and mistakes."""

import pytest
from saved_models import write_model
from tiny_experiment import read_rows

from colorkeras.bench import command


@pytest.mark.slow
def test_table(tmp_path):
    out, model = tmp_path / "cost.csv", write_model(tmp_path / "model.h5")
    argv = ["--frames", "4", "--times", "3", "--height", "48", "--width", "64", "--model", model]
    assert command.main(["films-cost", *argv, "-o", str(out)]) == 0
    alone, film, short, long = read_rows(out)
    assert (alone["part"], alone["share_of_model"]) == ("model alone", "1.000")
    assert float(film["share_of_model"]) > 0
    assert float(film["per_processor_second"]) > 0
    assert (short["frames"], long["frames"]) == ("4", "12")
    assert float(short["peak_mib"]) > 50


@pytest.mark.parametrize(
    ("argv", "message"),
    [(["--frames", "0"], "--frames"), (["--height", "9"], "--height and --width: expected at")],
)
def test_mistakes(argv, message, capsys):
    assert command.main(["films-cost", *argv]) == 2
    assert message in capsys.readouterr().err
