"""What the page is told when a call cannot be answered."""

import sys
import traceback

from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable, shortened
from colorkeras.data.images.formats import UnusableImage
from colorkeras.films.facts import UnusableFilm

_LONGEST, _LONGEST_VALUE = 400, 40  # characters of a reason, and of a value in one


class Refused(Exception):  # noqa: N818 - an answer, not an error of the program
    """A call that is not answered as asked.

    Attributes:
        status: of HTTP.
        reason: in a sentence, for the user of the page.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def received(value: object) -> str:
    """A value of a call, as a refusal shows it."""
    return shortened(printable(repr(value)), _LONGEST_VALUE)


def number_in(value: object, name: str, least: float, most: float) -> float:
    """A number of a call, in its bounds.

    Raises:
        Refused: when it is none.
    """
    # A bool is an int; NaN is in no bounds.
    if isinstance(value, int | float) and type(value) is not bool and least <= value <= most:
        return float(value)
    expected = f"a number from {least:g} to {most:g}"
    raise Refused(400, f"{name}: received {received(value)}, expected {expected}.")


class Stopped(Exception):  # noqa: N818
    """The page has gone, or its user has canceled: nobody waits for the result."""


def refused(error: Exception) -> Refused:
    """The answer to an error; a defect of ours is shown on the terminal.

    Args:
        error: `UnusableImage`, `UnusableFilm`, or what is the user's or the system's fault.
    """
    if isinstance(error, Refused):
        return error
    if isinstance(error, UnusableImage):
        return Refused(422, f"This photograph cannot be colored: {_told(error.reason)}.")
    if isinstance(error, UnusableFilm):
        return Refused(422, f"This film cannot be colored: {_told(str(error))}.")
    if isinstance(error, MemoryError):
        return Refused(507, "Memory does not suffice for this. Try a smaller photograph.")
    cause = error if isinstance(error, OSError) else error.__cause__
    if isinstance(cause, OSError) and cause.strerror:  # without the path, which nobody knows
        return Refused(507, f"It cannot be stored: {_told(cause.strerror)}.")
    if isinstance(error, UserError):
        return Refused(422, _told(str(error)))
    traceback.print_exception(error, file=sys.stderr)
    return Refused(500, "Something went wrong in the program. The terminal says what.")


def _told(text: str) -> str:
    return shortened(printable(text), _LONGEST).rstrip(".")
