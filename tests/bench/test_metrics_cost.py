"""The sub-command metrics: its table, its CSV, and mistakes."""

import pytest
from tiny_experiment import read_rows

from colorkeras.bench import command


def test_table(tmp_path, capsys):
    out = tmp_path / "metrics.csv"
    argv = ["--images", "10", "--height", "32", "--width", "40", "--batch", "4", "-o", str(out)]
    assert command.main(["metrics", *argv]) == 0
    compiling, metrics = read_rows(out)
    assert (compiling["part"], compiling["images"]) == ("compiling", "4")
    assert (metrics["part"], metrics["images"], metrics["width"]) == ("metrics", "10", "40")
    assert min(float(compiling["seconds"]), float(metrics["seconds"])) >= 0
    assert metrics["command"].startswith("python -m colorkeras.bench metrics --images 10 ")
    assert "32×40" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--images", "0"], "--images"),
        (["--batch", "-1"], "--batch"),
        (["--height", "31"], "--height: received 31, expected at least 32 pixels"),
        (["-o", "/dev/null"], "/dev/null"),
    ],
)
def test_mistakes(argv, message, capsys):
    assert command.main(["metrics", *argv]) == 2
    assert message in capsys.readouterr().err
