"""Tables on the terminal."""

import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


def print_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    texts: int = 1,
    title: str | None = None,
    width: int = 120,
) -> None:
    """Print rows of text and numbers.

    Args:
        titles: of the columns.
        rows: their cells.
        texts: the number of columns on the left that hold text; the others are aligned right.
        title: above the table.
        width: in characters, where the output is no terminal.
    """
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for number, name in enumerate(titles):
        table.add_column(name, justify="left" if number < texts else "right")
    for row in rows:
        table.add_row(*map(str, row))
    Console(highlight=False, width=None if sys.stdout.isatty() else width).print(table)
