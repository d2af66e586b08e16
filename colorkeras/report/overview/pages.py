"""Find the pages whose generated tables are out of date.

A table stands between the lines `<!-- generated: NAME -->` and `<!-- end of NAME -->`.
"""

import functools
import re
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
        tables = TABLES
        for page in sorted(root.glob(pattern)):
            if pattern == EXPERIMENT_PAGES:
                tables = {
                    name: functools.partial(table, experiment=page.parent.name)
                    for name, table in EXPERIMENT_TABLES.items()
                }
            text = page.read_text(encoding="utf-8")
            for _, name, _ in _MARKED.findall(text):
                if name not in tables:
                    expected = ", ".join(tables)
                    raise UserError(
                        f"{page}: no generated table {name!r}; expected one of {expected}."
                    )
            fresh = _MARKED.sub(
                lambda found, known=tables: f"{found[1]}\n\n{known[found[2]](clone)}\n{found[3]}",
                text,
            )
            if fresh != text:
                outdated[page] = fresh
    return outdated
