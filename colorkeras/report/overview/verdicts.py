"""The verdicts on the results that an experiment's sources claim, from results/claims."""

import csv

from colorkeras.report.document import MISSING, escape
from colorkeras.report.overview.cells import markdown
from colorkeras.report.overview.clone import Clone

_PLACE = "results/claims"
_CLAIMS, _CONDITIONS = "claims.csv", "conditions.csv"
_KIND = "result"
_INCONCLUSIVE, _UNTESTABLE = "inconclusive", "not testable here"
_DECIDED = ("reproduced", "not reproduced")
_VERDICTS = (*_DECIDED, _INCONCLUSIVE, _UNTESTABLE)
_NOT_JUDGED = "The claims have not been judged yet: `python -m colorkeras.claims`.\n"
_MOST = 3  # conditions that a cell shows
_ORDER = ("no", "undecided", "yes")  # what speaks against a claim first
_LINE = "<br>"
_LOOKS = "undecided looks"  # that a claim has had: with three seeds, with six


def verdicts_table(clone: Clone, experiment: str) -> str:
    """A row for each claim about results: id, claim, verdict, what was found."""
    if (lines := _results(clone)) is None:
        return _NOT_JUDGED
    conditions = _conditions(clone)
    rows = [
        [f"`{line['id']}`", escape(line["claim"]), line["verdict"], _found(conditions, line)]
        for line in lines
        if line["experiment"] == experiment
    ]
    head = ["claim", "what it says", "verdict", "evidence"]
    where = f"../../{_PLACE}/claims.md#{experiment}"
    caption = (
        "What the sources claim of results, judged by the rules in [claims.toml](claims.toml): "
        f"✓ holds, ✗ fails, ? is undecided. [All values, and the runs]({where})."
    )
    return f"{caption}\n\n{markdown(head, rows)}"


def counts_table(clone: Clone) -> str:
    """A row for each verdict: how many results have it, and what they wait for."""
    if (lines := _results(clone)) is None:
        return _NOT_JUDGED
    rows = []
    for verdict in _VERDICTS:
        found = [line for line in lines if line["verdict"] == verdict]
        rows.append([verdict, str(len(found)), _which(found, verdict)])
    return markdown(["verdict", "results", "which"], rows)


def _which(lines: list[dict[str, str]], verdict: str) -> str:
    if verdict == _UNTESTABLE:
        return "such as a study with people"
    if verdict == _INCONCLUSIVE:
        second, over = (sum(line[_LOOKS] == looks for line in lines) for looks in ("1", "2"))
        waiting = len(lines) - second - over
        parts = [f"{waiting} wait for runs"] if waiting else []
        parts += [f"{second} undecided after three seeds: six may decide them"] if second else []
        parts += [f"{over} still undecided after six"] if over else []
        return "; ".join(parts) or MISSING
    return "in the next table" if lines else MISSING


def decided_table(clone: Clone) -> str:
    """A row for each result that is decided: whose it is, what it says, and the verdict."""
    if (lines := _results(clone)) is None:
        return _NOT_JUDGED
    conditions = _conditions(clone)
    rows = [
        [
            line["verdict"],
            f"{escape(line['claim'])} (`{line['id']}`)",
            _found(conditions, line),
            f"[{name}](../experiments/{name}/README.md#reported-and-obtained)",
        ]
        for verdict in _DECIDED
        for line in lines
        if (name := line["experiment"]) and line["verdict"] == verdict
    ]
    return markdown(["verdict", "claim", "what was found", "experiment"], rows)


def _results(clone: Clone) -> list[dict[str, str]] | None:
    """The claims about results, with their verdicts; None where they have not been judged."""
    if not all((clone.root / _PLACE / name).exists() for name in (_CLAIMS, _CONDITIONS)):
        return None
    return [line for line in _rows(clone, _CLAIMS) if line["kind"] == _KIND]


def _rows(clone: Clone, name: str) -> list[dict[str, str]]:
    text = (clone.root / _PLACE / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _conditions(clone: Clone) -> dict[tuple[str, str], list[dict[str, str]]]:
    """The conditions of each claim, by experiment and id."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _rows(clone, _CONDITIONS):
        found.setdefault((row["experiment"], row["id"]), []).append(row)
    return found


def _found(conditions: dict[tuple[str, str], list[dict[str, str]]], line: dict[str, str]) -> str:
    """A line for each condition, and the seeds; or why the claim cannot be tested."""
    rows = conditions.get((line["experiment"], line["id"]), [])
    if not rows:
        return escape(line["evidence"])
    rows.sort(key=lambda row: _ORDER.index(row["holds"]))
    shown = list(dict.fromkeys(row["text"] for row in rows))
    more = [f"and {len(shown) - _MOST} more conditions"] if len(shown) > _MOST else []
    found = dict.fromkeys(_seeds(row) for row in rows if row["seeds"])
    seeds = [text for text in found if f"{text} each" not in found]
    return _LINE.join(map(escape, [*shown[:_MOST], *more, *seeds]))


def _seeds(row: dict[str, str]) -> str:
    one, other = row["seeds"], row["against_seeds"]
    if other not in ("", one):
        return f"{one} and {other} seeds"
    return f"{one} seed{'' if one == '1' else 's'}{' each' if other else ''}"
