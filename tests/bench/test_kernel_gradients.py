"""The sub-command kernel-gradients: a line for each layer, in either framework."""

import csv
import importlib.util
import re

import pytest

from colorkeras.bench import command, kernel_gradients

LINE = r"4×4, 3, 5, {}, dilation {}: \d+\.\d, \d+\.\d, \d+\.\d"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(kernel_gradients, "BATCH", 2)
    monkeypatch.setattr(kernel_gradients, "REPEATS", 1)
    monkeypatch.setattr(kernel_gradients, "LAYERS", ((4, 3, 5),))
    monkeypatch.setattr(kernel_gradients, "SAME_SIZE", ((4, 3, 5, 2),))


def test_tensorflow(capsys):
    assert command.main(["kernel-gradients"]) == 0
    heading, halving, same_size = capsys.readouterr().out.splitlines()
    assert heading.endswith("(ms)")
    assert re.fullmatch(LINE.format("4×4", 1), halving)
    assert re.fullmatch(LINE.format("3×3", 2), same_size)


def test_jax(capsys):
    assert command.main(["kernel-gradients", "--jax"]) == 0
    assert re.fullmatch(LINE.format("4×4", 1), capsys.readouterr().out.splitlines()[1])


def test_stored(tmp_path, capsys):
    path = tmp_path / "gradients.csv"
    assert command.main(["kernel-gradients", "-o", str(path)]) == 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    layers = [[row[name] for name in kernel_gradients.HEADER[:6]] for row in rows]
    assert layers == [
        ["tensorflow", "4", "3", "5", "4", "1"],
        ["tensorflow", "4", "3", "5", "3", "2"],
    ]
    printed = capsys.readouterr().out.splitlines()[1:]
    for row, line in zip(rows, printed, strict=True):
        times = [row[name] for name in kernel_gradients.HEADER[6:]]
        assert line.endswith(f": {', '.join(times)}")
    assert rows[0]["command"] == f"python -m colorkeras.bench kernel-gradients -o {path}"


def test_without_the_framework(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command.main(["kernel-gradients", "--jax"]) == 2
    assert "error: jax is not installed: pip install jax." in capsys.readouterr().err
