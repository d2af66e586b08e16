"""`colorize.csv` in a folder of results: what became of each photograph."""

import itertools
from pathlib import Path
from typing import Any

from colorkeras.console.safe_text import csv_cell
from colorkeras.records.csv_file import CsvFile

NAME = "colorize.csv"
ALREADY_THERE = "already there"  # a status
_ADVICE = "It is another file, or was changed by hand: rename it, restore it, or choose another -o."
HEADER = (
    "photograph", "result", "status", "reason", "seconds", "deviation", "doubt", "made_of",
    "sha256",
)  # fmt: skip


def check_list(folder: Path) -> None:
    """Refuse a folder whose `NAME` is another file; nothing is written.

    Raises:
        UserError: then, or when it cannot be read.
    """
    if (folder / NAME).exists():
        CsvFile.stored(folder / NAME, HEADER, _ADVICE)


class BatchCsv:
    """The rows of all batches into a folder.

    The newest row of a result counts, and a row without a result until the photograph has one;
    `tidy` removes the others.

    Args:
        folder: of the results.

    Attributes:
        path: of the file.

    Raises:
        UserError: when a file of that name is another one, or it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self.path = folder, folder / NAME
        self._earlier: dict[str, dict[str, str]] = {}
        self._file = CsvFile(self.path, HEADER, _ADVICE)
        self.tidy()

    def tidy(self) -> None:
        """Remove rows that newer ones replace, and a half-written last line.

        Raises:
            UserError: when the file cannot be read or written.
        """
        newest: dict[str, int] = {}  # number of the row by result, and by photograph
        first, second = itertools.count(), itertools.count()
        self._file.cut(lambda row: self._number(newest, next(first), row))
        self._file.cut(lambda row: self._is_newest(newest, next(second), row))

    def _number(self, newest: dict[str, int], number: int, row: dict[str, str]) -> bool:
        newest.update({row["result"]: number, _of_photograph(row): number})
        return True

    def _is_newest(self, newest: dict[str, int], number: int, row: dict[str, str]) -> bool:
        kept = newest[row["result"] or _of_photograph(row)] == number
        if kept:
            self._earlier[row["result"]] = row
        return kept

    def earlier(self, result: Path) -> dict[str, str] | None:
        """The row that an earlier batch wrote for a result."""
        return self._earlier.get(self._cell(result))

    def add(
        self,
        photograph: Path,
        results: list[Path],
        records: dict[Path, tuple[str, str]],
        **row: Any,
    ) -> None:
        """Append a row for each result, or one without a result.

        Args:
            photograph: its file.
            results: of it.
            records: (digest of what it is made of, SHA-256) of results without a mark.
            row: the other columns.

        Raises:
            UserError: when they cannot be written.
        """
        named = {"photograph": csv_cell(photograph), **row, "reason": csv_cell(row["reason"])}
        rows = [{**named, **self._own(result, records, row)} for result in results]
        self._file.extend(rows or [named])

    def _own(
        self, result: Path, records: dict[Path, tuple[str, str]], row: dict[str, Any]
    ) -> dict[str, Any]:
        """The cells of one result; of one that was there already, as they were noted before."""
        digest, sha256 = records.get(result, (None, None))
        own = {"result": self._cell(result), "made_of": digest, "sha256": sha256}
        earlier = self.earlier(result)
        if row["status"] != ALREADY_THERE or earlier is None:
            return own
        kept = ("seconds", "deviation", "doubt", "made_of", "sha256")
        return own | {name: earlier[name] for name in kept if not row.get(name)}

    def _cell(self, result: Path) -> str:
        return csv_cell(result.relative_to(self._folder).as_posix())


def _of_photograph(row: dict[str, str]) -> str:
    """A key that no result has."""
    return f"\0{row['photograph']}"
