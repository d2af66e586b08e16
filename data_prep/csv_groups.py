"""Groups of images from a column of a CSV file: `--groups FILE.csv:COLUMN`."""

from colorkeras.console.errors import UserError
from colorkeras.data.folders.walk import nfc
from data_prep.image_table import read_table
from data_prep.specification import Grouping


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
    table = read_table("--groups", given, path, [column])
    return Grouping(
        f"group in {column} (table {table.digest})",
        lambda name: table.rows.get(nfc(name), [name])[0],
        lambda names: table.check(names, "each a group of its own"),
    )
