"""Rows of the comparison, worked out by hand."""

import pytest
from tiny_experiment import write_experiment

from colorkeras.bench.frameworks.figures import CSV_HEADER, csv_rows, print_table

LIMIT = {"rate": 400e9, "product": "TensorFlow: a product"}
FACTS = {"parameters": 7, "peak_mb": 90, "device": "CPU", "version": "1.0"}
FOUND = {
    "tensorflow": {**FACTS, "rates": [10.0, 30.0, 20.0], "operations": 10e9},
    "pytorch": {**FACTS, "rates": [10.0, 15.0, 10.0]},
    "pytorch_best": {**FACTS, "rates": [8.0, 25.0, 16.0]},
}


@pytest.fixture
def job(tmp_path):
    folder = str(write_experiment(tmp_path / "tiny"))
    return {"name": "tiny", "folder": folder, "preset": "quick", "set": [], "precision": "float32"}


def rows_of(job, found, limit):
    return {row[6]: dict(zip(CSV_HEADER, row, strict=True)) for row in csv_rows(job, found, limit)}


def test_ratios_and_shares(job):
    """The median of the rounds' own ratios; 20 images/s of 10 GFLOP are half of 400 GFLOP/s."""
    rows = rows_of(job, FOUND, LIMIT)
    ours = rows["tensorflow"]
    assert [ours[name] for name in ("height", "width", "batch")] == [32, 32, 4]
    assert [ours[name] for name in CSV_HEADER[7:15]] == [
        *("20.00", "10.00", "30.00", "2.000", "1.250", "10.000", "0.500", "400.0"),
    ]
    assert rows["pytorch"]["ratio_to_pytorch_best"] == "0.625"
    assert rows["pytorch_best"]["ratio_to_pytorch"] == "1.600"
    assert rows["pytorch_best"]["share_of_limit"] == "0.400"
    assert rows["pytorch"]["limit_product"] == "TensorFlow: a product"


def test_what_was_not_measured_is_empty(job):
    names = ("ratio_to_pytorch_best", "gflop_per_image", "share_of_limit")
    row = rows_of(job, {"pytorch": FOUND["pytorch"]}, LIMIT)["pytorch"]
    assert [row[name] for name in names] == ["", "", ""]
    row = rows_of(job, {"tensorflow": FOUND["tensorflow"]}, None)["tensorflow"]
    assert [row[name] for name in names] == ["", "10.000", ""]
    assert row["limit_gflop_per_second"] == row["limit_product"] == ""


def test_table(job, capsys):
    print_table("images/s", [(job, FOUND)], LIMIT)
    *_, row = capsys.readouterr().out.strip().splitlines()
    assert row.split() == [
        *("tiny", "4", "of", "32×32", "20.00", "10.00", "16.00", "2.00", "1.25", "0.50"),
    ]
