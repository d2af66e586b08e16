"""A folder for one process at a time."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from colorkeras.console.errors import UserError
from colorkeras.records import folder_lock
from colorkeras.records.folder_lock import locked

HOLDING = """
import sys
from pathlib import Path
from colorkeras.records.folder_lock import locked
with locked(Path(sys.argv[1]), "busy"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_lock_keeps_another_process_out(tmp_path):
    folder = tmp_path / "new" / "folder"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="folder: busy here"), locked(folder, "busy here"):
            pass
        other.kill()
    with locked(folder, "busy"):
        assert folder.is_dir()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("-")
    with pytest.raises(UserError, match="cannot be used"), locked(tmp_path / "file", "busy"):
        pass


@pytest.mark.parametrize("number", ["ENOSYS", "ENOTSUP", "ENOLCK", "EINVAL", "EACCES", "EBADF"])
def test_a_file_system_without_locks(tmp_path, monkeypatch, capsys, number):
    """As Lustre without -o flock and some network mounts answer: one note, and the work is done."""

    def refuse(*_):
        raise OSError(getattr(errno, number), os.strerror(getattr(errno, number)))

    monkeypatch.setattr(fcntl, "flock", refuse)
    folder_lock._note_once.cache_clear()
    for _ in range(2):
        with locked(tmp_path, "busy"):
            (tmp_path / "done").touch()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("note: this file system has no locks (")
    assert (tmp_path / "done").exists()


def test_unused_folder_is_removed(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "new", "busy"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path / "new", "busy"):
        (tmp_path / "new" / "file").touch()
    (tmp_path / "old").mkdir()
    with locked(tmp_path / "old", "busy"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]
