"""The scripts of results/scaling: their tables, and one small measurement."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from PIL import Image
from tiny_experiment import write_experiment

FOLDER = Path(__file__).parents[2] / "results" / "scaling"


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def measure():
    return load("measure")


def test_points_of_each_axis(measure):
    args = SimpleNamespace(experiment="e", images=[10], batches=[1, 2], sizes=[32], replicas=[2])
    points = list(measure._points(args))
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


def test_report(measure, tmp_path):
    """A table for each axis, with the columns that were measured there."""
    common = {"command": "python x", "commit": "c" * 40, "machine": "m"}
    rows = [
        {"axis": "images", "value": 1000, "images_per_second": 10.0, "peak_memory_mb": 5},
        {"axis": "batch", "value": 2, "images_per_second": 4.0, "memory_estimate_mb": 7},
    ]
    for row in rows:
        row.update(packed_images_per_second=20.0 if row["axis"] == "images" else None)
    measure.write_report(pd.DataFrame([{**row, **common} for row in rows]), tmp_path)
    text = (tmp_path / "scaling.md").read_text()
    assert text.startswith("`python x` on m, commit `cccccccccccc`.")
    assert "| images | images/s | peak memory (MiB) | images/s from images.h5 |" in text
    assert "| 1,000 | 10 | 5 | 20 |" in text
    assert "| 2 | 4 | 7 |" in text
    with Image.open(tmp_path / "scaling.png") as image:
        assert image.width > image.height


def test_measurement_of_a_folder(measure, monkeypatch, cache):
    monkeypatch.setenv("COLORKERAS_CACHE", str(cache))  # put back afterwards
    found = measure.measure({"axis": "images", "value": 30}, 0.03)
    assert set(found) == set(measure.MEASURES) - {"memory_estimate_mb"}
    assert all(value > 0 for value in found.values())


def test_measurement_of_a_step(measure, tmp_path):
    point = {"axis": "batch", "value": 2, "experiment": write_experiment(tmp_path / "tiny")}
    found = measure.measure({**point, "set": {"train.batch_size": 2}}, 0.03)
    assert found["images_per_second"] > 0
    assert found["peak_memory_mb"] > 0


def test_refused_point_is_named(measure, tmp_path, monkeypatch, capsys):
    """An experiment that is not there: the message of the point's process, and which point."""
    options = ("--images=", "--batches=1", "--sizes=", "--replicas=")
    argv = ["measure.py", "--experiment", str(tmp_path / "no"), *options, "-o", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", argv)
    assert measure.main() == 2
    assert "batch 1: exit code 2, see above" in capsys.readouterr().err


def test_cost_is_images_over_speed():
    """Every row's hours, from the cells beside them."""
    cost = load("protocol_cost")
    rows = [cost._row(folder) for folder in sorted((cost.ROOT / "experiments").glob("*/"))]
    assert len(rows) >= 8
    for row in rows:
        images, epochs = (int(part.replace(",", "")) for part in row[2].split(" × "))
        rate, hours = float(row[3].replace(",", "")), float(row[6])
        assert hours == pytest.approx(images * epochs / rate / 3600, rel=0.02, abs=0.006)
        assert float(row[7]) == pytest.approx(hours / cost.GPUS, abs=0.006)


@pytest.mark.parametrize("option", ["--images=-5", "--replicas=0", "--batches=1,,2", "--sizes=a"])
def test_values_that_are_no_sizes(measure, option, capsys):
    with pytest.raises(SystemExit) as caught:
        measure.main([option])
    assert caught.value.code == 2
    name, _, value = option.partition("=")
    assert f"argument {name}: received '{value}', expected whole" in capsys.readouterr().err


def test_seconds_out_of_range(measure, tmp_path, capsys):
    assert measure.main(["--seconds=nan", "--out", str(tmp_path / "out")]) == 2
    assert "error: --seconds: received nan" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
