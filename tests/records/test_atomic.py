"""Whole files appear at once or not at all."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from colorkeras.console.errors import UserError
from colorkeras.records.atomic import (
    check_folder_writable,
    check_writable,
    outdated,
    remove_leftovers,
    replacing,
    write_json,
    write_text,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write_half(file, error):
    with replacing(file) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise error


def test_writes_into_folders_that_it_makes(tmp_path):
    write_text(tmp_path / "a" / "b" / "note.txt", "Grün\n")
    assert (tmp_path / "a" / "b" / "note.txt").read_bytes() == "Grün\n".encode()
    assert names(tmp_path / "a" / "b") == ["note.txt"]


def test_replaces(tmp_path):
    file = tmp_path / "note.txt"
    write_text(file, "a long first text")
    write_text(str(file), "second")
    assert file.read_text(encoding="utf-8") == "second"


def test_json_is_indented_and_keeps_its_letters(tmp_path):
    write_json(tmp_path / "a.json", {"title": "Szirányi", "values": [1]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == '{\n  "title": "Szirányi",\n  "values": [\n    1\n  ]\n}\n'
    assert json.loads(text) == {"title": "Szirányi", "values": [1]}


def test_temporary_file_lies_beside_with_the_same_suffix(tmp_path):
    with replacing(tmp_path / "model.h5") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".h5"
        temporary.write_text("x", encoding="utf-8")
        assert not (tmp_path / "model.h5").exists()
    assert names(tmp_path) == ["model.h5"]


@pytest.mark.parametrize("write", [check_writable, lambda path: write_text(path, "x")])
def test_only_files_are_replaced(tmp_path, write):
    """Not folders, nor pipes and devices: root could replace /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path, reason in (
        (tmp_path, "Is a directory"),
        (pipe, "a pipe, not a file"),
        (tmp_path / "link", "a pipe, not a file"),
    ):
        with pytest.raises(UserError, match=f"{path}: cannot be written: .*{reason}. Choose"):
            write(path)
    with pytest.raises(UserError, match="received an empty path"):
        write("")
    assert pipe.is_fifo()
    assert names(tmp_path) == ["link", "pipe"]


def test_failing_block_leaves_the_old_file(tmp_path):
    file = tmp_path / "note.txt"
    write_text(file, "old")
    with pytest.raises(ZeroDivisionError):
        write_half(file, ZeroDivisionError())
    assert file.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["note.txt"]


def test_full_disk_while_writing(tmp_path):
    file = tmp_path / "note.txt"
    write_text(file, "old")
    with pytest.raises(UserError) as caught:
        write_half(file, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert str(caught.value) == (
        f"{file}: cannot be written: No space left on device. "
        "Free some space or choose another place."
    )
    assert file.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["note.txt"]


def test_failing_rename(tmp_path, monkeypatch):
    file = tmp_path / "note.txt"
    write_text(file, "old")

    def refuse(source, target):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UserError, match="cannot be written: Permission denied") as caught:
        write_text(file, "new")
    assert str(caught.value).startswith(f"{file}: ")
    assert file.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["note.txt"]


def test_error_without_a_system_text(tmp_path):
    """HDF5 raises OSError with a message only."""
    with pytest.raises(UserError, match=r"note\.txt: cannot be written: Unable to write"):
        write_half(tmp_path / "note.txt", OSError("Unable to write"))


def test_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "results").write_text("a file", encoding="utf-8")
    with pytest.raises(UserError, match=r"note\.txt: cannot be written"):
        write_text(tmp_path / "results" / "run" / "note.txt", "x")
    assert names(tmp_path) == ["results"]


def test_folder_where_the_file_should_be(tmp_path):
    (tmp_path / "note.txt").mkdir()
    with pytest.raises(UserError, match=r"note\.txt: cannot be written: Is a directory"):
        write_text(tmp_path / "note.txt", "x")
    assert names(tmp_path) == ["note.txt"]


def test_value_that_is_no_json_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "a.json", 1)
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"value": object()})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "1\n"
    assert names(tmp_path) == ["a.json"]


def test_places_are_checked_beforehand(tmp_path):
    check_writable(tmp_path / "new" / "note.txt")
    assert names(tmp_path) == ["new"]
    assert names(tmp_path / "new") == []
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    for path, reason in (
        (tmp_path / "new", "Is a directory"),
        (tmp_path / "file" / "note.txt", "(File exists|Not a directory)"),
    ):
        with pytest.raises(UserError, match=f"{path}: cannot be written: {reason}. Choose another"):
            check_writable(path)


def test_folders_are_checked_beforehand_and_not_made(tmp_path):
    check_folder_writable(tmp_path / "new" / "deep")
    assert names(tmp_path) == []
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    for path in (tmp_path / "file" / "out", Path("/proc/out")):
        with pytest.raises(UserError, match=f"{path}: cannot be written: .*Choose another"):
            check_folder_writable(path)


def test_leftovers_of_killed_processes_are_removed(tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alive:
        kept = [f".model.{alive.pid}.tmp.h5", "model.h5", ".tmp", "state.1.tmp.h5", ".note.tmp"]
        for name in (*kept, f".model.{ended.pid}.tmp.h5", f".run.{ended.pid}.tmp"):
            (tmp_path / name).touch()
        (tmp_path / f".x.{os.getpid()}.tmp").touch()  # of an earlier process of our number
        remove_leftovers(tmp_path)
        assert names(tmp_path) == sorted(kept)
    remove_leftovers(tmp_path / "nowhere")


def test_every_temporary_file_is_known_as_one(tmp_path):
    for name in ("model.h5", "README", "a.b.csv", "x" * 200 + ".png", ".hidden"):
        with replacing(tmp_path / name) as temporary:
            temporary.touch()
        (tmp_path / name).rename(temporary)  # as a process leaves it that is killed meanwhile
        remove_leftovers(tmp_path)
        assert names(tmp_path) == [], name


def test_outdated_are_files_that_are_missing_or_have_other_bytes(tmp_path):
    texts = {tmp_path / name: "é\n" for name in ("same", "other", "windows", "missing")}
    for path, text in zip(texts, ("é\n", "e\n", "é\r\n"), strict=False):
        path.write_bytes(text.encode())
    assert [path.name for path in outdated(texts)] == ["other", "windows", "missing"]
    unencodable = {tmp_path / "name": "\udcff"}
    write_text(tmp_path / "name", "\udcff")
    assert outdated(unencodable) == {}
