"""One process at a time in a folder: a lock that ends with the process, however that ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from colorkeras.errors import UserError


@contextlib.contextmanager
def locked(path: Path, busy: str) -> Iterator[None]:
    """Keep other processes out of a folder, which is made if missing, for a while.

    Args:
        path: the folder; the lock is on itself, so that no file is left behind.
        busy: what to say when another process holds it, after the path.

    Raises:
        UserError: when another process holds it, or the folder cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise UserError(f"{path}: cannot be used: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{path}: {busy}") from None
        yield
    finally:
        os.close(handle)
