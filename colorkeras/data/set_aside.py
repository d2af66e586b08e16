"""The images of a source that are not usable: counted by reason, and listed in a CSV file."""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from colorkeras.console.safe_text import csv_cell
from colorkeras.data.image_set import DataSource
from colorkeras.records.atomic import replacing


def write_set_aside(source: DataSource, path: str | Path) -> None:
    """Write `source.set_aside` as CSV with the columns name and reason.

    Names are written so that a spreadsheet takes none for a formula; see `csv_cell`.

    Raises:
        UserError: when the file cannot be written.
    """
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(("name", "reason"))
        for row in source.set_aside:
            writer.writerow(map(csv_cell, row))


def kinds_of(set_aside: Iterable[tuple[str, str]]) -> str:
    """How many images were set aside for each kind of reason, such as "3 grey, 1 too small"."""
    kinds = Counter(reason.split(":")[0] for _, reason in set_aside)
    return ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
