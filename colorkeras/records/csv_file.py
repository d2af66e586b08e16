"""Append-only CSV files: each row is flushed; a half-written last line can be cut off."""

import csv
import io
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError, reason_of
from colorkeras.console.safe_text import csv_cell, shortened
from colorkeras.records.atomic import write_text

_ADVICE = "The file was changed by hand: restore it or start a new run."
_SHOWN = 200  # characters of a line that an error repeats


class CsvFile:
    """An append-only CSV file, flushed after each row.

    Args:
        path: the file; it is created, with its header, where it does not exist.
        header: the names of the columns.
        advice: what to do about a file that is another one.
    """

    def __init__(self, path: str | Path, header: Iterable[str], advice: str = _ADVICE) -> None:
        self.path, self._advice = Path(path), advice
        self.header = list(header)
        if not self.path.exists():
            write_text(self.path, _line(self.header))

    def append(self, **values: Any) -> None:
        """Write one row. NaN is written "nan", infinity "inf", a missing value is blank.

        Raises:
            UserError: when the file cannot be written.
            ValueError: on a column that the header does not have.
        """
        self.extend([values])

    def extend(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write several rows and flush once; see `append`."""
        lines = [self._format(values) for values in rows]
        try:
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UserError(f"{self.path}: cannot be written: {error.strerror}.") from error

    @classmethod
    def stored(cls, path: Path, first: Iterable[str], advice: str = _ADVICE) -> "CsvFile":
        """Open an existing file, with the columns it has.

        Args:
            path: the file.
            first: the columns that it must begin with.
            advice: what to do about a file that is another one.

        Raises:
            UserError: when it cannot be read or begins with other columns.
        """
        lines = _whole_lines(path)
        header, first = _cells(path, lines[0]) if lines else [], list(first)
        if header[: len(first)] != first or len(set(header)) < len(header):
            raise _changed(path, [*first, "…"], lines, advice)
        return cls(path, header, advice)

    def widen(self, names: Iterable[str]) -> None:
        """Add the columns that are missing; earlier rows are blank there.

        Raises:
            UserError: when the file cannot be written.
        """
        new = [name for name in names if name not in self.header]
        if not new:
            return
        self.header += new
        rows = [_cells(self.path, line) + [""] * len(new) for line in _whole_lines(self.path)[1:]]
        write_text(self.path, "".join(_line(row) for row in (self.header, *rows)))

    def _format(self, values: Mapping[str, Any]) -> str:
        unknown = values.keys() - set(self.header)
        if unknown:
            raise ValueError(f"{self.path}: no column {sorted(unknown)} in {self.header}.")
        return _line([format_cell(values.get(name)) for name in self.header])

    def cut(self, keep: Callable[[dict[str, str]], bool]) -> None:
        """Remove rows that will be written again, and a half-written last line.

        Args:
            keep: function of a row (text by column); False removes the row.

        Raises:
            UserError: when the file cannot be read or written, or has other columns.
        """
        lines = _whole_lines(self.path)
        if not lines or _cells(self.path, lines[0]) != self.header:
            raise _changed(self.path, self.header, lines, self._advice)
        try:
            kept = [line for line in lines[1:] if line.strip() and keep(self._row(line))]
        except ValueError as error:
            raise UserError(
                f"{self.path}: a row cannot be read ({error}). {self._advice}"
            ) from error
        write_text(self.path, "".join([lines[0], *kept]))

    def _row(self, line: str) -> dict[str, str]:
        cells = _cells(self.path, line)
        if len(cells) != len(self.header):
            raise ValueError(f"{len(cells)} cells in a row of {len(self.header)} columns")
        return dict(zip(self.header, cells, strict=True))


def _whole_lines(path: Path) -> list[str]:
    """The complete lines of a CSV file, without the marks that an editor may add."""
    try:
        content = path.read_bytes()
        text = content[: content.rfind(b"\n") + 1].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {reason_of(error)}.") from error
    return io.StringIO(text.replace("\r\n", "\n")).readlines()


def _cells(path: Path, line: str) -> list[str]:
    if "\0" in line:  # left by a machine that failed while it was writing
        raise UserError(f"{path}: cannot be read: a zero byte in {shortened(line.strip(), 40)!r}.")
    try:
        return next(csv.reader([line]), [])
    except csv.Error as error:
        raise UserError(f"{path}: cannot be read: {error}.") from error


def _changed(path: Path, expected: list[str], lines: list[str], advice: str) -> UserError:
    found = shortened(lines[0].strip(), _SHOWN) if lines else "nothing"
    return UserError(f"{path}: expected the columns {', '.join(expected)}; found {found}. {advice}")


def format_cell(value: object) -> str:
    """Format one CSV value: floats with 7 significant digits, None blank, NaN "nan"."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.7g}" if math.isfinite(value) else str(value)
    return str(value)


def csv_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A whole table, for people and spreadsheets.

    Args:
        header: the names of the columns.
        rows: of cells: text is made safe (`csv_cell`), other values are as of `format_cell`.
    """
    lines = [
        [csv_cell(value) if isinstance(value, str) else format_cell(value) for value in row]
        for row in rows
    ]
    return "".join(map(_line, [list(header), *lines]))


def cells_of(line: str) -> list[str]:
    """The cells of one line; none where it cannot be read, as with a quote that is not closed."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
