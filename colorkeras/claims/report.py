"""Show the verdicts: claims.md, claims.csv and the tables on the terminal."""

import csv
import io
import sys
from collections import Counter

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as TerminalTable
from rich.text import Text

from colorkeras.claims.claims_file import CLAIMS_FILE
from colorkeras.claims.definition import KINDS
from colorkeras.claims.judging import ExperimentClaims
from colorkeras.claims.verdict import (
    NOT_REPRODUCED,
    PARTLY,
    REPRODUCED,
    UNTESTABLE,
    VERDICTS,
    Judgement,
)
from colorkeras.console.safe_text import csv_cell, printable
from colorkeras.console.wrapping import wrap_name
from colorkeras.report.document import Block, Command, Heading, Paragraph, Table

_STYLES = {REPRODUCED: "green", PARTLY: "yellow", NOT_REPRODUCED: "red", UNTESTABLE: "dim"}
_MARKS = {True: "✓", False: "✗", None: "?"}
_ID_WIDTH = 20
_COLUMNS = ("id", "claim", "source", "kind", "test", "verdict", "evidence")
_NONE = f"no {CLAIMS_FILE}."
_HOW = (
    "Verdicts are computed from the conditions in each experiment's claims.toml: reproduced when "
    "all hold, partly when some hold, not reproduced when none holds. A claim is not testable here "
    "when runs are missing, or when no run of this suite could decide it. Numbers are means over "
    "the named runs. Where a condition names an epoch, runs that were stopped later count too. "
    "A claim of the kind training that is tested by the configuration shows how the paper preset "
    "is set, not that it has been run."
)


def evidence(judgement: Judgement) -> list[str]:
    """The evidence for a verdict, line by line: the values found, the runs, what is missing."""
    claim = judgement.claim
    lines = [claim.why] if not judgement.outcomes else []
    # Two conditions on missing runs have the same reason.
    lines += dict.fromkeys(f"{_MARKS[o.holds]} {o.text}" for o in judgement.outcomes)
    runs = {name: labels for o in judgement.outcomes for name, labels in o.runs.items()}
    lines += [f"runs of {name}: {', '.join(labels)}" for name, labels in runs.items()]
    if judgement.verdict == UNTESTABLE and claim.command:
        lines.append(f"to make the runs: {claim.command}")
    return lines


def summary_line(experiments: list[ExperimentClaims]) -> str:
    """The number of claims by verdict, in total and for each kind."""
    every = [j for experiment in experiments for j in experiment.judgements]
    text = f"{len(every)} claim{'' if len(every) == 1 else 's'}: {_counts(every)}."
    kinds = [(kind, [j for j in every if j.claim.kind == kind]) for kind in KINDS]
    parts = [f"{len(some)} of {kind}: {_counts(some)}" for kind, some in kinds if some]
    return " ".join([text, *(f"{part}." for part in parts)]) if len(parts) > 1 else text


def _counts(judgements: list[Judgement]) -> str:
    found = Counter(judgement.verdict for judgement in judgements)
    return ", ".join(f"{found[verdict]} {verdict}" for verdict in VERDICTS)


def claims_markdown(experiments: list[ExperimentClaims], command: str) -> list[Block]:
    """The blocks of claims.md.

    Args:
        experiments: the verdicts.
        command: the command line that writes the file.
    """
    blocks: list[Block] = [
        Heading("Claims of the papers, tested", 1),
        Paragraph(summary_line(experiments)),
        Paragraph(_HOW),
    ]
    for experiment in experiments:
        blocks.append(Heading(experiment.name))
        rows = [list(_line(judgement).values()) for judgement in experiment.judgements]
        table = Table(list(_COLUMNS), rows, num_text=len(_COLUMNS))
        blocks.append(table if rows else Paragraph(_NONE))
    return [*blocks, Heading("Command"), Command(command)]


def claims_csv(experiments: list[ExperimentClaims]) -> str:
    """One line per claim."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["experiment", *_COLUMNS, "command"])
    for experiment in experiments:
        for judgement in experiment.judgements:
            line = _line(judgement).values()
            cells = [experiment.name, *line, judgement.claim.command]
            writer.writerow(map(csv_cell, cells))
    return file.getvalue()


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
    known = {"verdict": judgement.verdict, "evidence": "; ".join(evidence(judgement))}
    return {key: known.get(key) or getattr(judgement.claim, key) for key in _COLUMNS}


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
