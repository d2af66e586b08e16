"""A private folder for the files of one demo: in memory where the system offers that.

Decoders and writers of photographs work on files. On Linux these lie in /dev/shm, which is memory;
elsewhere in the system's folder for temporary files. The folder goes with the demo. What a killed
demo left behind goes when the next one starts.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.records.folder_lock import locked

_MEMORY = Path("/dev/shm")
_ROOM = 2**31  # bytes that must be free there: containers often have 64 MiB
_PREFIX = "colorkeras-demo-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder that only this user may enter, and remove it with all files at the end.

    Raises:
        UserError: when there is no place where files can be written.
    """
    places = _places()
    for place in places:
        _remove_left(place)
    folder = _made(places)
    try:
        # Its lock ends with the process, even a killed one: so the next one knows.
        with locked(folder, "another process uses this folder."):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_memory(folder: Path) -> bool:
    """Whether a scratch folder lies in memory."""
    return folder.parent == _MEMORY


def _places() -> list[Path]:
    places = [Path(tempfile.gettempdir())]
    with suppress(OSError):
        if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM:
            places.insert(0, _MEMORY)
    return places


def _made(places: list[Path]) -> Path:
    for place in places:
        with suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    names = " nor ".join(map(str, places))
    raise UserError(f"{names}: no folder can be made there. Set TMPDIR to one where it can.")


def _remove_left(place: Path) -> None:
    """Remove the folders of processes of this user that do not run any more."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError, UserError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with locked(folder, "in use"):
                shutil.rmtree(folder, ignore_errors=True)
