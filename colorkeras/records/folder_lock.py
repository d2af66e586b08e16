"""One process at a time in a folder: a lock that ends with the process, however that ends."""

import contextlib
import fcntl
import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from colorkeras.console.errors import UserError


@contextlib.contextmanager
def locked(path: Path, busy: str) -> Iterator[None]:
    """Keep other processes out of a folder, which is made if missing, for a while.

    Folders that were made for it and are still empty at the end are taken away again. On a file
    system that has no locks the block runs without one, after a note on standard error.

    Args:
        path: the folder; the lock is on itself, so that no file is left behind.
        busy: what to say when another process holds it, after the path.

    Raises:
        UserError: when another process holds it, or the folder cannot be made.
    """
    try:
        made = make_folder(path)
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise UserError(f"{path}: cannot be used: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{path}: {busy}") from None
        except OSError as error:  # network file systems answer with one of many numbers
            _tell_once(f"this file system has no locks ({error.strerror})")
        try:
            yield
        finally:
            remove_empty(made)
    finally:
        os.close(handle)


def make_folder(path: Path, exist_ok=True) -> list[Path]:
    """Make a folder with its parents; return those that were not there, itself first.

    Raises:
        OSError: when it cannot be made; FileExistsError for one that is there, unless `exist_ok`.
    """
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=exist_ok)
    return made


def remove_empty(folders: list[Path]) -> None:
    """Remove these folders, each of which lies in the next, as far as they are empty."""
    with contextlib.suppress(OSError):
        for folder in folders:
            folder.rmdir()


@functools.cache
def _tell_once(why):
    print(
        f"note: {why}, so that two commands in one folder cannot be told apart: start one at a "
        "time.",
        file=sys.stderr,
    )
