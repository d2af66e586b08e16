"""Check that the disk has enough space before a large file is written."""

import shutil
from pathlib import Path

from colorkeras.console.errors import UserError


def require_space(folder: Path, size: int) -> None:
    """Refuse to begin when the disk has too little space.

    Args:
        folder: where the file will be written; made if missing.
        size: of the file in bytes.

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
