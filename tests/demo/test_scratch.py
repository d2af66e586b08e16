"""The folder for files that are needed for a while."""

import stat
import subprocess
import sys

import pytest

from colorkeras.console.errors import UserError
from colorkeras.demo import scratch
from colorkeras.demo.scratch import is_memory, scratch_folder

KILLED = """
import os, sys
from pathlib import Path
from colorkeras.demo import scratch
scratch._MEMORY = Path(sys.argv[1])
scratch._ROOM = 0
with scratch.scratch_folder() as folder:
    (folder / "photograph").touch()
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder in the place of memory."""
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(scratch, "_MEMORY", memory)
    monkeypatch.setattr(scratch, "_ROOM", 0)
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path))
    return memory


def test_is_private_and_goes_with_its_files(place):
    with scratch_folder() as folder:
        assert is_memory(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "photograph").touch()
    assert list(place.iterdir()) == []


def test_goes_after_an_error(place):
    with pytest.raises(KeyboardInterrupt), scratch_folder():
        raise KeyboardInterrupt
    assert list(place.iterdir()) == []


def test_small_or_no_memory(place, tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "_ROOM", 2**80)
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
        assert not is_memory(folder)
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path / "missing")
    with scratch_folder() as folder:
        assert folder.parent == tmp_path


def test_no_place_at_all(place, tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "_ROOM", 2**80)
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path / "missing"))
    with pytest.raises(UserError, match="Set TMPDIR"), scratch_folder():
        pass


def test_what_a_killed_demo_left_goes_and_what_runs_stays(place):
    done = subprocess.run([sys.executable, "-c", KILLED, str(place)], timeout=60)
    assert done.returncode == -9
    (left,) = place.iterdir()
    assert [file.name for file in left.iterdir()] == ["photograph"]
    with scratch_folder() as first, scratch_folder() as second:
        assert sorted(place.iterdir()) == sorted([first, second])


def test_links_and_others_of_that_name_stay(place, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    (place / "colorkeras-demo-x").symlink_to(precious)
    with scratch_folder():
        pass
    assert (precious / "file").exists()
