"""Times in a film, as people write them."""

import re

from colorkeras.console.errors import UserError

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")


def clock(seconds: float) -> str:
    """A time as h:mm:ss.s."""
    tenths = max(0, round(seconds * 10))
    return f"{tenths // 36000}:{tenths // 600 % 60:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


def seconds_of(text: str) -> float | None:
    """The seconds of a time in seconds, m:s or h:m:s; None for something else."""
    match = _TIME.fullmatch(text.strip())
    return None if match is None else _seconds(match)


def span_of(text: str, option: str) -> tuple[float, float]:
    """The seconds of START-END, each in seconds, m:s or h:m:s.

    Args:
        text: as the user wrote it.
        option: by what name, for messages.

    Raises:
        UserError: when it is something else, or the end is not after the start.
    """
    start, dash, end = text.partition("-")
    found = [_TIME.fullmatch(time.strip()) for time in (start, end)]
    if not dash or None in found:
        raise UserError(
            f"{option} {text}: expected START-END, each in seconds, m:s or h:m:s, such as 90-1:45."
        )
    first, last = (_seconds(match) for match in found if match)
    if first >= last:
        raise UserError(f"{option} {text}: the end is not after the start.")
    return first, last


def _seconds(match: re.Match[str]) -> float:
    hours, minutes, seconds = match.groups()
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + float(seconds)
