"""The verdicts in an experiment's README, from a hand-made claims.csv."""

import csv

import pytest
from generated_tables import rows

from colorkeras.report.overview.clone import Clone
from colorkeras.report.overview.verdicts import counts_table, decided_table, short, verdicts_table

DECIDED = (
    "✓ gan: ciede2000 9.1, grey 12.5: difference -3.4 [-4.2, -2.7], wanted at least 0.5 lower; "
    "p = 0.001 or less; 3 seeds, 86 images, protocol ab12"
)
FAILED = (
    "✗ gan: psnr 20, cnn 21: difference -1 [-1.2, -0.8], wanted at least 0.5 higher; p = 0.01 "
    "(0.0033 uncorrected); 3 and 3 seeds, 86 images, protocol ab12; left out: gan/b (running)"
)
MISSING = "? no finished run of gan · small · faces in results, only gan/x (failed)"


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("needs human raters; and more", "needs human raters; and more"),
        (
            f"{DECIDED}; runs of gan: gan/a at 0123456; to make the runs: a; b",
            "✓ gan: ciede2000 9.1, grey 12.5 (-3.4 [-4.2, -2.7], wanted at least 0.5 lower); "
            "3 seeds",
        ),
        (
            f"{DECIDED}; {FAILED}; {MISSING}; {MISSING}; no finished run of b in results",
            "✗ gan: psnr 20, cnn 21 (-1 [-1.2, -0.8], wanted at least 0.5 higher); "
            "? runs are missing; "
            "✓ gan: ciede2000 9.1, grey 12.5 (-3.4 [-4.2, -2.7], wanted at least 0.5 lower); "
            "3 and 3 seeds; 3 seeds",
        ),
        ("✓ a = 1; ✓ b = 2; ? c = 3; ✗ d = 4", "✗ d = 4; ? c = 3; ✓ a = 1; and 1 more conditions"),
    ],
)
def test_evidence_in_one_line(evidence, expected):
    assert short(evidence) == expected


def test_the_results_of_one_experiment(tmp_path):
    assert "not been judged yet" in verdicts_table(Clone(tmp_path), "gan")
    file = tmp_path / "results" / "claims" / "claims.csv"
    file.parent.mkdir(parents=True)
    head = ["experiment", "id", "claim", "kind", "verdict", "evidence"]
    lines = [
        ["gan", "vivid", "It is | vivid.", "result", "reproduced", "✓ a"],
        ["gan", "size", "It is large.", "architecture", "agrees", "✓ b"],
        ["cnn", "grey", "It is grey.", "result", "inconclusive", "? c"],
    ]
    with file.open("w", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *lines])
    table = verdicts_table(Clone(tmp_path), "gan")
    assert "(../../results/claims/claims.md#gan)" in table
    assert len(rows(table)) == 1
    assert "| `vivid` | It is \\| vivid. | reproduced | ✓ a |" in table


def test_how_many_results_have_each_verdict(tmp_path):
    assert "not been judged yet" in counts_table(Clone(tmp_path))
    file = tmp_path / "results" / "claims" / "claims.csv"
    file.parent.mkdir(parents=True)
    lines = [
        ["experiment", "id", "kind", "verdict", "evidence"],
        ["gan", "vivid", "result", "reproduced", "✓ a"],
        ["gan", "sharp", "result", "reproduced", "✓ a"],
        ["cnn", "grey", "result", "reproduced", "✓ a"],
        ["cnn", "size", "architecture", "agrees", "✓ b"],
        ["cnn", "best", "result", "inconclusive", MISSING],
        ["cnn", "good", "result", "inconclusive", "? a; for the second look: 6 seeds"],
        ["cnn", "fair", "result", "inconclusive", "? a; ? b; both looks are over"],
        ["cnn", "liked", "result", "not testable here", "needs people"],
    ]
    with file.open("w", encoding="utf-8") as stream:
        csv.writer(stream).writerows(lines)
    table = counts_table(Clone(tmp_path))
    assert [row[:2] for row in rows(table)] == [
        ["reproduced", "3"],
        ["not reproduced", "0"],
        ["inconclusive", "3"],
        ["not testable here", "1"],
    ]
    assert "| reproduced | 3 | in the next table |" in table
    assert "| not reproduced | 0 | - |" in table
    assert (
        "1 wait for runs; 1 undecided after three seeds: six may decide them; 1 still undecided "
        "after six"
    ) in table


def test_the_decided_results_with_their_words(tmp_path):
    assert "not been judged yet" in decided_table(Clone(tmp_path))
    file = tmp_path / "results" / "claims" / "claims.csv"
    file.parent.mkdir(parents=True)
    lines = [
        ["experiment", "id", "claim", "kind", "verdict", "evidence"],
        ["gan", "near", "It is near.", "result", "not reproduced", "✗ a = 1"],
        ["gan", "vivid", "It is vivid.", "result", "reproduced", "✓ b = 2; runs of a: b"],
        ["cnn", "size", "It is large.", "architecture", "agrees", "✓ c = 3"],
        ["cnn", "best", "It is best.", "result", "inconclusive", "? d = 4"],
    ]
    with file.open("w", encoding="utf-8") as stream:
        csv.writer(stream).writerows(lines)
    where = "[gan](../experiments/gan/README.md#reported-and-obtained)"
    assert rows(decided_table(Clone(tmp_path))) == [
        ["reproduced", "It is vivid. (`vivid`)", "✓ b = 2", where],
        ["not reproduced", "It is near. (`near`)", "✗ a = 1", where],
    ]
