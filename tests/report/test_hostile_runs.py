"""Runs from elsewhere in a comparison: hostile names and numbers, damaged files.

Each run is shown or listed as left out; no text of it acts as a command, a formula or markup.
"""

import contextlib
import csv
import io
import itertools
import json
import random
import re

import pytest
from sample_runs import GREY, MODEL, write_run, write_samples
from tiny_experiment import write_experiment

from colorkeras.claims.command import main as claims
from colorkeras.compare import main as compare
from colorkeras.report import figure_files
from colorkeras.report.comparison import compare_runs
from colorkeras.report.comparison_csv import comparison_csv
from colorkeras.report.comparison_report import report_blocks
from colorkeras.report.document import render_markdown, render_text
from colorkeras.report.latex import render_latex
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.systems_csv import systems_csv

FORMULA = '=HYPERLINK("http://x","y")'
HOSTILE = [
    FORMULA,
    "\x1b]0;title\x07\x1b[31m",
    "\u202egpj.exe",
    "a\nerror: b",
    "$\\frac$ and $x",
    "a|b`c<script>alert(1)</script>![x](http://y)&lt;~~z~~ _i_",
    "[/bold] [red]",
    "x" * 5000,
    "caf\udce9",
    "```\n# heading",
    "/etc/passwd",
    "..",
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A comparison of runs whose every text is somebody's attempt."""
    root = tmp_path_factory.mktemp("hostile")
    for number, text in enumerate(HOSTILE):
        plain = re.sub('[\n,"\udce9]', " ", text)  # what a cell can hold as it is
        folder = write_run(
            root,
            "cnn",
            str(number),
            preset=text,
            commit=text,
            data={"source": text, "manifest": text, "train": text},
            protocol={"data": text, "kernel": text, "hash": plain},
            precision={"used": text},
            parameters={text: 3},
            reported={text: {"value": text, "source": text}},
        )
        info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        named = json.dumps(info | {"experiment": text, "run": text})
        (folder / "run.json").write_text(named, encoding="utf-8")
        write_samples(folder, names=(plain, "two.png"))
        lines = (folder / "train.csv").read_text(encoding="utf-8").replace("loss_colorizer", "{}")
        term = '"' + text.replace('"', '""').replace("\n", " ") + '"'
        content = lines.format(term).encode("utf-8", "surrogateescape")
        (folder / "train.csv").write_bytes(content)
    return root


@pytest.fixture(scope="module")
def shown(hostile, tmp_path_factory):
    text, out = io.StringIO(), tmp_path_factory.mktemp("out")
    with contextlib.redirect_stdout(text), pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure_files, "DPI", 20)  # two hundred files
        assert compare([str(hostile), "-o", str(out)]) == 0
    return text.getvalue(), out


@pytest.mark.slow
def test_the_terminal(shown):
    text, _ = shown
    controls = map(chr, [*range(10), *range(11, 32), *range(127, 160), 0x202E])
    assert not set(text) & set(controls)
    assert "\\x1b]0;title\\x07" in text
    assert "\nerror: b" not in text


@pytest.mark.slow
def test_the_table_for_spreadsheets(shown):
    _, out = shown
    text = (out / "comparison.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) >= len(HOSTILE)
    cells = [cell for row in rows for key, cell in row.items() if key in ("experiment", "run")]
    assert f"'{FORMULA}" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert "\x1b" not in text


@pytest.mark.slow
def test_the_markdown(shown):
    _, out = shown
    text = (out / "comparison.md").read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>" not in text.replace("\\<", "")
    assert "\\<script\\>alert(1)" in text
    assert "\\!" not in text
    assert "!\\[x\\](http://y)" in text
    assert "\\&lt;\\~\\~z\\~\\~ \\_i\\_" in text
    # Every line of a table has the columns of its head.
    for is_table, lines in itertools.groupby(text.splitlines(), lambda line: line[:1] == "|"):
        if is_table:
            lines = list(lines)
            counts = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in lines}
            assert len(counts) == 1, lines[:3]
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert not any(line.startswith("# heading") for line in headings)


@pytest.mark.slow
def test_files_stay_in_the_folder(shown, hostile):
    _, out = shown
    names = [path.name for path in out.iterdir()]
    assert all(len(name.encode()) < 200 for name in names)
    curves = [name for name in names if name.startswith("learning_curves_")]
    assert len(curves) == 2 * len(HOSTILE)  # PNG and SVG
    assert not (hostile.parent / "passwd.png").exists()


NUMBERS = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "9" * 400,
    "1e999",
    "",
    "0",
    "-1",
    "x",
    "1e-320",
]


def test_numbers_of_any_size(tmp_path):
    """In every column of the records; each run has another of them."""
    for number in NUMBERS:
        metrics = dict.fromkeys(MODEL, number)
        folder = write_run(tmp_path, "cnn", f"n{number[:9]}", test={"grey": GREY, "model": metrics})
        for name in ("train.csv", "eval.csv"):
            lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
            last = lines[-1].rstrip("\n").split(",")
            for at in range(len(last)):
                if not last[at].replace(".", "").isdigit():
                    continue
                lines.append(",".join([*last[:at], number, *last[at + 1 :]]) + "\n")
            (folder / name).write_text("".join(lines), encoding="utf-8")
    for option in ([], ["--all"]):
        assert compare([str(tmp_path), "-o", str(tmp_path / "out"), *option]) == 0


VALUES = [None, True, 0, -1, 10**400, 1e308, float("nan"), "", "x", [], [1], {}, {"a": {"b": []}}]


def test_entries_of_any_kind(tmp_path, capsys):
    """Each entry of run.json by turns of each kind."""
    root = tmp_path / "runs"
    keys = json.loads((write_run(root) / "run.json").read_text(encoding="utf-8"))
    for number, (key, value) in enumerate(itertools.product(keys, VALUES)):
        folder = write_run(root, "cnn", f"{number}", seed=number)
        info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        (folder / "run.json").write_text(json.dumps(info | {key: value}), encoding="utf-8")
        (folder / "train.csv").unlink()
    comparison = compare_runs(root, unfinished=True)
    assert len(comparison.entries) + len(comparison.skipped) > len(keys) * len(VALUES) / 2
    results = list(map(ProtocolResults, comparison.groups))
    blocks = report_blocks(comparison, results)
    assert render_markdown(blocks)
    assert render_text(blocks)
    assert render_latex(blocks, {})
    assert systems_csv(results)
    assert comparison_csv(comparison)


RECORDS = ["run.json", "config.toml", "train.csv", "eval.csv"]


def damaged(content, chance):
    """A file cut, overwritten, or with another's bytes in it."""
    content = bytearray(content)
    kind = chance.randrange(4)
    if kind == 0:
        return bytes(content[: chance.randrange(len(content))])
    if kind == 1:
        for _ in range(1 + len(content) // 50):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif kind == 2:
        at = chance.randrange(len(content))
        content[at:at] = bytes(chance.choices(b'\x00\r\n,;"\xff[{0', k=20))
    else:
        at, length = chance.randrange(len(content)), chance.randrange(200)
        content[at : at + length] = b"\x00" * length
    return bytes(content)


def test_damaged_files_in_a_comparison_and_in_claims(tmp_path, capsys):
    root, chance = tmp_path / "runs", random.Random(1)
    write_run(root, "cnn", "whole")
    for number in range(60):
        folder = write_run(root, "cnn", f"r{number}", seed=number)
        write_samples(folder)
        image, index = "samples/test/000_model.png", "samples/test/index.csv"
        for name in chance.sample([*RECORDS, image, index], 3):
            content = (folder / name).read_bytes()
            (folder / name).write_bytes(damaged(content, chance))
    folder = write_run(root, "cnn", "folders")
    for name in RECORDS[1:]:
        (folder / name).unlink()
        (folder / name).mkdir()
    assert compare([str(root), "-o", str(tmp_path / "out"), "--all"]) == 0
    experiment = tmp_path / "exp"
    experiment.mkdir()
    write_experiment(experiment)
    condition = '{ metric = "psnr", run = "a", at_least = 1 }'
    claim = (
        '[[claims]]\nid = "a"\nclaim = "\x1b[31m"\nsource = "=1"\nkind = "result"\ntest = "t"\n'
        'runs = { a = { preset = "quick", data = "rendered", experiment = "exp" } }\n'
        f'command = "-c"\nconditions = [{condition}]\n'
    ).replace("\x1b", "\\u001b")
    (experiment / "claims.toml").write_bytes(b"\xef\xbb\xbf" + claim.encode())
    capsys.readouterr()
    command = [str(experiment), "--results", str(root), "-o", str(tmp_path / "claims")]
    assert claims(command) == 0
    assert "\x1b" not in capsys.readouterr().out
    text = (tmp_path / "claims" / "claims.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["claim"], row["source"], row["command"]) == ("\\x1b[31m", "'=1", "'-c")
