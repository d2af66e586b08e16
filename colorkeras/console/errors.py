"""Errors that a command shows to its user without a traceback, and words for their messages."""

import difflib
from collections.abc import Iterable
from pathlib import Path


class UserError(Exception):
    """Something the user can mend: a wrong key, a missing folder, a damaged file.

    The message names the file or key, says what was received and what was expected, and what to
    do. Commands print it on stderr and exit with code 2; anything else is a defect of ours and
    keeps its traceback.
    """


def reason_of(error: BaseException) -> str:
    """What went wrong, in the system's words, without the error number and the path."""
    return str(getattr(error, "strerror", None) or error)


def no_folder(path: Path) -> str:
    """Why a path is not a folder: "is a file" or "no such folder"."""
    return "is a file" if path.exists() else "no such folder"


def suggest(name: object, options: Iterable[str]) -> str:
    """Return " Did you mean …?" where one of `options` resembles `name`, else nothing."""
    close = difflib.get_close_matches(str(name), list(options), n=1)
    return f" Did you mean {close[0]}?" if close else ""


def choose(value: object, options: Iterable[str], where: str) -> str:
    """Return `value` when it is one of `options`.

    Raises:
        UserError: naming `where`, the options and the one that `value` resembles.
    """
    options = list(options)
    if not isinstance(value, str) or value not in options:
        expected = f"one of {', '.join(options)}" if options else "nothing, as there is none"
        raise UserError(
            f"{where}: received {value!r}, expected {expected}.{suggest(value, options)}"
        )
    return value


class DivergedError(UserError):
    """A training whose loss is NaN or infinity; resuming it would end in the same way."""


class PredictionError(UserError):
    """A model that predicts NaN or infinity; other images would fail in the same way."""
