"""Reading run folders that may be half-written."""

import math
from pathlib import Path

import pytest
import sample_runs

from colorkeras.report.stored_runs import StoredRun, find_runs, load_run, read_csv


def test_blank_is_missing_nan_is_nan_and_inf_is_inf(tmp_path):
    file = tmp_path / "eval.csv"
    file.write_text("step,psnr,ssim,mse,method\n10,nan,,inf,grey\n", encoding="utf-8")
    (row,) = read_csv(file)
    assert math.isnan(row.pop("psnr"))
    assert row == {"step": 10, "ssim": None, "mse": math.inf, "method": "grey"}


def test_hash_that_looks_like_a_number_stays_text(tmp_path):
    file = tmp_path / "eval.csv"
    file.write_text("protocol,image\n12e45678,007\n", encoding="utf-8")
    assert read_csv(file) == [{"protocol": "12e45678", "image": "007"}]


def test_cut_and_damaged_lines_are_dropped(tmp_path):
    file = tmp_path / "train.csv"
    lines = "step,loss\n1,0.5\n2\n3,0.2.5\n4,\0\0\0\n5,0.25\n6,0.1"
    file.write_text(lines, encoding="utf-8")
    assert read_csv(file) == [
        {"step": 1, "loss": 0.5},
        {"step": 4, "loss": None},
        {"step": 5, "loss": 0.25},
    ]


@pytest.mark.parametrize("content", [b"", b"step,loss", b"step,loss\n", b"\xff\xfe\0"])
def test_csv_without_a_row_is_empty(tmp_path, content):
    file = tmp_path / "train.csv"
    file.write_bytes(content)
    assert read_csv(file) == []
    assert read_csv(tmp_path / "missing.csv") == []


@pytest.mark.parametrize("content", ["", '{"format": 1, "kin', "[1]", '{"format": 9}'])
def test_unreadable_run_json_is_a_problem_not_a_crash(tmp_path, content):
    folder = tmp_path / "cnn" / "a"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(content, encoding="utf-8")
    run = load_run(folder)
    assert "run.json" in run.problem
    assert (run.label, run.status) == ("cnn/a", "unknown")


def test_finds_runs_at_any_depth_but_no_other_records(tmp_path):
    sample_runs.write_run(tmp_path / "deep" / "er", "cnn", "a")
    sample_runs.write_run(tmp_path, "gan", "b")
    sample_runs.write_run(tmp_path, "bench", "c", kind="benchmark")
    sample_runs.write_run(tmp_path / "out", "old", "d")
    labels = [run.label for run in find_runs(tmp_path, skip=tmp_path / "out")]
    assert labels == ["cnn/a", "gan/b"]


def test_same_names_in_two_folders_are_told_apart(tmp_path):
    for place in ("laptop", "server"):
        sample_runs.write_run(tmp_path / place, "cnn", "a")
    assert [run.label for run in find_runs(tmp_path)] == ["laptop/cnn/a", "server/cnn/a"]


@pytest.mark.parametrize(
    ("earlier", "steps", "expected"),
    [
        (None, 300, "b"),
        ([{"cpu": "a", "until_step": 300}], 300, "a"),
        ([{"cpu": "a", "until_step": 100}], 300, "b"),
        ([{"cpu": "a", "until_step": 10}, {"cpu": "c", "until_step": 250}], 300, "c"),
        ([{"cpu": "a"}, 7], 300, "b"),
        ([{"cpu": "a", "until_step": 100}], "many", "b"),
        ("a", 300, "b"),
    ],
)
def test_the_device_of_most_steps(earlier, steps, expected):
    info = {"device": {"cpu": "b"}, "earlier_devices": earlier, "steps": steps}
    assert StoredRun(Path("x"), "x/y", info).main_device["cpu"] == expected
