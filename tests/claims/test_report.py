"""Verdicts in words: the Markdown, the CSV, the terminal."""

import csv
import io
from pathlib import Path

from rich.console import Console
from sample_claims import make_claim, selector

from colorkeras.claims.judging import ExperimentClaims
from colorkeras.claims.outcome import Outcome
from colorkeras.claims.report import (
    claims_csv,
    claims_markdown,
    evidence,
    print_claims,
    summary_line,
)
from colorkeras.claims.rule_history import Order
from colorkeras.claims.verdict import Judgement
from colorkeras.report.document import Items, render_markdown
from colorkeras.report.stored_runs import StoredRun

USED = {
    "a": [
        StoredRun(Path(name), f"x/{name}", {"status": "finished", "commit": "0123456789"})
        for name in ("a0", "a1")
    ],
    "b": [StoredRun(Path("b"), "x/b", {"status": "interrupted"})],
}
HOLDS = Judgement(
    make_claim(id="better", runs={"a": selector(), "b": selector()}),
    [Outcome(True, "✓ a: psnr 22", USED), Outcome(False, "✗ a: ssim 0.9", USED)],
    Order("0123456789", False, ("x/a0",)),
)
MISSING = Judgement(make_claim(id="missing"), [Outcome(None, "? no runs")] * 2)
HUMAN = Judgement(make_claim(id="liked", why="needs human raters", command=""), [])
CLAIMS = [ExperimentClaims("cnn", [HOLDS, MISSING, HUMAN]), ExperimentClaims("gan", [])]


def test_evidence_names_values_and_runs():
    assert evidence(HOLDS) == [
        "✓ a: psnr 22",
        "✗ a: ssim 0.9",
        "runs of a: x/a0 at 0123456, x/a1 at 0123456",
        "runs of b: x/b (interrupted) at unknown",
    ]


def test_evidence_says_what_is_missing_once_and_how_to_make_it():
    assert evidence(MISSING) == [
        "? no runs",
        "to make the runs: python -m colorkeras.run experiments/cnn",
    ]
    assert evidence(HUMAN) == ["needs human raters"]


def test_evidence_says_that_more_seeds_are_looked_at(monkeypatch):
    monkeypatch.setattr(Judgement, "undecided_looks", 1)
    assert evidence(MISSING)[-1] == "for the second look: the same with 6 seeds"
    monkeypatch.setattr(Judgement, "undecided_looks", 2)
    assert evidence(MISSING)[-1] == "both looks are over"


COUNTS = "3 results: 0 reproduced, 1 not reproduced, 1 inconclusive, 1 not testable here."


def test_summary_counts_every_verdict():
    assert summary_line(CLAIMS) == COUNTS
    one = summary_line([ExperimentClaims("cnn", [HUMAN])])
    assert one == "1 result: 0 reproduced, 0 not reproduced, 0 inconclusive, 1 not testable here."


def test_the_headline_counts_results_and_checks_stand_apart():
    def check(compared, holds):
        claim = make_claim(id="built", kind="architecture", compared_with=compared)
        return Judgement(claim, [Outcome(holds, "3 layers")])

    checks = [check("source", True), check("source", False), check("count", None)]
    assert summary_line([*CLAIMS, ExperimentClaims("unet", checks)]) == (
        f"{COUNTS} 2 checks of architecture and configuration against what the source states: "
        "1 agrees, 1 differs, 0 not testable here. 1 check of architecture and configuration "
        "against our own count: 0 agree, 0 differ, 1 not testable here."
    )


def test_markdown():
    text = render_markdown(claims_markdown(CLAIMS, "python -m colorkeras.claims"))
    assert text.startswith(f"# Claims of the papers, tested\n\n{COUNTS}")
    rows = [line for line in text.splitlines() if line.startswith("| better ")]
    cells = [cell.strip() for cell in rows[0].strip("|").split(" | ")]
    expected = ["better", "It is so.", "result", "not reproduced"]
    assert cells == [*expected, "NO (rule of 0123456; older: x/a0)"]
    assert (
        "- **better**: A and B, A Title, section 1. We look.\n"
        "  - ✓ a: psnr 22\n"
        "  - ✗ a: ssim 0.9\n"
        "  - runs of a: x/a0 at 0123456, x/a1 at 0123456\n"
        "  - runs of b: x/b (interrupted) at unknown\n"
        "- **missing**: "
    ) in text
    assert "## gan\n\nno claims.toml.\n" in text
    assert text.endswith("## Command\n\n```\npython -m colorkeras.claims\n```\n")


def test_the_list_of_evidence_as_text():
    items = Items([("a *b*", "text", ["one", "two"])])
    assert items.text_lines() == "a *b*: text\n  one\n  two"
    assert items.markdown() == "- **a \\*b\\***: text\n  - one\n  - two"


def test_csv():
    rows = list(csv.DictReader(io.StringIO(claims_csv(CLAIMS))))
    assert [row["id"] for row in rows] == ["better", "missing", "liked"]
    assert rows[0]["experiment"] == "cnn"
    assert rows[0]["verdict"] == "not reproduced"
    assert rows[2]["rule before runs"] == ""
    assert rows[0]["evidence"] == "; ".join(evidence(HOLDS))
    assert rows[1]["command"] == "python -m colorkeras.run experiments/cnn"
    assert rows[2]["command"] == ""


def test_terminal_shows_every_claim_and_the_summary():
    console = Console(file=io.StringIO(), width=120)
    claim = make_claim(id="odd", claim="Text with [brackets] and [/b].", why="no")
    print_claims([ExperimentClaims("odd", [Judgement(claim, [])]), *CLAIMS], console)
    printed = console.file.getvalue()
    for text in ("better", "(result)", "not reproduced", "✗ a: ssim 0.9", "needs human raters"):
        assert text in printed
    assert "[brackets] and [/b]" in printed
    assert "gan: no claims.toml." in printed
    assert printed.rstrip().endswith(
        "4 results: 0 reproduced, 1 not reproduced, 1 inconclusive, 2 not testable here."
    )
