"""Write a file under a temporary name and rename it, so that no reader finds half a file."""

import errno
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from colorkeras.console.errors import UserError

_TEMPORARY = re.compile(r"\..{0,40}\.(\d{1,10})\.tmp(\.\w+)?")

# A file name may hold bytes that are not UTF-8: they are written as escapes.
_UNENCODABLE = "backslashreplace"


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` when the block succeeds.

    Args:
        path: the file to create or replace; missing parent folders are made.

    Yields:
        A path in the same folder with the same suffix, for the block to write to.

    Raises:
        UserError: when the folder cannot be written, the disk is full, or `path` is a folder or a
            device. `path` is then unchanged.
    """
    path = _file_path(path)
    # A short stem: with all of it, a name of the greatest length would become too long.
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


def outdated(files: Mapping[Path, str]) -> dict[Path, str]:
    """Those of these files that are missing or do not have this text, byte for byte."""
    return {
        path: text
        for path, text in files.items()
        if not path.is_file() or path.read_bytes() != text.encode("utf-8", _UNENCODABLE)
    }


def remove_leftovers(folder: str | Path) -> None:
    """Remove the temporary files that killed processes of this machine left in a folder."""
    with suppress(OSError):
        for path in Path(folder).iterdir():
            found = _TEMPORARY.fullmatch(path.name)
            if found and not is_alive(int(found[1])):
                with suppress(OSError):
                    path.unlink()


def is_alive(process: int) -> bool:
    """Whether the process of a temporary file's name still runs; our own number was another's."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's
        return True
    return process != os.getpid()


def check_writable(path: str | Path) -> None:
    """Check, before long work, that `replacing` can write a file there; make its folder.

    Raises:
        UserError: as `replacing` does.
    """
    path = _file_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _refused(path, error) from error


def check_folder_writable(path: str | Path) -> None:
    """Check that a folder can be made and written in; make nothing.

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


def _file_path(path: str | Path) -> Path:
    """The path; refused when it is empty, or a folder, device or pipe, which must not be replaced.

    Raises:
        UserError: when it is refused.
    """
    if not str(path):
        raise UserError("received an empty path, expected the path of a file to write.")
    path = Path(path)
    if path.is_dir():
        raise _refused(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if path.exists() and not path.is_file():
        raise _refused(path, OSError(errno.EINVAL, "It is a device or a pipe, not a file"))
    return path


def _refused(path: Path, error: OSError) -> UserError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    advice = "Free some space or choose" if full else "Choose"
    return UserError(
        f"{path}: cannot be written: {error.strerror or error}. {advice} another place."
    )


def write_text(path: str | Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors=_UNENCODABLE)


def write_json(path: str | Path, value: object) -> None:
    """Write `value` as indented JSON, atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
