"""Hints on frames of a film: in a CSV file that names the frames, or a folder with files for each.

The folder has files named like the stills of `preview`, each with the hints of its frame.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable, shortened
from colorkeras.films.clock import clock, seconds_of
from colorkeras.records.checksum import sha256_of
from colorkeras.steering.hints import Hints, read_hints
from colorkeras.steering.hints_csv import OF_FILMS, Hint, as_arrays, hint_rows
from colorkeras.steering.hints_image import NoStrokes

_NAME = re.compile(r"(?:.*[^0-9a-z])?frame([0-9]{1,12})(?![0-9]).*\.(?:csv|png)", re.IGNORECASE)
_BEFORE, _AFTER = "-before.png", "-after.png"
# Times that people write are rounded, those in the names of stills to a thousandth of a second.
ROUNDED = 0.0006


@dataclass(frozen=True)
class Place:
    """Where in a film hints are.

    Attributes:
        where: file and line, for messages.
        number: of the frame, from 0; None where a time is given.
        seconds: from the film's first frame; None where a number is given.
    """

    where: str
    number: int | None = None
    seconds: float | None = None

    @property
    def text(self) -> str:
        """In words."""
        return f"frame {self.number}" if self.seconds is None else f"time {clock(self.seconds)}"


def read_film_hints(path: Path, size: tuple[int, int]) -> list[tuple[Place, Hints]]:
    """Read hints on frames of a film.

    Args:
        path: a CSV file with a column `frame` or `time`, or a folder.
        size: (height, width) of a frame as it is shown: upright, with square pixels.

    Returns:
        The hints of each frame that has some.

    Raises:
        UserError: when the hints are not as expected.
    """
    if path.is_dir():
        return _read_folder(path, size)
    if path.suffix.lower() != ".csv":
        raise UserError(
            f"--hints {path}: for a film expected a CSV file with a column time or frame, or a "
            "folder with files named like the stills of --preview."
        )
    found = defaultdict[tuple[str, str], list[Hint]](list)
    places: dict[tuple[str, str], Place] = {}
    for line, row, hint in hint_rows(path, size, OF_FILMS):
        columns = [name for name in OF_FILMS if name in row]
        if len(columns) != 1:
            raise UserError(
                f"{path}: has {'both columns' if columns else 'no column'} time "
                f"{'and' if columns else 'or'} frame; for hints of a film expected one of them, "
                "such as x,y,color,time."
            )
        key = columns[0], row[columns[0]]
        places.setdefault(key, _place(*key, f"{path}, line {line}"))
        found[key].append(hint)
    if not found:
        as_arrays(path, [])
    return [(place, Hints(*as_arrays(path, found[key]))) for key, place in places.items()]


def _read_folder(folder: Path, size: tuple[int, int]) -> list[tuple[Place, Hints]]:
    """The hints of all files but of stills on which nothing is painted."""
    found = []
    for place, file in _files_in(folder):
        try:
            found.append((place, read_hints(file, size)))
        except NoStrokes as error:
            if not file.name.lower().endswith(_BEFORE):
                raise
            unpainted = error
    if not found:
        raise unpainted
    return found


def sum_of(path: Path) -> str:
    """The SHA-256 of a file, or of a folder's hints with their names.

    Raises:
        UserError: when one cannot be read.
    """
    if not path.is_dir():
        return sha256_of(path)
    lines = [f"{sha256_of(file)} {file.name}" for _, file in _files_in(path)]
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def _files_in(folder: Path) -> Sequence[tuple[Place, Path]]:
    """The files with hints, and their frames.

    Raises:
        UserError: when there are none, or two for a frame.
    """
    found: dict[int, Path] = {}
    for file in sorted(folder.iterdir()):
        match = _NAME.fullmatch(file.name)
        if match is None or file.name.lower().endswith(_AFTER) or not file.is_file():
            continue
        number = int(match[1])
        if number in found:
            raise UserError(
                f"--hints: {found[number]} and {file.name} are both for frame {number}; keep one."
            )
        found[number] = file
    if not found:
        raise UserError(
            f"--hints {folder}: no file of it is named like a still of --preview; expected, for "
            "example, scene0001-frame0000012.png or .csv."
        )
    return [(Place(str(file), number), file) for number, file in found.items()]


def _place(column: str, text: str, where: str) -> Place:
    if column == "frame" and re.fullmatch("[0-9]{1,12}", text):
        return Place(where, number=int(text))
    if column == "time" and (seconds := seconds_of(text)) is not None:
        return Place(where, seconds=seconds)
    expected = "a number from 0" if column == "frame" else "seconds, m:s or h:m:s"
    received = shortened(printable(text), 40)
    raise UserError(f"{where}: {column}: received {received!r}, expected {expected}.")
