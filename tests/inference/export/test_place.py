"""The folder of an export: a new one, or an earlier export that may be replaced."""

import json
import os

import pytest

from colorkeras.console.errors import UserError
from colorkeras.inference.export.place import check_place


@pytest.fixture
def earlier(tmp_path):
    folder = tmp_path / "earlier"
    folder.mkdir()
    (folder / "metadata.json").write_text(json.dumps({"exported_as": "onnx"}))
    for name in ("model.onnx", "usage.py", "Some-Net.LICENSE.txt"):
        (folder / name).touch()
    return folder


def refusal(out, overwrite=False):
    with pytest.raises(UserError) as refused:
        check_place(out, overwrite)
    return str(refused.value)


def test_new_folder(tmp_path):
    check_place(tmp_path / "new", False)
    check_place(tmp_path / "new.1", False)
    assert not list(tmp_path.iterdir())


def test_earlier_export(earlier):
    assert refusal(earlier).endswith("already exists. Name another folder, or add --overwrite.")
    check_place(earlier, True)


def test_foreign_files_are_kept(earlier):
    (earlier / "holiday.jpg").touch()
    assert "has holiday.jpg, which no export writes" in refusal(earlier, True)


@pytest.mark.parametrize("content", [None, "[1]", "{", "[" * 100_000, "{}"])
def test_folder_that_is_no_export(earlier, content):
    (earlier / "metadata.json").unlink()
    if content:
        (earlier / "metadata.json").write_text(content)
    assert "is not an export" in refusal(earlier, True)


def test_files_and_names_of_files(tmp_path):
    (tmp_path / "file").touch()
    assert "is a file; expected a folder" in refusal(tmp_path / "file", True)
    assert "expected a folder, which gets the model" in refusal(tmp_path / "photo.onnx")
    assert "Leave out .onnx." in refusal(tmp_path / "photo.onnx")


def test_folder_around_it(tmp_path):
    assert "none: no such folder. Make it first." in refusal(tmp_path / "none" / "out")
    assert "/proc" in refusal(tmp_path.__class__("/proc/out"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    assert "cannot be written" in refusal(tmp_path / "out")
