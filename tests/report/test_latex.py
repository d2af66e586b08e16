"""LaTeX that compiles: every character escaped, every table and group closed."""

import re
import shutil
import subprocess

import pytest

from colorkeras.report.document import Figure, Heading, Paragraph, Table
from colorkeras.report.latex import MOST_ROWS, latex, render_latex

HOSTILE = "\\input{/etc/passwd} 100 % #1 $x_2^n$ a&b {~} [10pt] \"q\" 'q' `q` -- <|> 中 ő \x1b é"
TABLE = Table(
    ["System", "PSNR ↑"],
    [["a_b", "21.35 [21.10, 21.60]"], [HOSTILE, "-"], ["reported: x", "0.9"]],
    {(0, 1)},
    pale={2},
    caption="95 % of them",
)


def test_a_table():
    text = render_latex([TABLE], {})
    assert "\\caption{95 \\% of them}" in text
    assert "\\fitted{\\begin{tabular}{lr}\n\\toprule\nSystem & PSNR $\\uparrow$ \\\\" in text
    assert "a\\_b & \\textbf{21.35} \\interval{21.10, 21.60} \\\\" in text
    assert "\\midrule\n\\reported{reported: x} & \\reported{0.9} \\\\" in text


def test_every_special_character_is_escaped():
    text = latex(HOSTILE)
    assert text.isascii() or set(text) - set(map(chr, range(128))) == {"ő", "é"}
    assert "\\texttt{U+4E2D}" in text
    assert text.startswith("\\textbackslash{}input\\{/etc/passwd\\}")
    bare = re.sub(r"\\[a-z]+(\{\})?|\\[^a-z]", "", text)
    assert not set("%#$&_^~\\") & set(bare)


def test_braces_and_environments_close():
    blocks = [Heading(HOSTILE, 1), Paragraph(HOSTILE), TABLE, Figure("ranks_a.png", HOSTILE)]
    text = render_latex(blocks, {"a": ["x", "y"]})
    plain = re.sub(r"\\[\\{}]", "", text)
    assert plain.count("{") == plain.count("}")
    for name in re.findall(r"\\begin\{(\w+)\}", text):
        assert text.count(f"\\begin{{{name}}}") == text.count(f"\\end{{{name}}}")
    assert "a~\\cite{x,y}." in text
    assert "\\includegraphics" in text


def test_a_figure_with_a_name_that_is_no_plain_one_is_left_out():
    assert "includegraphics" not in render_latex([Figure("a}\\b.png", "x")], {})


def test_long_tables_are_cut_and_long_cells_shortened():
    rows = [["x" * 5000, str(i)] for i in range(MOST_ROWS + 1)]
    text = render_latex([Table(["a", "b"], rows, caption="c")], {})
    assert text.count("\\begin{tabular}") == 2
    assert "\\caption{c (continued)}" in text
    assert "x" * 201 not in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
def test_it_compiles(tmp_path):
    text = render_latex([Heading(HOSTILE), Paragraph(HOSTILE), TABLE], {"a": ["x"]})
    (tmp_path / "comparison.tex").write_text(text, encoding="utf-8")
    (tmp_path / "sources.bib").write_text("@misc{x,\n  title = {T},\n}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "comparison.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:].decode(errors="replace")
