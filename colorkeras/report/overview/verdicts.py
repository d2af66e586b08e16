"""The verdicts on the results that an experiment's sources claim, from results/claims."""

import csv
import re

from colorkeras.report.document import escape
from colorkeras.report.overview.cells import markdown
from colorkeras.report.overview.clone import Clone

_PLACE = "results/claims"
_KIND = "result"
_MOST = 3  # conditions that one line shows
# The evidence of a claim: its conditions, each with a mark; then the runs; then the command.
_AFTER = re.compile(r"; (?:runs of [^:]*|to make the runs): .*", re.DOTALL)
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
    file = clone.root / _PLACE / "claims.csv"
    if not file.exists():
        return "The claims have not been judged yet: `python -m colorkeras.claims`.\n"
    lines = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    rows = [
        [f"`{line['id']}`", escape(line["claim"]), line["verdict"], escape(short(line["evidence"]))]
        for line in lines
        if line["experiment"] == experiment and line["kind"] == _KIND
    ]
    head = ["claim", "what it says", "verdict", "evidence"]
    where = f"../../{_PLACE}/claims.md#{experiment}"
    caption = (
        "What the sources claim of results, judged by the rules in [claims.toml](claims.toml): "
        f"✓ holds, ✗ fails, ? is undecided. [All values, and the runs]({where})."
    )
    return f"{caption}\n\n{markdown(head, rows)}"


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
