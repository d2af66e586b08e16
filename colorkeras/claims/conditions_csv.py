"""conditions.csv: what each condition of each claim compared, as numbers."""

from collections.abc import Iterator

from colorkeras.claims.judging import ExperimentClaims
from colorkeras.claims.outcome import Outcome
from colorkeras.claims.wording import NUMBERS
from colorkeras.records.csv_file import csv_text

COLUMNS = ("experiment", "id", "holds", "text", *NUMBERS)
_HOLDS = {True: "yes", False: "no", None: "undecided"}


def conditions_csv(experiments: list[ExperimentClaims]) -> str:
    """A row for each comparison, and for each condition that compares nothing.

    The first row of a claim is that of its first condition. A difference is the value less what it
    is compared with: the value of another group or of a baseline, or a number.
    """
    rows = [
        {"experiment": experiment.name, "id": judgement.claim.id, **row}
        for experiment in experiments
        for judgement in experiment.judgements
        for outcome in judgement.outcomes
        for row in _rows(outcome)
    ]
    return csv_text(COLUMNS, [[row.get(column) for column in COLUMNS] for row in rows])


def _rows(outcome: Outcome) -> Iterator[dict[str, object]]:
    if not outcome.decisions:
        yield {"holds": _HOLDS[outcome.holds], "text": outcome.text}
    for decision in outcome.decisions:
        yield {"holds": _HOLDS[decision.holds], "text": decision.short, **decision.numbers}
