"""The bench command: every part is measured, and the table says what it should."""

import pytest
from tiny_experiment import read_rows, write_experiment

from colorkeras import bench, benchmark


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "JPEG_COUNT", 6)
    monkeypatch.setattr(benchmark, "JPEG_HEIGHT", 48)
    monkeypatch.setattr(benchmark, "JPEG_WIDTH", 64)
    monkeypatch.setattr(benchmark, "EVALUATION_IMAGES", 3)
    return write_experiment(tmp_path / "tiny")


def test_table_and_csv(experiment, tmp_path, capsys):
    file = tmp_path / "speed.csv"
    argv = [experiment, "--seconds", "0.05", "--rounds", "2", "-o", str(file)]
    assert bench.main(argv) == 0
    printed = capsys.readouterr().out
    assert "Tiny network" in printed
    rows = read_rows(file)
    parts = [row["part"] for row in rows]
    assert len(set(parts)) == len(parts)
    for part in ("source", "loader", "step", "training", "prediction", "metrics", "evaluation"):
        assert part in parts
        assert part in printed
    for row in rows:
        lowest, middle, highest = (
            float(row[name]) for name in ("lowest", "images_per_second", "highest")
        )
        assert 0 < lowest <= middle <= highest
        assert row["command"].startswith("python -m colorkeras.bench ")
        assert row["machine"]
    assert all(row["ratio"].endswith(" % of step") for row in rows if row["part"] == "training")


@pytest.mark.parametrize("option", ["--seconds=0", "--rounds=0", "--rounds=-1"])
def test_numbers_out_of_range(experiment, capsys, option):
    assert bench.main([experiment, option]) == 2
    name = option.partition("=")[0]
    assert f"error: {name}: received " in capsys.readouterr().err


def test_no_such_experiment(tmp_path, capsys):
    assert bench.main([str(tmp_path)]) == 2
    assert "no experiment here" in capsys.readouterr().err
