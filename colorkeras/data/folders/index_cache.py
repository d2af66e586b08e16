"""The results of earlier scans, kept in the user's cache folder, never in the image folder.

A file is checked again when its size or modification time is not the one noted. The cache may be
deleted at any time. A damaged or unwritable cache costs a scan, and is no error.
"""

import json
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from colorkeras.console.errors import UserError
from colorkeras.records.atomic import replacing

FORMAT = 1
UNKNOWN = -1  # a size or time that no file has: the file is checked in every scan


class Entry(NamedTuple):
    """One file as a scan found it; `reason` is empty for a usable image."""

    name: str
    size: int
    mtime_ns: int
    sha256: str = ""
    width: int = 0
    height: int = 0
    reason: str = ""


def cache_folder() -> Path:
    """`$COLORKERAS_CACHE`, or `colorkeras` in `$XDG_CACHE_HOME` or `~/.cache`; may not exist."""
    if own := os.environ.get("COLORKERAS_CACHE"):
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(shared) / "colorkeras"


def load_entries(path: Path) -> dict[str, Entry]:
    """Read the entries, by name.

    Returns:
        Nothing where there is no cache file; nothing, with a warning, where it is damaged.
    """
    try:
        with open(path, encoding="ascii") as lines:
            if json.loads(next(lines)) != {"format": FORMAT}:
                raise ValueError("another format")
            entries = [_entry(json.loads(line)) for line in lines]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError, StopIteration, RecursionError) as error:
        warnings.warn(
            f"{path}: scan cache ignored, the folder is scanned again ({error}).", stacklevel=3
        )
        return {}
    return {entry.name: entry for entry in entries}


def save_entries(path: Path, entries: Iterable[Entry]) -> None:
    """Replace the cache file. Where that is not possible, warn and continue."""
    try:
        with replacing(path) as temporary, open(temporary, "w", encoding="ascii") as file:
            file.write(json.dumps({"format": FORMAT}) + "\n")
            # ASCII with \\u escapes also stores names that are not valid Unicode.
            file.writelines(json.dumps(entry) + "\n" for entry in entries)
    except UserError as error:
        warnings.warn(
            f"Scan cache not written, the next start scans again ({error}); set COLORKERAS_CACHE "
            "to a writable folder.",
            stacklevel=3,
        )


def _entry(values: list) -> Entry:
    entry = Entry(*values)
    if [type(value) for value in entry] != list(Entry.__annotations__.values()):
        raise ValueError("an entry with other types")
    return entry
