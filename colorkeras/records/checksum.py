"""The SHA-256 of a file."""

import hashlib
from pathlib import Path

from colorkeras.console.errors import UserError, reason_of


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits.

    Raises:
        UserError: when it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {reason_of(error)}.") from error
