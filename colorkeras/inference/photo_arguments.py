"""The photographs that a command line means: also lists of paths in files and on standard input."""

import codecs
import os
import sys
from collections.abc import Sequence

from colorkeras.console.errors import UserError

STANDARD_INPUT, LIST = "-", "@"


def expanded(arguments: Sequence[str]) -> list[str]:
    """Replace @FILE and - by the paths in the list that they mean.

    A list has one path a line, or a zero byte after each, as `find -print0` writes. A file whose
    name begins with @ is given as ./@name.

    Raises:
        UserError: when a list cannot be read, or has no path.
    """
    found: list[str] = []
    for argument in arguments:
        if argument == STANDARD_INPUT:
            found += _paths(sys.stdin.buffer.read(), "standard input")
        elif argument.startswith(LIST) and len(argument) > 1:
            try:
                with open(argument[1:], "rb") as file:
                    found += _paths(file.read(), argument)
            except OSError as error:
                raise UserError(
                    f"{argument}: the list cannot be read: {error.strerror}. An image whose name "
                    f"begins with {LIST} is given as ./{argument}."
                ) from error
        else:
            found.append(argument)
    return found


def _paths(content: bytes, name: str) -> list[str]:
    content = content.removeprefix(codecs.BOM_UTF8)  # of an editor
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # of Windows' shell
        content = content.decode("utf-16", "replace").encode()
    lines = content.split(b"\0") if b"\0" in content else content.splitlines()
    paths = [os.fsdecode(line) for line in lines if line.strip()]
    if not paths:
        raise UserError(f"{name}: the list is empty; expected one path a line.")
    return paths
