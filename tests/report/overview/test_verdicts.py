"""The verdicts in an experiment's README, from a hand-made claims.csv."""

import csv

import pytest
from generated_tables import rows

from colorkeras.report.overview.clone import Clone
from colorkeras.report.overview.verdicts import counts_table, decided_table, verdicts_table

HEAD = ["experiment", "id", "claim", "kind", "verdict", "evidence", "undecided looks"]
CONDITIONS = ["experiment", "id", "holds", "text", "seeds", "against_seeds"]


@pytest.fixture
def write(tmp_path):
    """Write claims.csv and conditions.csv; return the clone."""

    def write(lines, conditions=()):
        folder = tmp_path / "results" / "claims"
        folder.mkdir(parents=True, exist_ok=True)
        for name, head, content in (
            ("claims.csv", HEAD, lines),
            ("conditions.csv", CONDITIONS, conditions),
        ):
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([head, *content])
        return Clone(tmp_path)

    return write


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], "needs people; and more"),
        ([("yes", "✓ a [1, 2]", "3", "")], "✓ a \\[1, 2\\]<br>3 seeds"),
        (
            [("yes", "✓ a", "1", ""), ("no", "✗ b", "3", "3")],
            "✗ b<br>✓ a<br>3 seeds each<br>1 seed",
        ),
        ([("yes", "✓ a", "6", ""), ("yes", "✓ b", "6", "6")], "✓ a<br>✓ b<br>6 seeds each"),
        (
            [("undecided", "? no run", "", ""), ("undecided", "? no run", "", "")],
            "? no run",
        ),
        (
            [
                *[("yes", f"✓ {letter}", "6", "3") for letter in "abc"],
                ("undecided", "? d", "6", "3"),
                ("no", "✗ e", "6", "3"),
            ],
            "✗ e<br>? d<br>✓ a<br>and 2 more conditions<br>6 and 3 seeds",
        ),
    ],
)
def test_what_was_found(write, conditions, expected):
    line = ["gan", "so", "It is so.", "result", "reproduced", "needs people; and more", ""]
    others = [["gan", "other", "yes", "✓ x", "9", ""], ["cnn", "so", "yes", "✓ y", "9", ""]]
    clone = write([line], [*others, *(["gan", "so", *row] for row in conditions)])
    assert rows(verdicts_table(clone, "gan")) == [["`so`", "It is so.", "reproduced", expected]]


def test_one_file_alone_is_not_read(write):
    clone = write([])
    (clone.root / "results" / "claims" / "conditions.csv").unlink()
    assert "not been judged yet" in verdicts_table(clone, "gan")


def test_the_results_of_one_experiment(tmp_path, write):
    assert "not been judged yet" in verdicts_table(Clone(tmp_path), "gan")
    lines = [
        ["gan", "vivid", "It is | vivid.", "result", "reproduced", "✓ a", ""],
        ["gan", "size", "It is large.", "architecture", "agrees", "✓ b", ""],
        ["cnn", "grey", "It is grey.", "result", "inconclusive", "? c", ""],
    ]
    table = verdicts_table(write(lines), "gan")
    assert "(../../results/claims/claims.md#gan)" in table
    assert len(rows(table)) == 1
    assert "| `vivid` | It is \\| vivid. | reproduced | ✓ a |" in table


def test_how_many_results_have_each_verdict(tmp_path, write):
    assert "not been judged yet" in counts_table(Clone(tmp_path))
    verdicts = [
        *[("result", "reproduced", "")] * 3,
        ("architecture", "agrees", ""),
        *[("result", "inconclusive", looks) for looks in ("", "1", "2")],
        ("result", "not testable here", ""),
    ]
    lines = [["gan", "so", "It is so.", *line[:2], "", line[2]] for line in verdicts]
    table = counts_table(write(lines))
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


def test_the_decided_results_with_their_words(tmp_path, write):
    assert "not been judged yet" in decided_table(Clone(tmp_path))
    lines = [
        ["gan", "near", "It is near.", "result", "not reproduced", "", ""],
        ["gan", "vivid", "It is vivid.", "result", "reproduced", "", ""],
        ["cnn", "size", "It is large.", "architecture", "agrees", "", ""],
        ["cnn", "best", "It is best.", "result", "inconclusive", "", ""],
    ]
    conditions = [
        ["gan", "near", "no", "✗ a = 1", "6", "6"],
        ["gan", "vivid", "yes", "✓ b = 2", "3", ""],
    ]
    where = "[gan](../experiments/gan/README.md#reported-and-obtained)"
    assert rows(decided_table(write(lines, conditions))) == [
        ["reproduced", "It is vivid. (`vivid`)", "✓ b = 2<br>3 seeds", where],
        ["not reproduced", "It is near. (`near`)", "✗ a = 1<br>6 seeds each", where],
    ]
