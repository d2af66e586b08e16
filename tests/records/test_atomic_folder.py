"""Whole folders appear at once or not at all."""

import os
import subprocess
import sys

import pytest

from colorkeras.console.errors import UserError
from colorkeras.records.atomic_folder import new_folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(path, name, error=None):
    with new_folder(path) as folder:
        (folder / name).write_text(name)
        (folder / "inner").mkdir()
        if error:
            raise error


def test_new_and_replaced(tmp_path):
    write(tmp_path / "out", "a")
    assert names(tmp_path / "out") == ["a", "inner"]
    write(tmp_path / "out", "b")
    assert names(tmp_path / "out") == ["b", "inner"]
    assert names(tmp_path) == ["out"]


def test_permissions_are_those_of_any_folder(tmp_path):
    write(tmp_path / "out", "a")
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_failure_leaves_what_was_there(tmp_path, error):
    write(tmp_path / "out", "a")
    with pytest.raises(type(error)):
        write(tmp_path / "out", "b", error)
    assert names(tmp_path / "out") == ["a", "inner"]
    assert names(tmp_path) == ["out"]


def test_full_disk(tmp_path):
    with pytest.raises(UserError, match="out: cannot be written: No space left"):
        write(tmp_path / "out", "a", OSError(28, "No space left on device"))
    assert names(tmp_path) == []


def test_rename_that_fails_puts_the_old_folder_back(tmp_path):
    write(tmp_path / "out", "a")
    with (
        pytest.raises(UserError, match="cannot be written"),
        new_folder(tmp_path / "out") as folder,
    ):
        folder.rename(tmp_path / "stolen")
    assert names(tmp_path / "out") == ["a", "inner"]


def test_link_to_a_folder_stays_a_link(tmp_path):
    write(tmp_path / "real", "a")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "b")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == ["b", "inner"]


def test_leftovers_of_dead_processes_alone_are_removed(tmp_path):
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], stdout=-1)
    dead, alive = int(ended.stdout), os.getppid()
    for name in (f".out.{dead}.new.tmp", f".out.{dead}.old.tmp", f".out.{alive}.new.tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / f".other.{dead}.new.tmp").mkdir()
    write(tmp_path / "out", "a")
    assert names(tmp_path) == sorted([f".out.{alive}.new.tmp", f".other.{dead}.new.tmp", "out"])
