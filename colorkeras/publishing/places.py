"""A recorded command for strangers: without the places of files on the machine that ran it."""

import re
import shlex
from pathlib import PurePosixPath

_ELSEWHERE = re.compile(r"(/|~|\.\./)")  # what such a path begins with
_ASSIGNED = re.compile(r"([\w.\-]+=)(.*)", re.DOTALL)  # KERAS_BACKEND=…, data.source=…


def without_places(command: str) -> str:
    """Shorten each absolute path, or path out of the folder, to its last part."""
    try:
        words = shlex.split(command)
    except ValueError:  # no command line
        return command
    return shlex.join(map(_without_place, words))


def _without_place(word: str) -> str:
    assigned = _ASSIGNED.fullmatch(word)
    key, value = (assigned[1], assigned[2]) if assigned else ("", word)
    plain = value.strip("\"'")
    if not _ELSEWHERE.match(plain):
        return word
    return f"{key}{value.replace(plain, PurePosixPath(plain).name)}"
