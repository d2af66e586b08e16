"""Whether the disk has room for what is about to be written."""

import shutil
from pathlib import Path

from colorkeras.console.errors import UserError


def require_space(folder: Path, size: int):
    """Refuse to begin writing what will not fit.

    Args:
        folder: where it goes; made if missing.
        size: bytes.

    Raises:
        UserError: when the disk of `folder` has fewer bytes left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise UserError(
            f"{folder}: {free >> 20:,} MiB are free, {size >> 20:,} MiB are needed. Free some "
            "space, or choose another place."
        )
