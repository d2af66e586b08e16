"""Write an HDF5 file whole or not at all; a full disk is an error like any other.

The HDF5 library does not survive a write that fails: what it could not flush stays open, is closed
once more when the process ends, and that is a segmentation fault. So it never learns of a failure:
it writes through an object of ours, which notes the first one, to be raised once HDF5 has closed.
"""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import h5py

from colorkeras.records.atomic import replacing


@contextlib.contextmanager
def writing_hdf5(path: str | Path) -> Iterator[h5py.File]:
    """Give a new HDF5 file that becomes `path` when the block succeeds.

    Raises:
        UserError: as `atomic.replacing` does. `path` then still holds what it held before.
    """
    with replacing(path) as temporary, open(temporary, "w+b", buffering=0) as raw:
        disk = _Disk(raw)
        try:
            with _NamedFile(disk, "w") as file:
                yield file
        except Exception:
            disk.check()  # its failure is the cause
            raise
        disk.check()


def hdf5_in_memory() -> h5py.File:
    """Return a new HDF5 file that is nowhere on disk."""
    return _NamedFile(io.BytesIO(), "w")


class _NamedFile(h5py.File):
    """A file that Keras takes for one named `….h5`; it asks `str` for that before it writes."""

    def __str__(self):
        return "file.h5"


class _Disk(io.RawIOBase):
    """A file in which every write seems to succeed."""

    def __init__(self, raw):
        super().__init__()
        self._raw, self._error = raw, None

    def check(self):
        """Raise the first error there was."""
        if self._error is not None:
            raise self._error

    def write(self, data):
        rest = memoryview(data)
        size = len(rest)
        while len(rest) and self._error is None:
            rest = rest[self._tried(self._raw.write, rest) or len(rest) :]
        return size

    def truncate(self, size=None):
        self._tried(self._raw.truncate, size)
        return size

    def flush(self):
        """Nothing is held back."""

    def seek(self, offset, whence=os.SEEK_SET):
        return self._raw.seek(offset, whence)

    def tell(self):
        return self._raw.tell()

    def readinto(self, buffer):
        return self._raw.readinto(buffer)

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return True

    def _tried(self, function, argument):
        try:
            return function(argument)
        except OSError as error:
            self._error = self._error or error
            return None
