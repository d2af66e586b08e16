"""A lock on a folder for one process at a time; it ends with the process, even a killed one."""

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
    """Hold the lock of a folder while the block runs; make the folder if it is missing.

    Folders that were made for this and are still empty at the end are removed again. On a file
    system without locks the block runs without one, after a note on standard error.

    Args:
        path: the folder; it is locked itself, so that no lock file is left behind.
        busy: the message, after the path, when another process holds the lock.

    Raises:
        UserError: when another process holds the lock, or the folder cannot be made.
    """
    try:
        made = make_folder(path)
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be used: {error.strerror}. Choose another folder, or mend this one."
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{path}: {busy}") from None
        except OSError as error:  # network file systems answer with one of many numbers
            _note_once(f"this file system has no locks ({error.strerror})")
        try:
            yield
        finally:
            remove_empty(made)
    finally:
        os.close(handle)


def make_folder(path: Path, exist_ok: bool = True) -> list[Path]:
    """Make a folder with its parents; return those that were made, the folder itself first.

    Raises:
        OSError: when it cannot be made; FileExistsError where it exists, unless `exist_ok`.
    """
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=exist_ok)
    return made


def remove_empty(folders: list[Path]) -> None:
    """Remove the empty ones of these folders, each of which lies in the next; some may be gone."""
    with contextlib.suppress(OSError):
        for folder in filter(Path.exists, folders):
            folder.rmdir()


@functools.cache
def _note_once(why: str) -> None:
    print(
        f"note: {why}, so two commands in one folder do not notice each other: start one at a "
        "time.",
        file=sys.stderr,
    )
