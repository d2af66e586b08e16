"""Text that others chose (names of files, runs, experiments), made safe for where it is shown.

A name may hold escape codes that change a terminal, marks that turn the direction of writing
around, bytes that are not UTF-8, or what a spreadsheet takes for a formula.
"""

import re

# Controls (C0, DEL, C1), line and paragraph separators, marks of writing direction, the byte-order
# mark, tag characters, and halves of surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
# The last four are what East Asian spreadsheets take for the first four.
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


def printable(text: object, keep: str = "") -> str:
    """Text for a terminal, a plot or a table: unsafe characters become escapes such as `\\x1b`.

    Args:
        text: any value; its `str`.
        keep: unsafe characters to let through, such as a newline.
    """
    return _UNSAFE.sub(lambda found: _escaped(found[0], keep), str(text))


def _escaped(character: str, keep: str) -> str:
    if character in keep:
        return character
    if "\udc80" <= character <= "\udcff":  # Python's form of a file name's byte that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def csv_cell(text: object) -> str:
    """A cell of a CSV file: printable, and nothing that a spreadsheet takes for a formula."""
    return spreadsheet_safe(printable(text))


def spreadsheet_safe(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula: apostrophe first if need be."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def shortened(text: str, most: int) -> str:
    """The text, of one longer than `most` characters its beginning and "…"."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
