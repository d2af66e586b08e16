"""Show the verdicts: claims.md, claims.csv, conditions.csv and the tables on the terminal."""

import sys
from collections import Counter

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as TerminalTable
from rich.text import Text

from colorkeras.claims.claims_file import CLAIMS_FILE
from colorkeras.claims.conditions_csv import conditions_csv
from colorkeras.claims.definition import RESULT
from colorkeras.claims.judging import ExperimentClaims
from colorkeras.claims.looks import ALPHA, ALPHA_OF_A_LOOK, LOOKS, MIN_SEEDS
from colorkeras.claims.measurement import named
from colorkeras.claims.verdict import (
    AGREES,
    CHECKS,
    DIFFERS,
    INCONCLUSIVE,
    NOT_REPRODUCED,
    REPRODUCED,
    UNTESTABLE,
    VERDICTS,
    Judgement,
)
from colorkeras.console.counted import counted
from colorkeras.console.safe_text import printable
from colorkeras.console.wrapping import wrap_name
from colorkeras.records.csv_file import csv_text
from colorkeras.report.document import (
    MISSING,
    Block,
    Command,
    Heading,
    Items,
    Paragraph,
    Table,
    render_markdown,
)
from colorkeras.report.stored_runs import StoredRun

_STYLES = {
    REPRODUCED: "green",
    AGREES: "green",
    INCONCLUSIVE: "yellow",
    NOT_REPRODUCED: "red",
    DIFFERS: "red",
    UNTESTABLE: "dim",
}
_PLURAL = {AGREES: "agree", DIFFERS: "differ"}
# How the headline names what checks are compared with.
_COMPARED = {
    "source": "what the source states",
    "twin": "an independent network",
    "count": "our own count",
}
_ID_WIDTH = 20
_COLUMNS = ("id", "claim", "source", "kind", "test", "verdict", "rule before runs", "evidence")
_SHORT = ("id", "claim", "kind", "verdict", "rule before runs")  # of the table in claims.md
_NONE = f"no {CLAIMS_FILE}."
_HOW = (
    "Results are decided by the rules in each experiment's claims.toml, by this program alone. "
    "Every finished run that meets the stated conditions is used, or named with the reason why "
    "not. What is compared, is compared image by image, with the mean over seeds; in brackets is "
    "the 95 % interval over other images and other seeds.",
    "A claim is reproduced when each condition holds (✓): the difference is at least the stated "
    "margin, the smallest that counts. It is not reproduced when a condition fails (✗): a "
    "difference of that size is excluded. Else (?) it is undecided, and the claim inconclusive. A "
    "claim is not testable here when no run of this suite could decide it. Checks look at networks "
    "and configurations as built, not at what training gives.",
    "p is two-sided, against a difference of just the margin, and corrected for all comparisons of "
    f"the experiment (Holm). It is looked at twice, with {LOOKS[0]} and with {LOOKS[1]} seeds of "
    f"each group. Each time p must be below {ALPHA_OF_A_LOOK}, so that both together are wrong in "
    f"{ALPHA:.0%} of cases at most; fewer than {MIN_SEEDS} seeds decide nothing.",
    "Behind each run is the commit of the program that made it. “Rule before runs” says whether "
    "the rule was committed before every run that it judges. Where it was not, the rule could have "
    "been chosen after the result was known.",
)


def evidence(judgement: Judgement) -> list[str]:
    """The evidence for a verdict, line by line: the values found, the runs, what is missing."""
    claim = judgement.claim
    lines = [claim.why] if not judgement.outcomes else []
    # Two conditions on missing runs have the same reason.
    lines += dict.fromkeys(outcome.text for outcome in judgement.outcomes)
    runs = {name: some for o in judgement.outcomes for name, some in o.runs.items()}
    lines += [
        f"runs of {name}: {', '.join(map(_with_commit, some))}" for name, some in runs.items()
    ]
    if judgement.verdict in (INCONCLUSIVE, UNTESTABLE) and claim.command:
        lines.append(f"to make the runs: {claim.command}")
    looks = judgement.undecided_looks
    if 0 < looks < len(LOOKS):
        lines.append(f"for the second look: the same with {LOOKS[looks]} seeds")
    elif looks:
        lines.append("both looks are over")
    return lines


def _with_commit(run: StoredRun) -> str:
    commit = str(run.get("commit") or "unknown")[:7]
    return f"{named(run)} at {commit}"


def summary_line(experiments: list[ExperimentClaims]) -> str:
    """The number of results by verdict; the checks apart, by what they compare with."""
    every = [j for experiment in experiments for j in experiment.judgements]
    results = [j for j in every if j.claim.kind == RESULT]
    lines = [f"{counted(len(results), 'result')}: {_counts(results, VERDICTS)}."]
    checks = [j for j in every if j.claim.kind != RESULT]
    for compared, name in _COMPARED.items():
        some = [j for j in checks if j.claim.compared_with == compared]
        if some:
            lines.append(
                f"{counted(len(some), 'check')} of architecture and configuration against {name}: "
                f"{_counts(some, CHECKS)}."
            )
    return " ".join(lines)


def _counts(judgements: list[Judgement], verdicts: tuple[str, ...]) -> str:
    found = Counter(judgement.verdict for judgement in judgements)
    return ", ".join(
        f"{found[verdict]} {verdict if found[verdict] == 1 else _PLURAL.get(verdict, verdict)}"
        for verdict in verdicts
    )


def claims_markdown(experiments: list[ExperimentClaims], command: str) -> list[Block]:
    """The blocks of claims.md.

    Args:
        experiments: the verdicts.
        command: the command line that writes the file.
    """
    blocks: list[Block] = [
        Heading("Claims of the papers, tested", 1),
        Paragraph(summary_line(experiments)),
        *map(Paragraph, _HOW),
    ]
    for experiment in experiments:
        blocks.append(Heading(experiment.name))
        blocks += _blocks_of(experiment)
    return [*blocks, Heading("Command"), Command(command)]


def _blocks_of(experiment: ExperimentClaims) -> list[Block]:
    """The verdicts of an experiment as a table, then the evidence of each."""
    if not experiment.judgements:
        return [Paragraph(_NONE)]
    lines = [_line(judgement) for judgement in experiment.judgements]
    rows = [[line[name] for name in _SHORT] for line in lines]
    entries = [
        (line["id"], f"{line['source']}. {line['test']}", evidence(judgement))
        for line, judgement in zip(lines, experiment.judgements, strict=True)
    ]
    compared = sum(len(o.comparisons) for j in experiment.judgements for o in j.outcomes)
    together = f"{counted(compared, 'comparison')} corrected together." if compared else ""
    evidence_of = Paragraph(f"Source, test and evidence of each. {together}".strip())
    return [Table(list(_SHORT), rows, num_text=len(_SHORT)), evidence_of, Items(entries)]


def claims_csv(experiments: list[ExperimentClaims]) -> str:
    """One line per claim; "undecided looks" says how many looks an inconclusive one has had."""
    rows = []
    for experiment in experiments:
        for judgement in experiment.judgements:
            cells = [*_line(judgement).values(), judgement.claim.command]
            cells = ["" if cell == MISSING else cell for cell in cells]
            rows.append([experiment.name, *cells, judgement.undecided_looks or None])
    return csv_text(["experiment", *_COLUMNS, "command", "undecided looks"], rows)


def claim_files(experiments: list[ExperimentClaims], command: str) -> dict[str, str]:
    """The text of each file by its name.

    Args:
        experiments: the verdicts.
        command: the command line that writes the files.
    """
    return {
        "claims.md": render_markdown(claims_markdown(experiments, command)),
        "claims.csv": claims_csv(experiments),
        "conditions.csv": conditions_csv(experiments),
    }


def print_claims(experiments: list[ExperimentClaims], console: Console | None = None) -> None:
    """Print a table per experiment and the summary.

    Args:
        experiments: the verdicts.
        console: standard output by default.
    """
    console = console or Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    for experiment in experiments:
        if experiment.judgements:
            console.print(_terminal_table(experiment))
    for experiment in experiments:
        if not experiment.judgements:
            console.print(f"{printable(experiment.name)}: {_NONE}", markup=False)
    console.print(summary_line(experiments))


def _line(judgement: Judgement) -> dict[str, str]:
    claim = judgement.claim
    compared = f", against {_COMPARED[claim.compared_with]}" if claim.compared_with else ""
    known = {
        "kind": f"{claim.kind}{compared}",
        "verdict": judgement.verdict,
        "rule before runs": str(judgement.order)
        if claim.runs and claim.kind == RESULT
        else MISSING,
        "evidence": "; ".join(evidence(judgement)),
    }
    return {key: known.get(key) or getattr(claim, key) for key in _COLUMNS}


def _terminal_table(experiment: ExperimentClaims) -> TerminalTable:
    table = TerminalTable(
        title=Text(printable(experiment.name), "bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        leading=1,
        expand=True,
    )
    table.add_column("claim", min_width=_ID_WIDTH)
    table.add_column("statement", ratio=2)
    table.add_column("verdict", no_wrap=True)
    table.add_column("evidence", ratio=3, overflow="fold")
    for judgement in experiment.judgements:
        claim = judgement.claim
        name = "\n".join([*wrap_name(claim.id, _ID_WIDTH), f"({claim.kind})"])
        statement = printable(f"{claim.claim}\n— {claim.source}", keep="\n")
        verdict = Text(judgement.verdict, _STYLES[judgement.verdict])
        table.add_row(
            Text(name),
            Text(statement),
            verdict,
            Text("\n".join(map(printable, evidence(judgement)))),
        )
    return table
