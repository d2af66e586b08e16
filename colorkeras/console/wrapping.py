"""Break long names of runs and photographs into lines, for tables, plots and image grids."""

import re
from collections.abc import Callable

from colorkeras.console.safe_text import printable, shortened

MOST = 200  # characters of a name


def wrap_name(
    text: str, width: float, measure: Callable[[str], float] = len, at_slash: bool = True
) -> list[str]:
    """Break a name into lines, after a blank or one of "/", "_", "-" where possible.

    Args:
        text: the name; line breaks in it count as blanks, a very long one is shortened, and
            unprintable characters become escapes.
        width: the longest line allowed.
        measure: the length of a text; by default its number of characters.
        at_slash: whether a name that needs several lines is always broken after "/", so that the
            experiment is above the run.

    Returns:
        At least one line.
    """
    text = shortened(printable(" ".join(text.split())), MOST)
    if measure(text) <= width:
        return [text]
    lines = [""]
    for word in re.findall(r"[^ /_-]*[ /_-]?", text):
        for piece in _cut(word, width, measure):
            full = measure((lines[-1] + piece).rstrip()) > width
            if lines[-1] and (full or (at_slash and lines[-1].endswith("/"))):
                lines.append("")
            lines[-1] += piece
    return [line.strip() for line in lines]


def _cut(word: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Cut a word that is too long for a line of its own."""
    pieces = [""]
    for character in word:
        if pieces[-1] and measure((pieces[-1] + character).rstrip()) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
