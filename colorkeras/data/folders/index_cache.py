"""What earlier scans found, kept in the user's cache folder and never in the image folder.

A file is looked at again when its size or modification time differs from what is noted. The cache
may be deleted at any time; a damaged or unwritable one costs a scan, not an error.
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
UNKNOWN = -1  # a size or time that no file has, so that the file is looked at every time


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
    """`$COLORKERAS_CACHE`, or `colorkeras` in `$XDG_CACHE_HOME` or `~/.cache`; need not exist."""
    if own := os.environ.get("COLORKERAS_CACHE"):
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(shared) / "colorkeras"


def load_entries(path: Path) -> dict[str, Entry]:
    """Entries by name; none where there is no cache file, or with a warning a damaged one."""
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
    """Replace the cache file; where that is not possible, warn and go on."""
    try:
        with replacing(path) as temporary, open(temporary, "w", encoding="ascii") as file:
            file.write(json.dumps({"format": FORMAT}) + "\n")
            # ASCII with \\u escapes also carries names that are not valid Unicode.
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
        raise ValueError("an entry of other types")
    return entry
