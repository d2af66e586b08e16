"""The sub-command scaling: its options, its tables, and small measurements."""

import pandas as pd
import pytest
from PIL import Image
from tiny_experiment import read_rows, write_experiment

from colorkeras.bench import command, scaling
from colorkeras.bench.scaling_points import measure
from colorkeras.bench.scaling_report import MEASURES, write_report


def test_points_of_each_axis():
    options = ["--images=10", "--batches=1,2", "--sizes=32", "--replicas=2"]
    points = list(scaling.points_of(scaling.build_parser().parse_args(options)))
    assert [(p["axis"], p["value"]) for p in points] == [
        ("images", 10),
        ("batch", 1),
        ("batch", 2),
        ("size", 32),
        ("replicas", 2),
    ]
    assert points[2]["set"]["train.batch_size"] == 2
    assert points[3]["set"]["data.height"] == points[3]["set"]["data.width"] == 32
    assert points[4]["devices"] == 2


def test_report(tmp_path):
    """A table for each axis, with the columns that were measured there."""
    common = {"command": "python x", "commit": "c" * 40, "machine": "m"}
    rows = [
        {"axis": "images", "value": 1000, "images_per_second": 10.0, "peak_memory_mb": 5},
        {"axis": "batch", "value": 2, "images_per_second": 4.0, "memory_estimate_mb": 7},
    ]
    for row in rows:
        row.update(packed_images_per_second=20.0 if row["axis"] == "images" else None)
    write_report(pd.DataFrame([{**row, **common} for row in rows]), tmp_path)
    text = (tmp_path / "scaling.md").read_text()
    assert text.startswith("# How the cost of training grows\n\n`python x` on m, commit `ccc")
    assert "| images | images/s | peak memory (MiB) | images/s from images.h5 |" in text
    assert "| 1,000 | 10 | 5 | 20 |" in text
    assert "| 2 | 4 | 7 |" in text
    with Image.open(tmp_path / "scaling.png") as image:
        assert image.width > image.height


def test_measurement_of_a_folder(monkeypatch, cache):
    monkeypatch.setenv("COLORKERAS_CACHE", str(cache))  # put back afterwards
    found = measure({"axis": "images", "value": 30}, 0.03)
    assert set(found) == set(MEASURES) - {"memory_estimate_mb"}
    assert all(value > 0 for value in found.values())


def test_measurement_of_a_step(tmp_path):
    point = {"axis": "batch", "value": 2, "experiment": write_experiment(tmp_path / "tiny")}
    found = measure({**point, "set": {"train.batch_size": 2}}, 0.03)
    assert found["images_per_second"] > 0
    assert found["peak_memory_mb"] > 0


@pytest.mark.slow
def test_what_is_measured_is_kept_when_a_point_fails(tmp_path, capsys):
    """Each point is a process: its row is written at once, and the point that fails is named."""
    experiment, out = write_experiment(tmp_path / "tiny"), tmp_path / "out"
    options = ["--images=", "--batches=2", "--sizes=30", "--replicas=", "--seconds=0.03"]
    argv = ["scaling", *options, "--experiment", experiment, "-o", str(out)]
    assert command.main(argv) == 2
    assert "size 30: exit code 2, see above" in capsys.readouterr().err
    (row,) = read_rows(out / "scaling.csv")
    assert (row["axis"], row["value"]) == ("batch", "2")
    assert float(row["images_per_second"]) > 0
    assert row["command"].startswith("python -m colorkeras.bench scaling --images= --batches=2")


def test_no_such_experiment(tmp_path, capsys):
    argv = ["scaling", "--experiment", str(tmp_path / "no"), "-o", str(tmp_path / "out")]
    assert command.main(argv) == 2
    assert "no experiment here" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--images=-5", "--replicas=0", "--batches=1,,2", "--sizes=a"])
def test_values_that_are_no_sizes(option, capsys):
    with pytest.raises(SystemExit) as caught:
        command.main(["scaling", option])
    assert caught.value.code == 2
    name, _, value = option.partition("=")
    assert f"argument {name}: received '{value}', expected whole" in capsys.readouterr().err


def test_seconds_out_of_range(tmp_path, capsys):
    assert command.main(["scaling", "--seconds=nan", "--out", str(tmp_path / "out")]) == 2
    assert "error: --seconds: received nan" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
