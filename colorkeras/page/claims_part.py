"""The claims with their verdicts, from the claims.csv that `colorkeras claims` writes."""

import csv
from collections import Counter
from pathlib import Path

from colorkeras.console.errors import UserError, reason_of
from colorkeras.page.parts import definitions, options, text, unfolding

_NEEDED = ("experiment", "id", "claim", "source", "kind", "test", "verdict", "evidence")
_SHOWN = (
    ("Source", "source"),
    ("How it is tested", "test"),
    ("Kind", "kind"),
    ("Rule before runs", "rule before runs"),
    ("Command", "command"),
)
_RESULT = "result"


def claims_part(file: Path) -> str:
    """The section of the claims.

    Args:
        file: `claims.csv`; it may be missing.

    Raises:
        UserError: when it cannot be read, or is another table.
    """
    if not file.exists():
        return (
            f'<p class="soft">No {text(file)}: <code>python -m colorkeras.claims</code> writes it; '
            "then write this page again.</p>"
        )
    rows = sorted(_rows(file), key=lambda row: row["kind"] != _RESULT)
    results = [row for row in rows if row["kind"] == _RESULT]
    found = Counter(row["verdict"] for row in results)
    headline = ", ".join(f"{count} {verdict}" for verdict, count in found.most_common())
    kinds = [("", "all")] + [(v, v) for v in dict.fromkeys(row["verdict"] for row in rows)]
    cards = "".join(map(_card, rows))
    return (
        f"<p>Results: {text(headline) or 'none'}. Checks of architecture and configuration, "
        f"{len(rows) - len(results)}, stand after them.</p>"
        '<div class="tools"><label>Show only <input type="search" data-filter=".claim" '
        'data-also="verdict" data-told="claims-told"></label><label>Verdict <select id="verdict">'
        f'{options(kinds, "")}</select></label> <output id="claims-told"></output></div>{cards}'
    )


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as content:
            rows = list(csv.DictReader(content))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{file}: cannot be read: {reason_of(error)}.") from error
    missing = [name for name in _NEEDED if any(row.get(name) is None for row in rows)]
    if missing:
        raise UserError(
            f"{file}: no column {', '.join(missing)}; expected the file that `python -m "
            "colorkeras.claims` writes. Run it again."
        )
    return rows


def _card(row: dict[str, str]) -> str:
    verdict = row["verdict"]
    kind = "-".join(verdict.split())
    summary = (
        f'<span class="verdict {text(kind)}">{text(verdict)}</span> · {text(row["experiment"])} · '
        f"{text(row['claim'])}"
    )
    told = [(name, row.get(key) or "") for name, key in _SHOWN]
    evidence = "".join(f"<li>{text(line)}</li>" for line in row["evidence"].split("; "))
    content = definitions([pair for pair in told if pair[1]])
    return (
        f'<div class="claim" data-kind="{text(verdict)}">'
        f"{unfolding(summary, f'{content}<dl><dt>Evidence</dt></dl><ul>{evidence}</ul>')}</div>"
    )
