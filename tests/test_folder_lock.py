"""A folder for one process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from colorkeras.errors import UserError
from colorkeras.folder_lock import locked

HOLDING = """
import sys
from pathlib import Path
from colorkeras.folder_lock import locked
with locked(Path(sys.argv[1]), "busy"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_until_it_is_over(tmp_path):
    folder = tmp_path / "new" / "folder"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder)],
        cwd=Path(__file__).parents[1],
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
