"""Append-only CSV files, whole and damaged."""

import csv
import errno
import math
import os
from pathlib import Path

import numpy as np
import pytest

from colorkeras.console.errors import UserError
from colorkeras.records.csv_file import CsvFile, format_cell

HEADER = ("step", "loss", "psnr")


@pytest.fixture
def table(tmp_path):
    return CsvFile(tmp_path / "train.csv", HEADER)


@pytest.fixture
def three_rows(table):
    for step in (10, 20, 30):
        table.append(step=step, loss=1 / step)
    return table


def text_of(table):
    return table.path.read_text(encoding="utf-8")


def rows_of(table):
    with table.path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def message_of(function, *args):
    with pytest.raises(UserError) as caught:
        function(*args)
    return str(caught.value)


def no_space(*_args, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class TestCells:
    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, ""),
            (math.nan, "nan"),
            (math.inf, "inf"),
            (-math.inf, "-inf"),
            (0.0, "0"),
            (0, "0"),
            (1 / 3, "0.3333333"),
            (1234567.0, "1234567"),
            (1e-7, "1e-07"),
            (12345678, "12345678"),
            ("test", "test"),
            (np.float64(0.25), "0.25"),
            (np.float64("nan"), "nan"),
            (np.float32("nan"), "nan"),
            (np.int64(3), "3"),
        ],
    )
    def test_format(self, value, cell):
        assert format_cell(value) == cell


class TestCsv:
    def test_starts_with_its_header(self, table):
        assert text_of(table) == "step,loss,psnr\n"

    def test_rows_follow_the_header_whatever_their_order(self, table):
        table.append(psnr=22.5, step=1, loss=0.125)
        table.append(step=2, loss=math.nan)
        table.append(step=3, loss=math.inf, psnr=None)
        assert text_of(table) == "step,loss,psnr\n1,0.125,22.5\n2,nan,\n3,inf,\n"

    def test_missing_is_not_zero_and_nan_is_not_missing(self, table):
        table.append(step=1, psnr=0.0)
        table.append(step=2, psnr=math.nan)
        assert [row["psnr"] for row in rows_of(table)] == ["0", "nan"]
        assert [row["loss"] for row in rows_of(table)] == ["", ""]

    def test_each_row_is_on_disk_at_once(self, table):
        for step in range(1, 4):
            table.append(step=step)
            assert len(rows_of(table)) == step

    def test_several_rows(self, table):
        table.extend([{"step": 1}, {"step": 2, "loss": 0.5}])
        assert text_of(table) == "step,loss,psnr\n1,,\n2,0.5,\n"

    def test_text_with_commas_and_quotes(self, tmp_path):
        table = CsvFile(tmp_path / "images.csv", ["image"])
        table.append(image='a, "b".png')
        assert rows_of(table) == [{"image": 'a, "b".png'}]

    def test_an_existing_file_is_continued(self, three_rows):
        CsvFile(three_rows.path, HEADER).append(step=40)
        assert [row["step"] for row in rows_of(three_rows)] == ["10", "20", "30", "40"]

    def test_unknown_column(self, three_rows):
        before = text_of(three_rows)
        with pytest.raises(ValueError, match=r"no column \['ssim'\] in \['step', 'loss', 'psnr'\]"):
            three_rows.extend([{"step": 40}, {"step": 50, "ssim": 0.5}])
        assert text_of(three_rows) == before

    def test_full_disk_on_append(self, three_rows, monkeypatch):
        before = text_of(three_rows)
        monkeypatch.setattr(os, "fsync", no_space)
        monkeypatch.setattr(Path, "open", no_space)
        message = message_of(lambda: three_rows.append(step=40))
        assert message == f"{three_rows.path}: cannot be written: No space left on device."
        monkeypatch.undo()
        assert text_of(three_rows) == before

    def test_failed_flush_of_a_row(self, three_rows, monkeypatch):
        monkeypatch.setattr(os, "fsync", no_space)
        message = message_of(lambda: three_rows.append(step=40))
        assert message == f"{three_rows.path}: cannot be written: No space left on device."

    def test_full_disk_on_the_header(self, tmp_path, monkeypatch):
        monkeypatch.setattr(os, "replace", no_space)
        assert "train.csv: cannot be written" in message_of(CsvFile, tmp_path / "train.csv", HEADER)
        assert list(tmp_path.iterdir()) == []


class TestCut:
    """What a resumed run does to the rows of the run that was killed."""

    def test_drops_rows_past_the_restored_step(self, three_rows):
        three_rows.cut(lambda row: int(row["step"]) <= 20)
        assert text_of(three_rows) == "step,loss,psnr\n10,0.1,\n20,0.05,\n"

    def test_keeping_all_changes_no_byte(self, three_rows):
        before = three_rows.path.read_bytes()
        three_rows.cut(lambda row: True)
        assert three_rows.path.read_bytes() == before

    def test_dropping_all_leaves_the_header(self, three_rows):
        three_rows.cut(lambda row: False)
        assert text_of(three_rows) == "step,loss,psnr\n"

    @pytest.mark.parametrize("lost", range(1, len("30,0.03333333,\n")))
    def test_killed_in_the_middle_of_a_row(self, three_rows, lost):
        whole = three_rows.path.read_bytes()
        three_rows.path.write_bytes(whole[:-lost])
        three_rows.cut(lambda row: True)
        assert text_of(three_rows) == "step,loss,psnr\n10,0.1,\n20,0.05,\n"
        three_rows.append(step=30, loss=1 / 30)
        assert three_rows.path.read_bytes() == whole

    def test_killed_in_the_middle_of_a_letter(self, tmp_path):
        table = CsvFile(tmp_path / "images.csv", ["image"])
        table.extend([{"image": "a.png"}, {"image": "ü.png"}])
        table.path.write_bytes(table.path.read_bytes()[: len(b"image\na.png\n\xc3")])
        table.cut(lambda row: True)
        assert text_of(table) == "image\na.png\n"

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            ("step,loss\n1,2\n", "found step,loss."),
            ("loss,step,psnr\n", "found loss,step,psnr."),
            ("", "found nothing."),
            ("step,loss,ps", "found nothing."),
            ("\n\n", "found ."),
        ],
    )
    def test_changed_header(self, table, content, found):
        table.path.write_text(content, encoding="utf-8")
        message = message_of(table.cut, lambda row: True)
        assert message.startswith(f"{table.path}: expected the columns step, loss, psnr; found")
        assert found in message
        assert "restore it or start a new run" in message
        assert text_of(table) == content

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    def test_saved_by_an_editor(self, three_rows, mark, end):
        """A byte-order mark and the line ends of another system are no change."""
        before = three_rows.path.read_bytes()
        three_rows.path.write_bytes(mark + before.replace(b"\n", end))
        three_rows.cut(lambda row: True)
        assert three_rows.path.read_bytes() == before

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("1,2\n", "2 cells in a row of 3 columns"),
            ("1,2,3,4\n", "4 cells in a row of 3 columns"),
            ("1.5,2,3\n", "invalid literal for int"),
            ("x,2,3\n", "invalid literal for int"),
            (f"1,{'2' * 200_000},3\n", "field larger than field limit"),
            ("1,2\0,3\n", "a zero byte"),
            ("1,2\r2,3\n", "new-line character seen"),
        ],
    )
    def test_changed_rows(self, table, row, words):
        content = f"step,loss,psnr\n{row}"
        table.path.write_bytes(content.encode())
        message = message_of(table.cut, lambda row: int(row["step"]) > 0)
        assert message.startswith(str(table.path))
        assert words in message
        assert table.path.read_bytes() == content.encode()

    @pytest.mark.parametrize(
        "content",
        [
            b"\x00\xff\x00\xff\n",
            b"step;loss\n1;0,5\n",
            b"loss,step\n",
            b"",
            b"\n",
            b"step",
            b"step,loss,loss\n",
            "step,loß".encode("latin-1") + b"\n",
            "step,loss\n".encode("utf-16"),
        ],
    )
    def test_columns_that_depend_on_the_experiment(self, tmp_path, content):
        path = tmp_path / "train.csv"
        path.write_bytes(b"step,loss,psnr\n1,2,3\n")
        assert CsvFile.stored(path, ("step", "loss")).header == list(HEADER)
        path.write_bytes(content)
        message = message_of(CsvFile.stored, path, ("step",))
        assert message.startswith(f"{path}: ")
        assert path.read_bytes() == content

    def test_blank_lines_are_dropped(self, table):
        table.path.write_text("step,loss,psnr\n1,,\n\n2,,\n", encoding="utf-8")
        table.cut(lambda row: True)
        assert [row["step"] for row in rows_of(table)] == ["1", "2"]

    def test_missing_file(self, table):
        table.path.unlink()
        assert "train.csv: cannot be read" in message_of(table.cut, lambda row: True)

    def test_full_disk(self, three_rows, monkeypatch):
        before = text_of(three_rows)
        monkeypatch.setattr(os, "replace", no_space)
        message = message_of(three_rows.cut, lambda row: False)
        assert message.startswith(f"{three_rows.path}: cannot be written: No space left")
        assert text_of(three_rows) == before
        assert [path.name for path in three_rows.path.parent.iterdir()] == ["train.csv"]
