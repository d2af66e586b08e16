"""Tables and figures of a report as LaTeX: booktabs, grey for what is not ours, nothing unescaped.

The file compiles by itself with pdfLaTeX and BibTeX; a paper takes single tables out of it.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from colorkeras.console.safe_text import shortened
from colorkeras.report.document import (
    INTERVAL,
    MISSING,
    Block,
    Figure,
    Heading,
    Paragraph,
    Table,
    one_line,
)

MOST_ROWS = 40  # of a table on one page
_MOST_WIDE, _LONGEST_CAPTION = 200, 500  # characters
_PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage[a4paper,landscape,margin=15mm]{geometry}
\usepackage{booktabs,float,graphicx,xcolor}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
% A table that is wider than the text is made smaller.
\newcommand{\fitted}[1]{\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{#1}}
\newcommand{\reported}[1]{\textcolor{gray}{#1}}
\newcommand{\interval}[1]{{\scriptsize[#1]}}
"""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": "{-}",  # two of them would become a dash
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "[": "{[}",  # after \\ it would begin an option
    "]": "{]}",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "→": r"$\rightarrow$",
    "Δ": r"$\Delta$",
    "τ": r"$\tau$",
    "·": r"\textperiodcentered{}",
    "×": r"\texttimes{}",
    "±": r"\textpm{}",
    "°": r"\textdegree{}",
    "²": r"\texttwosuperior{}",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "’": "'",
    "“": "``",
    "”": "''",
}
# Of other letters, those that the font encoding T1 has.
_LETTERS = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŐőŔŕ"
    "ŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽžİ"
)


def render_latex(blocks: Iterable[Block], cited: Mapping[str, Sequence[str]]) -> str:
    """A report as a LaTeX document.

    Args:
        blocks: headings, text, tables and figures; commands are left out.
        cited: by experiment the keys of its works in sources.bib.
    """
    body = [text for number, block in enumerate(blocks, 1) if (text := _block(block, number))]
    keys = {name: found for name, found in cited.items() if found}
    if keys:
        body.append("\\section*{Sources}")
        works = (f"{_short(name)}~\\cite{{{','.join(found)}}}" for name, found in keys.items())
        body.append("; ".join(works) + ".")
        body.append("\\bibliographystyle{plain}\n\\bibliography{sources}")
    parts = [_PREAMBLE, "\\begin{document}", *body, "\\end{document}"]
    return "\n\n".join(parts) + "\n"


def latex(text: str) -> str:
    """Plain text as LaTeX that shows exactly that text, on one line.

    A character that the font lacks is shown by its number, as U+4E2D: the file always compiles.
    """
    return "".join(map(_character, one_line(text)))


def _short(text: str, most: int = _MOST_WIDE) -> str:
    """One line of limited length: TeX refuses a box that is wider than 5.7 m."""
    return latex(shortened(one_line(text), most))


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii() or character in _LETTERS:
        return character
    return f"\\texttt{{U+{ord(character):04X}}}"


def _block(block: Block, number: int) -> str:
    if isinstance(block, Heading):
        return f"\\section*{{{_short(block.text)}}}"
    if isinstance(block, Paragraph):
        return textwrap.fill(latex(block.text), 100, break_long_words=False, break_on_hyphens=False)
    if isinstance(block, Figure):
        return _figure(block)
    return _tables(block, number) if isinstance(block, Table) else ""


def _figure(figure: Figure) -> str:
    if not re.fullmatch(r"[\w.-]+", figure.file_name, re.ASCII):
        return ""
    return (
        "\\begin{figure}[H]\n\\centering\n"
        "\\includegraphics[width=\\linewidth,height=0.85\\textheight,keepaspectratio]"
        f"{{{figure.file_name}}}\n\\caption{{{_short(figure.caption)}}}\n\\end{{figure}}"
    )


def _tables(table: Table, number: int) -> str:
    """A table, cut after every `MOST_ROWS` rows."""
    starts = range(0, max(1, len(table.rows)), MOST_ROWS)
    return "\n\n".join(_table(table, number, start) for start in starts)


def _table(table: Table, number: int, start: int) -> str:
    lines = []
    for i, row in enumerate(table.rows[start : start + MOST_ROWS], start):
        if i in table.pale and i - 1 not in table.pale and i > start:
            lines.append("\\midrule")
        lines.append(" & ".join(_cell(table, i, j, text) for j, text in enumerate(row)) + r" \\")
    columns = "".join("l" if j < table.num_text else "r" for j in range(len(table.columns)))
    part = f"-{start // MOST_ROWS + 1}" if start else ""
    caption = _short(table.caption, _LONGEST_CAPTION) + (" (continued)" if start else "")
    head = " & ".join(_short(title) for title in table.columns) + r" \\"
    return "\n".join(
        [
            "\\begin{table}[H]",
            "\\centering",
            *([f"\\caption{{{caption}}}"] if table.caption else []),
            f"\\label{{table:{number}{part}}}",
            f"\\fitted{{\\begin{{tabular}}{{{columns}}}",
            "\\toprule",
            head,
            "\\midrule",
            *lines,
            "\\bottomrule",
            "\\end{tabular}}",
            "\\end{table}",
        ]
    )


def _cell(table: Table, row: int, column: int, text: str) -> str:
    found = INTERVAL.fullmatch(text) if column >= table.num_text else None
    mean = _short(found[1] if found else text)
    if (row, column) in table.bold:
        mean = f"\\textbf{{{mean}}}"
    cell = f"{mean} \\interval{{{latex(found[2])}, {latex(found[3])}}}" if found else mean
    return f"\\reported{{{cell}}}" if row in table.pale and text != MISSING else cell
