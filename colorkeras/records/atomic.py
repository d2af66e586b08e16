"""Write a file under a temporary name and rename it, so that no reader meets half a file."""

import errno
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from colorkeras.console.errors import UserError

_TEMPORARY = re.compile(r"\..{0,40}\.(\d{1,10})\.tmp(\.\w+)?")


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` when the block succeeds.

    Args:
        path: the file to create or replace; missing parent folders are made.

    Yields:
        A path in the same folder with the same suffix, for the block to write to.

    Raises:
        UserError: when the folder cannot be written, the disk is full, or something that is no
            file is there. `path` then still holds what it held before.
    """
    path = _regular(path)
    # A short stem: with it whole, a name that just fits the file system would not fit any more.
    temporary = path.with_name(f".{path.stem[:40]}.{os.getpid()}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_leftovers(folder: str | Path) -> None:
    """Take away the temporary files that killed processes of this machine left in a folder."""
    with suppress(OSError):
        for path in Path(folder).iterdir():
            found = _TEMPORARY.fullmatch(path.name)
            if found and not _is_alive(int(found[1])):
                with suppress(OSError):
                    path.unlink()


def _is_alive(process):
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's
        return True
    return process != os.getpid()  # our number, had by another before


def check_writable(path: str | Path) -> None:
    """Refuse a place where `replacing` would fail at the end of long work; makes its folder.

    Raises:
        UserError: as `replacing` does.
    """
    path = _regular(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _refused(path, error) from error


def check_folder_writable(path: str | Path) -> None:
    """Refuse a folder that could not be made, or not be written in; makes nothing.

    Raises:
        UserError: as `replacing` does.
    """
    path = Path(path)
    there = next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise _refused(path, error) from error


def _regular(path):
    """The path, unless it is empty, a folder, or a device or pipe, which a file would replace."""
    if not str(path):
        raise UserError("received an empty path, expected that of a file to write.")
    path = Path(path)
    if path.is_dir():
        raise _refused(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if path.exists() and not path.is_file():
        raise _refused(path, OSError(errno.EINVAL, "It is a device or a pipe, no file"))
    return path


def _refused(path, error):
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    advice = "Free some space or choose" if full else "Choose"
    return UserError(
        f"{path}: cannot be written: {error.strerror or error}. {advice} another place."
    )


def write_text(path: str | Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with replacing(path) as temporary:
        # The name of a file may hold bytes that are no UTF-8: they are shown, not refused.
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_json(path: str | Path, value) -> None:
    """Write `value` as indented JSON, atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
