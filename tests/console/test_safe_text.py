"""Names of strangers: nothing in them reaches a terminal or a spreadsheet as a command."""

import pytest

from colorkeras.console.safe_text import csv_cell, printable, shortened, spreadsheet_safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Szirányi, Tamás – ΔE → 1", "Szirányi, Tamás – ΔE → 1"),
        (
            "família 👩‍👩‍👧.jpg",
            "família 👩‍👩‍👧.jpg",
        ),  # its zero-width joiners are part of the emoji
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),  # the same command as one C1 byte
        ("a\nerror: b\r\tc\x7f\x00", "a\\nerror: b\\r\\tc\\x7f\\x00"),
        ("\u202egpj.exe", "\\u202egpj.exe"),  # shows as exe.jpg
        ("\u2066x\u2069\u200f\u061c", "\\u2066x\\u2069\\u200f\\u061c"),
        ("a\u2028b", "a\\u2028b"),
        ("caf\udce9.jpg", "caf\\xe9.jpg"),  # the byte E9 of a Latin-1 file name
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown
    assert printable(shown) == shown
    shown.encode("utf-8")


def test_what_is_asked_for_is_kept():
    assert printable("a\n\x1bb", keep="\n") == "a\n\\x1bb"


@pytest.mark.parametrize("start", "=+-@＝＋－＠")
def test_formulas_become_text(start):
    assert spreadsheet_safe(f"{start}1+1") == f"'{start}1+1"
    assert csv_cell(f"{start}\x1b") == f"'{start}\\x1b"


def test_other_cells_stay():
    for cell in ("", "a=1", "1", " =1", "'a", "\\t=1"):
        assert csv_cell(cell) == cell
    assert csv_cell("\t=1") == "\\t=1"


def test_shortened():
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "ab…"
