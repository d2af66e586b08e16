"""Verdicts in words: the Markdown, the CSV, the terminal."""

import csv
import io

from rich.console import Console
from sample_claims import make_claim

from colorkeras.claims.judging import ExperimentClaims
from colorkeras.claims.outcome import Outcome
from colorkeras.claims.report import (
    claims_csv,
    claims_markdown,
    evidence,
    print_claims,
    summary_line,
)
from colorkeras.claims.verdict import Judgement
from colorkeras.report.document import render_markdown

HOLDS = Judgement(
    make_claim(id="better"),
    [
        Outcome(True, "a: psnr 22 > 20 (b)", {"a": ["x/a0", "x/a1"], "b": ["x/b"]}),
        Outcome(False, "a: ssim 0.9 ≤ 0.95 (b)", {"a": ["x/a0", "x/a1"], "b": ["x/b"]}),
    ],
)
MISSING = Judgement(make_claim(id="missing"), [Outcome(None, "no runs"), Outcome(None, "no runs")])
HUMAN = Judgement(make_claim(id="liked", why="needs human raters", command=""), [])
CLAIMS = [ExperimentClaims("cnn", [HOLDS, MISSING, HUMAN]), ExperimentClaims("gan", [])]


def test_evidence_names_values_and_runs():
    assert evidence(HOLDS) == [
        "✓ a: psnr 22 > 20 (b)",
        "✗ a: ssim 0.9 ≤ 0.95 (b)",
        "runs of a: x/a0, x/a1",
        "runs of b: x/b",
    ]


def test_evidence_says_what_is_missing_once_and_how_to_make_it():
    assert evidence(MISSING) == [
        "? no runs",
        "to make the runs: python -m colorkeras.run experiments/cnn",
    ]
    assert evidence(HUMAN) == ["needs human raters"]


def test_summary_counts_every_verdict():
    expected = "3 claims: 0 reproduced, 1 partly, 0 not reproduced, 2 not testable here."
    assert summary_line(CLAIMS) == expected
    one = summary_line([ExperimentClaims("cnn", [HUMAN])])
    assert one == "1 claim: 0 reproduced, 0 partly, 0 not reproduced, 1 not testable here."


def test_summary_tells_the_kinds_apart():
    built = Judgement(make_claim(id="built", kind="architecture"), [Outcome(True, "3 layers")])
    text = summary_line([*CLAIMS, ExperimentClaims("unet", [built])])
    assert text == (
        "4 claims: 1 reproduced, 1 partly, 0 not reproduced, 2 not testable here. "
        "1 of architecture: 1 reproduced, 0 partly, 0 not reproduced, 0 not testable here. "
        "3 of result: 0 reproduced, 1 partly, 0 not reproduced, 2 not testable here."
    )


def test_markdown():
    text = render_markdown(claims_markdown(CLAIMS, "python -m colorkeras.claims"))
    assert text.startswith("# Claims of the papers, tested\n\n3 claims: 0 reproduced, 1 partly")
    rows = [line for line in text.splitlines() if line.startswith("| better ")]
    cells = [cell.strip() for cell in rows[0].strip("|").split(" | ")]
    assert cells[:4] == ["better", "It is so.", "A and B, A Title, section 1", "result"]
    assert cells[4:6] == ["We look.", "partly"]
    assert cells[6].startswith("✓ a: psnr 22 \\> 20 (b); ✗ a: ssim")
    assert "## gan\n\nno claims.toml.\n" in text
    assert text.endswith("## Command\n\n```\npython -m colorkeras.claims\n```\n")


def test_csv():
    rows = list(csv.DictReader(io.StringIO(claims_csv(CLAIMS))))
    assert [row["id"] for row in rows] == ["better", "missing", "liked"]
    assert rows[0]["experiment"] == "cnn"
    assert rows[0]["verdict"] == "partly"
    assert rows[0]["evidence"] == "; ".join(evidence(HOLDS))
    assert rows[1]["command"] == "python -m colorkeras.run experiments/cnn"
    assert rows[2]["command"] == ""


def test_terminal_shows_every_claim_and_the_summary():
    console = Console(file=io.StringIO(), width=120)
    claim = make_claim(id="odd", claim="Text with [brackets] and [/b].", why="no")
    print_claims([ExperimentClaims("odd", [Judgement(claim, [])]), *CLAIMS], console)
    printed = console.file.getvalue()
    for text in ("better", "(result)", "partly", "✗ a: ssim 0.9 ≤ 0.95 (b)", "needs human raters"):
        assert text in printed
    assert "[brackets] and [/b]" in printed
    assert "gan: no claims.toml." in printed
    assert printed.rstrip().endswith(
        "4 claims: 0 reproduced, 1 partly, 0 not reproduced, 3 not testable here."
    )
