"""Text drawn into images: fonts for every script, sizes, line breaks.

DejaVu Sans comes with matplotlib, on every system, and has Latin, Greek, Cyrillic, Hebrew, Arabic
and more. For other scripts, such as Chinese, a font of the system is used. A character that no
font has becomes an escape such as `\\u65e5`.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font
from PIL import Image, ImageDraw, ImageFont

from colorkeras.console.wrapping import wrap_name

# matplotlib brings this font on every system; that of Pillow lacks most of Unicode.
_OURS = str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))
_LAST_RESORT = "lastresort"  # a font of boxes, which has every character


@lru_cache
def plain_font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, `size` pixels high."""
    return ImageFont.truetype(_OURS, size)


def size_of(text: str, font: ImageFont.FreeTypeFont) -> tuple[int, int]:
    """(width, height) in pixels of a text in one font, which may have several lines."""
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox(
        (0, 0), text, font
    )
    return int(right - min(left, 0)) + 1, int(bottom - min(top, 0)) + 1


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """A name broken into lines of at most `width` pixels; see `wrap_name`."""
    return "\n".join(wrap_name(text, width, font.getlength))


def length_of(text: str, size: int) -> float:
    """The width in pixels of one line as `draw_line` draws it."""
    return sum(font.getlength(part) for part, font in _parts(text, size))


def draw_line(
    draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, ink: str
) -> None:
    """Draw one line of text, in any script.

    Args:
        draw: the image to draw into.
        place: (x, y) in pixels of the line's beginning, on its base line.
        text: printable text; see `colorkeras.console.safe_text.printable`.
        size: height of the font in pixels.
        ink: a color as Pillow names it.
    """
    x, y = place
    for part, font in _parts(text, size):
        draw.text((x, y), part, ink, font, "ls")
        x += font.getlength(part)


def _parts(text: str, size: int) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    """The line cut where the font changes."""
    for path, characters in groupby(text, _font_of):
        part = "".join(characters)
        if path is None:
            yield part.encode("unicode_escape").decode("ascii"), plain_font(size)
        else:
            yield part, _font(path, size)


@lru_cache
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


@cache
def _font_of(character: str) -> str | None:
    """The file of the first font that has a character."""
    code = ord(character)
    if code in _codes(_OURS):
        return _OURS
    found = (path for path in _system_fonts() if code in _codes(path))
    return next((path for path in found if _is_usable(path)), None)


@cache
def _system_fonts() -> list[str]:
    """Font files of the system, those of many characters first: one font for all of a name."""
    from matplotlib.font_manager import findSystemFonts  # reads its own list when it is imported

    paths = [path for path in findSystemFonts() if _LAST_RESORT not in path.casefold()]
    return sorted(paths, key=lambda path: (-len(_codes(path)), path))


@cache
def _codes(path: str) -> np.ndarray:
    """(n,) int64: the characters of a font; none of a file that is damaged."""
    try:
        return np.fromiter(FT2Font(path).get_charmap(), np.int64)
    except (OSError, RuntimeError, ValueError):
        return np.empty(0, np.int64)


def _is_usable(path: str) -> bool:
    try:  # fonts of small pictures have fixed sizes only
        return bool(_font(path, 12).getlength("m") >= 0)
    except OSError:
        return False
