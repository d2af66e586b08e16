"""HDF5 files on a disk that is full at any point: an error, no crash, nothing left."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from colorkeras.console.errors import UserError
from colorkeras.records.hdf5_file import writing_hdf5

ROOT = Path(__file__).parents[2]
# In a process of its own: the limit is the process's, and the fault came when it ended.
FILLING = """
import resource, sys
from pathlib import Path
import numpy as np
from colorkeras.console.errors import UserError
from colorkeras.records.hdf5_file import writing_hdf5

folder, told = Path(sys.argv[1]), 0
limits = [0, 1, 100, *range(500, 120_000, 1_999)]
for limit in limits:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        with writing_hdf5(folder / "full.h5") as file:
            file.attrs["state"] = "x" * 2_000
            for number in range(40):
                file.create_dataset(f"network/{number:04d}", data=np.full((30, 30), number, "f4"))
    except UserError as error:
        assert "full.h5: cannot be written: File too large" in str(error), error
        told += 1
assert told == len(limits), told
assert list(folder.iterdir()) == []
"""


def test_a_disk_that_is_full_at_any_point(tmp_path):
    command = [sys.executable, "-c", FILLING, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_written_is_read_back(tmp_path):
    values = np.arange(60_000, dtype=np.float32).reshape(200, 300)
    with writing_hdf5(tmp_path / "new" / "a.h5") as file:
        file.attrs["format"] = 1
        file.create_dataset("a/values", data=values)
        file.create_dataset("a/packed", data=values, chunks=(50, 50), compression="gzip")
        file["a/values"][0] = -1  # goes back to where it wrote before
    with h5py.File(tmp_path / "new" / "a.h5") as file:
        assert file.attrs["format"] == 1
        np.testing.assert_array_equal(file["a/values"][1:], values[1:])
        assert set(file["a/values"][0]) == {-1.0}
        np.testing.assert_array_equal(file["a/packed"], values)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.h5"]


def test_a_failing_block_keeps_the_old_file(tmp_path):
    (tmp_path / "a.h5").write_bytes(b"old")
    with pytest.raises(TypeError), writing_hdf5(tmp_path / "a.h5") as file:
        file.attrs["format"] = object()
    assert (tmp_path / "a.h5").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(UserError, match=r"a\.h5: cannot be written"),
        writing_hdf5(tmp_path / "file" / "a.h5"),
    ):
        pass
