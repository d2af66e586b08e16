"""Find the pages whose generated tables are out of date.

A table stands between the lines `<!-- generated: NAME -->` and `<!-- end of NAME -->`.
"""

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.report.overview.clone import Clone
from colorkeras.report.overview.tables import EXPERIMENT_TABLES, TABLES

EXPERIMENT_PAGES = "experiments/*/README.md"
PAGES = (
    *("README.md", "docs/*.md", "results/README.md", "results/bench/README.md"),
    EXPERIMENT_PAGES,
)
_MARKED = re.compile(r"(<!-- generated: (\w+) -->).*?(<!-- end of \2 -->)", re.DOTALL)

Table = Callable[[Clone], str]


def outdated_pages(root: Path) -> dict[Path, str]:
    """The pages whose tables are out of date, with the text they should have.

    Args:
        root: a clone of the repository.

    Raises:
        UserError: when a page names a table that does not exist.
    """
    clone = Clone(root)
    outdated = {}
    for pattern in PAGES:
        for page in sorted(root.glob(pattern)):
            tables: Mapping[str, Table] = TABLES
            if pattern == EXPERIMENT_PAGES:
                tables = _of_experiment(page.parent.name)
            text = page.read_text(encoding="utf-8")
            fresh = _with_tables(text, page, tables, clone)
            if fresh != text:
                outdated[page] = fresh
    return outdated


def _of_experiment(name: str) -> dict[str, Table]:
    return {
        table: functools.partial(make, experiment=name) for table, make in EXPERIMENT_TABLES.items()
    }


def _with_tables(text: str, page: Path, tables: Mapping[str, Table], clone: Clone) -> str:
    def table(found: re.Match[str]) -> str:
        if found[2] not in tables:
            expected = ", ".join(tables)
            raise UserError(f"{page}: no generated table {found[2]!r}; expected one of {expected}.")
        return f"{found[1]}\n\n{tables[found[2]](clone)}\n{found[3]}"

    return _MARKED.sub(table, text)
