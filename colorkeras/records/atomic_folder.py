"""Write a folder under a temporary name and rename it, so that no reader finds half of it."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from colorkeras.console.errors import UserError, reason_of
from colorkeras.records.atomic import is_alive


@contextlib.contextmanager
def new_folder(path: str | Path) -> Iterator[Path]:
    """Yield a temporary folder beside `path`; rename it to `path` when the block succeeds.

    A folder that is there is replaced by it. What killed processes of this machine left of the
    same folder is removed.

    Args:
        path: the folder to create or replace, in a folder that exists.

    Yields:
        An empty folder for the block to write to.

    Raises:
        UserError: when the folder cannot be written, or the disk is full. `path` is unchanged.
    """
    place = Path(os.path.realpath(path))
    temporary, old = (_beside(place, os.getpid(), kind) for kind in ("new", "old"))
    try:
        temporary.mkdir()
        yield temporary
        _exchange(temporary, place, old)
        _remove_leftovers(place)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written: {reason_of(error)}. Choose another place, or make room."
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _exchange(new: Path, place: Path, old: Path) -> None:
    if not place.exists():
        new.rename(place)
        return
    place.rename(old)
    try:
        new.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _beside(place: Path, process: int | str, kind: str) -> Path:
    # A short name: with all of it, one of the greatest length would become too long.
    return place.with_name(f".{place.name[:40]}.{process}.{kind}.tmp")


def _remove_leftovers(place: Path) -> None:
    name = re.escape(place.name[:40])
    with contextlib.suppress(OSError):
        for path in place.parent.iterdir():
            found = re.fullmatch(rf"\.{name}\.(\d{{1,10}})\.(new|old)\.tmp", path.name)
            if found and path.is_dir() and not is_alive(int(found[1])):
                shutil.rmtree(path, ignore_errors=True)
