"""The verdicts on the results that an experiment's sources claim, from results/claims."""

import csv
import re

from colorkeras.report.document import MISSING, escape
from colorkeras.report.overview.cells import markdown
from colorkeras.report.overview.clone import Clone

_PLACE = "results/claims"
_KIND = "result"
_INCONCLUSIVE, _UNTESTABLE = "inconclusive", "not testable here"
_DECIDED = ("reproduced", "not reproduced")
_VERDICTS = (*_DECIDED, _INCONCLUSIVE, _UNTESTABLE)
_NOT_JUDGED = "The claims have not been judged yet: `python -m colorkeras.claims`.\n"
_MOST = 3  # conditions that one line shows
# What the evidence says of a claim with enough seeds for one look, and for both.
_SECOND_LOOK, _OVER = "for the second look: ", "both looks are over"
# The evidence of a claim: its conditions, each with a mark; then the runs; then the command.
_AFTER = re.compile(
    rf"; (?:runs of [^:]*: |to make the runs: |{_SECOND_LOOK}|{_OVER}).*", re.DOTALL
)
_NEXT = re.compile(r"; (?=[✓✗?] )")
_MARKS = "✗?✓"  # what speaks against a claim first
_COMPARED = re.compile(
    r"(?P<values>.*): difference (?P<apart>.*), (?P<wanted>wanted .*?); p = [^;]*; "
    r"(?P<seeds>[^;,]*seeds?)\b.*",
    re.DOTALL,
)
_NO_RUN = "? no finished run of "


def verdicts_table(clone: Clone, experiment: str) -> str:
    """A row for each claim about results: id, claim, verdict, evidence in one line."""
    if (lines := _results(clone)) is None:
        return _NOT_JUDGED
    rows = [
        [f"`{line['id']}`", escape(line["claim"]), line["verdict"], escape(short(line["evidence"]))]
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
        second = sum(_SECOND_LOOK in line["evidence"] for line in lines)
        over = sum(_OVER in line["evidence"] for line in lines)
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
    rows = [
        [
            line["verdict"],
            f"{escape(line['claim'])} (`{line['id']}`)",
            escape(short(line["evidence"])),
            f"[{name}](../experiments/{name}/README.md#reported-and-obtained)",
        ]
        for verdict in _DECIDED
        for line in lines
        if (name := line["experiment"]) and line["verdict"] == verdict
    ]
    return markdown(["verdict", "claim", "what was found", "experiment"], rows)


def _results(clone: Clone) -> list[dict[str, str]] | None:
    """The claims about results, with their verdicts; None where they have not been judged."""
    file = clone.root / _PLACE / "claims.csv"
    if not file.exists():
        return None
    lines = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line["kind"] == _KIND]


def short(evidence: str) -> str:
    """The evidence in one line: what was compared with how many seeds, or that runs are missing."""
    parts = _NEXT.split(_AFTER.sub("", evidence))
    parts.sort(key=lambda part: _MARKS.find(part[0]))
    shown = list(dict.fromkeys(map(_short_part, parts)))
    more = len(shown) - _MOST
    seeds = dict.fromkeys(found["seeds"] for part in parts if (found := _COMPARED.match(part)))
    ends = [f"and {more} more conditions"] if more > 0 else []
    return "; ".join([*shown[:_MOST], *ends, *seeds])


def _short_part(part: str) -> str:
    if part.startswith(_NO_RUN):
        return "? runs are missing"
    return _COMPARED.sub(r"\g<values> (\g<apart>, \g<wanted>)", part)
