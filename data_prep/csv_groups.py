"""Groups of images from a column of a CSV file: `--groups FILE.csv:COLUMN`."""

import csv
import hashlib
import os
from collections.abc import Iterable, Mapping

from colorkeras.console.errors import UserError, reason_of
from colorkeras.data.folders.walk import nfc
from data_prep.specification import Grouping

_NAME_COLUMNS = ("path", "file", "name")


def read_groups(given: str) -> Grouping:
    """Read a grouping; an image that the file does not name is a group of its own.

    Args:
        given: FILE.csv:COLUMN.

    Raises:
        UserError: when the file cannot be read, or lacks a column.
    """
    path, _, column = given.rpartition(":")
    if not path or not column:
        raise UserError(f"--groups: received {given!r}, expected FILE.csv:COLUMN.")
    try:
        groups = _read_table(path, column)
    except (OSError, UnicodeError, csv.Error) as error:
        raise UserError(f"--groups {path}: cannot be read ({reason_of(error)}).") from error
    table = "\n".join(f"{name}\t{group}" for name, group in sorted(groups.items()))
    digest = hashlib.sha256(table.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return Grouping(
        f"group in {column} (table {digest})",
        lambda name: groups.get(nfc(name), name),
        lambda names: _check(given, groups, names),
    )


def _read_table(path: str, column: str) -> dict[str, str]:
    """The group of each name; names in the Unicode form NFC."""
    with open(os.path.expanduser(path), encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        columns = rows.fieldnames or []
        key = next((name for name in _NAME_COLUMNS if name in columns), None)
        missing = [] if key else ["path (or file, or name), which names the images"]
        missing += [column] * (column not in columns)
        if key is None or missing:
            raise UserError(
                f"--groups {path}: no column {' and no column '.join(missing)}. Its columns are "
                f"{', '.join(columns)}."
            )
        return {nfc(row[key]): row[column] for row in rows if row[key] and row[column]}


def _check(given: str, groups: Mapping[str, str], names: Iterable[str]) -> str:
    """Compare the table with the names of all images; return a note, "" for none."""
    total = named = 0
    example = ""
    for name in names:
        total, example = total + 1, name
        named += nfc(name) in groups
    if not named:
        row = next(iter(groups), "nothing")
        raise UserError(
            f"--groups {given}: names none of the {total:,} images. One of its rows names {row!r}, "
            f"one of the images is {example!r}; give names as the source has them."
        )
    notes = []
    if named < total:
        notes.append(f"{total - named:,} images are not in it, each a group of its own")
    if named < len(groups):
        notes.append(f"{len(groups) - named:,} of its rows name no image")
    return f"--groups {given}: {'; '.join(notes)}." if notes else ""
