"""The list of results: rows stay, newer ones replace older, text is safe."""

import csv

import pytest

from colorkeras.console.errors import UserError
from colorkeras.inference.batch_csv import NAME, BatchCsv


def rows(folder):
    with open(folder / NAME, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def add(table, folder, photograph, result, status="colorized", **more):
    results = [folder / result] if result else []
    table.add(photograph, results, more.pop("records", {}), status=status, reason="", **more)


def test_the_newest_row_of_a_result_counts(tmp_path):
    table = BatchCsv(tmp_path)
    add(table, tmp_path, "a.jpg", "a.png", seconds=1.5)
    add(table, tmp_path, "b.jpg", None, status="skipped")
    table = BatchCsv(tmp_path)
    add(table, tmp_path, "a.jpg", "a.png", status="already there")
    add(table, tmp_path, "b.jpg", "b.png")
    assert len(rows(tmp_path)) == 4  # a killed batch leaves both
    table.tidy()
    add(table, tmp_path, "b.jpg", None, status="skipped")  # its first result is there
    add(table, tmp_path, "c.jpg", None, status="skipped")
    add(table, tmp_path, "c.jpg", None, status="left out")
    table.tidy()
    found = {(row["photograph"], row["result"]): row["status"] for row in rows(tmp_path)}
    assert found == {
        ("a.jpg", "a.png"): "already there",
        ("b.jpg", "b.png"): "colorized",
        ("b.jpg", ""): "skipped",
        ("c.jpg", ""): "left out",
    }


def test_what_is_noted_of_a_result_without_a_mark(tmp_path):
    table = BatchCsv(tmp_path)
    add(table, tmp_path, "a.jpg", "deep/a.png", records={tmp_path / "deep/a.png": ("x", "y")})
    found = BatchCsv(tmp_path).earlier(tmp_path / "deep" / "a.png")
    assert (found["made_of"], found["sha256"]) == ("x", "y")
    assert BatchCsv(tmp_path).earlier(tmp_path / "b.png") is None


def test_a_half_written_last_row_is_dropped(tmp_path):
    add(BatchCsv(tmp_path), tmp_path, "a.jpg", "a.png")
    with (tmp_path / NAME).open("a", encoding="utf-8") as file:
        file.write("b.jpg,b.p")
    BatchCsv(tmp_path)
    assert [row["photograph"] for row in rows(tmp_path)] == ["a.jpg"]


def test_names_that_a_spreadsheet_would_run(tmp_path):
    add(BatchCsv(tmp_path), tmp_path, "=1+1.jpg", "=1+1.png")
    assert rows(tmp_path)[0]["photograph"] == "'=1+1.jpg"
    assert BatchCsv(tmp_path).earlier(tmp_path / "=1+1.png")


def test_a_file_of_somebody_else(tmp_path):
    (tmp_path / NAME).write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="expected the columns photograph, result, status") as told:
        BatchCsv(tmp_path)
    assert str(told.value).endswith("rename it, restore it, or choose another -o.")
