"""The benchmark measures what it says, and refuses what it cannot do."""

import csv
import sys
import time

import pytest

from data_prep import benchmark


def test_finish_of_an_invented_state(tmp_path, capsys):
    out = tmp_path / "speed.csv"
    assert benchmark.main(["--finish", "300", "-o", str(out)]) == 0
    assert "finish: 300 images in " in capsys.readouterr().out
    (row,) = csv.DictReader(out.open())
    assert row["images"] == "300"
    assert 10 < int(row["memory_mib"]) < 2000


@pytest.mark.slow
def test_preparation_of_two_numbers(tmp_path):
    out = tmp_path / "speed.csv"
    assert benchmark.main(["--images", "100", "-o", str(out)]) == 0
    rows = list(csv.DictReader(out.open()))
    assert [row["images"] for row in rows] == ["100", "400", "300"] * 2
    for few, many, more in (rows[:3], rows[3:]):
        difference = float(many["seconds"]) - float(few["seconds"])
        assert float(more["seconds"]) == pytest.approx(difference, abs=0.02)


def test_memory_and_time_of_a_command():
    """A process of its own that holds 100 MiB for a while."""
    code = "import time; held = bytearray(b'x') * (100 << 20); time.sleep(0.6)"
    started = time.monotonic()
    seconds, memory = benchmark._measure([sys.executable, "-c", code])
    assert 0.6 <= seconds <= time.monotonic() - started
    assert 100 <= memory < 180


@pytest.mark.parametrize("options", [["--images", "5"], ["--finish", "1"]])
def test_bad_numbers(options, capsys):
    assert benchmark.main(options) == 2
    assert f"{options[0]}: received {options[1]}, expected 100" in capsys.readouterr().err


def test_place_that_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "_finish", lambda *_: pytest.fail("measured"))
    for out, reason in (("", "received an empty path"), (str(tmp_path), "Is a directory")):
        assert benchmark.main(["--finish", "100", "-o", out]) == 2
        assert reason in capsys.readouterr().err
