"""A CSV file that states something about images by their names: `--groups` and `--licences`."""

import csv
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from colorkeras.console.errors import UserError, reason_of
from colorkeras.data.folders.walk import nfc

_NAME_COLUMNS = ("path", "file", "name")


@dataclass(frozen=True)
class ImageTable:
    """What a CSV file states.

    Attributes:
        given: the option as the user gave it, for messages.
        rows: name of an image, in the Unicode form NFC → the cells of the wanted columns.
    """

    given: str
    rows: Mapping[str, Sequence[str]]

    @property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of a hash of what the file states."""
        lines = "\n".join("\t".join((name, *cells)) for name, cells in sorted(self.rows.items()))
        return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()[:12]

    def check(self, names: Iterable[str], without: str) -> str:
        """Compare the table with the names of all images.

        Args:
            names: of the images.
            without: what happens to the images that the table does not name, for the note.

        Returns:
            A note for the user, "" for none.

        Raises:
            UserError: when it names none of the images.
        """
        total = named = 0
        example = ""
        for name in names:
            total, example = total + 1, name
            named += nfc(name) in self.rows
        if not named:
            row = next(iter(self.rows))
            raise UserError(
                f"{self.given}: names none of the {total:,} images. One of its rows names {row!r}, "
                f"one of the images is {example!r}; give names as the source has them."
            )
        notes = []
        if named < total:
            notes.append(f"{total - named:,} images are not in it, {without}")
        if named < len(self.rows):
            notes.append(f"{len(self.rows) - named:,} of its rows name no image")
        return f"{self.given}: {'; '.join(notes)}." if notes else ""


def read_table(option: str, given: str, path: str, columns: Sequence[str]) -> ImageTable:
    """Read the wanted columns of a CSV file; rows with a blank first one are left out.

    Args:
        option: of the command, for messages.
        given: its value.
        path: of the file.
        columns: what it must have, besides one of the columns path, file and name.

    Raises:
        UserError: when the file cannot be read, lacks a column, or has nothing in it.
    """
    try:
        with open(os.path.expanduser(path), encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            found = lines.fieldnames or []
            key = next((name for name in _NAME_COLUMNS if name in found), None)
            missing = [] if key else ["path (or file, or name), which names the images"]
            missing += [column for column in columns if column not in found]
            if key is None or missing:
                raise UserError(
                    f"{option} {path}: no column {' and no column '.join(missing)}. Its columns "
                    f"are {', '.join(found)}."
                )
            rows = {
                nfc(line[key]): [line[column] or "" for column in columns]
                for line in lines
                if line[key] and line[columns[0]]
            }
    except (OSError, UnicodeError, csv.Error) as error:
        raise UserError(f"{option} {path}: cannot be read ({reason_of(error)}).") from error
    if not rows:
        raise UserError(
            f"{option} {path}: column {columns[0]} is empty in every row; expected a value for the "
            f"images that it speaks of, or no {option}."
        )
    return ImageTable(f"{option} {given}", rows)
