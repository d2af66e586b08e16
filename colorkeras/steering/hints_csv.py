"""Hints in a CSV file: x, y, color and, where wanted, radius."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from colorkeras.console.errors import UserError, reason_of, suggest
from colorkeras.console.safe_text import shortened
from colorkeras.steering.limits import MOST_BYTES, MOST_HINTS, MOST_RADIUS, RADIUS

Hint = tuple[tuple[float, float], tuple[int, int, int], float]  # position, color and radius

_COLUMNS, _RADIUS = ("x", "y", "color"), "radius"
OF_FILMS = ("frame", "time")  # columns that name a frame
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_COLOR = "#rrggbb, a CSS name such as darkred, or r;g;b with values from 0 to 255"


def read_csv(path: Path, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read hints from a CSV file with the columns x, y, color and perhaps radius.

    x and y are pixels of the photograph, from 0 at its upper left; radius is in pixels too.

    Args:
        path: of the file, UTF-8.
        size: (height, width) of the photograph.

    Returns:
        positions, colors and radius of `Hints`.

    Raises:
        UserError: naming the line, where the file or a hint is not as expected.
    """
    return as_arrays(path, [hint for _, _, hint in hint_rows(path, size)])


def hint_rows(
    path: Path, size: tuple[int, int], further: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str], Hint]]:
    """Yield the hints of a CSV file.

    Args:
        path: of the file, UTF-8.
        size: (height, width) of what x and y are pixels of.
        further: columns that may be there too.

    Yields:
        The number of the line, its cells by column, and the hint.

    Raises:
        UserError: naming the line, where the file or a hint is not as expected.
    """
    height, width = size
    image = "frame" if further else "photograph"
    for count, (line, row) in enumerate(_rows(path, further)):
        where = f"{path}, line {line}"
        told = f"the {image} is {{}} pixels "
        x = _number(row["x"], f"{where}: x", width, f"{told}wide", below=True)
        y = _number(row["y"], f"{where}: y", height, f"{told}high", below=True)
        position = min((x + 0.5) / width, 1.0), min((y + 0.5) / height, 1.0)
        color = color_of(row["color"], where)
        radius = RADIUS
        if text := row.get(_RADIUS):
            most = max(1, round(MOST_RADIUS * max(size)))
            radius = _number(text, f"{where}: radius", most, "at most {} pixels here")
            radius = min(radius / max(size), MOST_RADIUS)
        if count >= MOST_HINTS:
            raise UserError(f"{path}: more than {MOST_HINTS:,} hints. Paint strokes into a PNG.")
        yield line, row, (position, color, radius)


def as_arrays(path: Path, hints: Sequence[Hint]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, colors and radius of `Hints`.

    Raises:
        UserError: when there are no hints.
    """
    if not hints:
        raise UserError(f"{path}: has no hints; expected lines below the header.")
    positions, colors, radii = zip(*hints, strict=True)
    return np.array(positions), np.array(colors, np.uint8), np.array(radii)


def color_of(text: str, where: str) -> tuple[int, int, int]:
    """The 8-bit sRGB color that a text means.

    Args:
        text: #rgb, #rrggbb, a CSS name, or r;g;b.
        where: for the message.

    Raises:
        UserError: when it is none of them.
    """
    text = text.strip()
    if _HEX.fullmatch(text):
        digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    parts = [part.strip() for part in text.split(";")]
    if len(parts) == 3 and all(re.fullmatch("[0-9]{1,3}", part) for part in parts):
        red, green, blue = map(int, parts)
        if max(red, green, blue) <= 255:
            return red, green, blue
    from matplotlib.colors import CSS4_COLORS

    name = text.lower()
    if name in CSS4_COLORS:
        return color_of(str(CSS4_COLORS[name]), where)
    received = shortened(text, 40)
    raise UserError(
        f"{where}: color: received {received!r}, expected {_COLOR}."
        f"{suggest(name[:40], CSS4_COLORS)}"
    )


def _rows(path: Path, further: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (number of the line, cells by column) of all rows that are not empty."""
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(path, header, further)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise UserError(
                    f"{path}, line {reader.line_num}: {len(row)} cells; expected "
                    f"{len(header)}: {','.join(header)}."
                )
            cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
            yield reader.line_num, cells
    except csv.Error as error:
        raise UserError(f"{path}: cannot be read as CSV: {error}.") from error


def _text(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UserError(
                f"{path}: is larger than {MOST_BYTES:,} bytes; expected a list of at "
                f"most {MOST_HINTS:,} hints."
            )
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {reason_of(error)}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is no UTF-8 text; save the hints as CSV in UTF-8.") from error


def _check_header(path: Path, header: list[str], further: Sequence[str]) -> None:
    known = (*_COLUMNS, _RADIUS, *further)
    missing = [name for name in _COLUMNS if name not in header]
    others = [name for name in header if name not in known]
    if of_films := [name for name in others if name in OF_FILMS]:
        raise UserError(
            f"{path}: has the column {of_films[0]}, which is for films; for a photograph expected "
            "x,y,color or x,y,color,radius."
        )
    if missing or others or len(set(header)) < len(header):
        found = shortened(",".join(header), 80) or "nothing"
        raise UserError(
            f"{path}: the first line is {found!r}; expected the columns "
            f"{','.join((*_COLUMNS, *further[:1]))} or "
            f"{','.join((*_COLUMNS, _RADIUS, *further[:1]))}, with commas."
        )


def _number(text: str, where: str, most: int, told: str, below: bool = False) -> float:
    """A number from 0 to `most`, or below it."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (0 <= value < most if below else 0 <= value <= most):  # NaN too
        received = shortened(text, 40)
        raise UserError(
            f"{where}: received {received!r}, expected a number from 0 to "
            f"{most - 1 if below else most}: {told.format(most)}."
        )
    return value
