"""The CSV file of a measurement: every row ends with the command, commit and machine."""

import csv

from colorkeras.records import environment
from colorkeras.records.atomic import replacing


def write_measured(path, header, rows, argv, gpus):
    """Write a table of `python -m colorkeras.bench`.

    Args:
        path: the CSV file.
        header: names of the columns.
        rows: an iterable of their cells, as text.
        argv: arguments of the command.
        gpus: names of the GPUs it used.

    Raises:
        UserError: when the file cannot be written.
    """
    facts = environment.origin("colorkeras.bench", argv, gpus)
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*header, *environment.ORIGIN))
        writer.writerows((*cells, *facts) for cells in rows)
