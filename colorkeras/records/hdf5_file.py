"""Write an HDF5 file whole or not at all; a full disk is an error like any other.

The HDF5 library crashes after a failed write: what it could not flush stays open, and closing it at
the end of the process is a segmentation fault. So HDF5 must not see the failure: it writes through
an object of ours that keeps the first error, which is raised after HDF5 has closed its file.
"""

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import h5py

from colorkeras.records.atomic import replacing

T = TypeVar("T")


@contextlib.contextmanager
def writing_hdf5(path: str | Path) -> Iterator[h5py.File]:
    """Yield a new HDF5 file that becomes `path` when the block succeeds.

    Raises:
        UserError: as `atomic.replacing` does. `path` is then unchanged.
    """
    with replacing(path) as temporary, open(temporary, "w+b", buffering=0) as raw:
        disk = _Disk(raw)
        try:
            with _NamedFile(disk, "w") as file:
                yield file
        except Exception:
            disk.check()  # a failed write is the cause
            raise
        disk.check()


def hdf5_in_memory() -> h5py.File:
    """Return a new HDF5 file that exists in memory only."""
    return _NamedFile(io.BytesIO(), "w")


class _NamedFile(h5py.File):
    """A file that Keras accepts as one named `….h5`: it checks `str(file)` before it writes."""

    def __str__(self) -> str:
        return "file.h5"


class _Disk(io.RawIOBase):
    """A file in which every write seems to succeed."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__()
        self._raw = raw
        self._error: OSError | None = None

    def check(self) -> None:
        """Raise the first error, if there was one."""
        if self._error is not None:
            raise self._error

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        size = len(rest)
        while len(rest) and self._error is None:
            rest = rest[self._tried(self._raw.write, rest) or len(rest) :]
        return size

    def truncate(self, size: int | None = None) -> int:
        self._tried(self._raw.truncate, size)
        return self._raw.tell() if size is None else size

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: Any) -> int | None:
        return self._raw.readinto(buffer)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def _tried(self, function: Callable[[T], int], argument: T) -> int | None:
        try:
            return function(argument)
        except OSError as error:
            self._error = self._error or error
            return None
