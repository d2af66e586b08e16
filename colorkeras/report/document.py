"""A report as plain blocks, rendered as Markdown for the file and as text for the terminal.

Blocks hold plain text, which the renderer escapes: a run named "a|b" cannot break a table.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from colorkeras.console.safe_text import printable
from colorkeras.console.wrapping import wrap_name

# Characters that are markup in Markdown, HTML or formulas; "_" inside words is safe.
_MARKUP = re.compile(r"([\\`*|<>\[\]&~$]|(?<!\w)_|_(?!\w))")
MISSING = "-"  # a cell without a value
INTERVAL = re.compile(r"(\S+) \[(\S+), (\S+)\]")
_TEXT_WIDTH = 100
_FIRST_COLUMN_WIDTH = 40
_WIDEST_PADDING = 48


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the report's title."""

    text: str
    level: int = 2

    def markdown(self) -> str:
        """The heading as Markdown."""
        return f"{'#' * self.level} {escape(self.text)}"

    def text_lines(self) -> str:
        """The heading, underlined."""
        text = one_line(self.text)
        return f"{text}\n{('=' if self.level == 1 else '-') * len(text)}"


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str

    def markdown(self) -> str:
        """The text as Markdown."""
        return escape(self.text)

    def text_lines(self) -> str:
        """The text, wrapped."""
        return textwrap.fill(one_line(self.text), _TEXT_WIDTH, break_on_hyphens=False)


@dataclass(frozen=True)
class Command:
    """A command line to copy."""

    text: str

    def markdown(self) -> str:
        """The command in a code block."""
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", self.text)), default=0))
        return f"{fence}\n{printable(self.text)}\n{fence}"

    def text_lines(self) -> str:
        """The command, indented."""
        return f"    {printable(self.text)}"


@dataclass(frozen=True)
class Figure:
    """An image in a file beside the report; the terminal shows nothing."""

    file_name: str
    caption: str

    def markdown(self) -> str:
        """The image with its caption as Markdown."""
        return f"![{escape(self.caption)}]({self.file_name})"

    def text_lines(self) -> str:
        """Nothing."""
        return ""


@dataclass(frozen=True)
class Items:
    """A list.

    Attributes:
        entries: of each entry its name, its text, and further lines below it.
    """

    entries: list[tuple[str, str, list[str]]]

    def markdown(self) -> str:
        """The list as Markdown, with a list of its lines in each entry."""
        return self._joined("- **{}**: {}", "  - {}", escape)

    def text_lines(self) -> str:
        """The list with indented lines."""
        return self._joined("{}: {}", "  {}", one_line)

    def _joined(self, entry: str, line: str, shown: Callable[[str], str]) -> str:
        lines = []
        for name, text, below in self.entries:
            lines += [
                entry.format(shown(name), shown(text)),
                *(line.format(shown(b)) for b in below),
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Table:
    """A table of text cells.

    Attributes:
        columns: the headings.
        rows: the cells, one list per row.
        bold: (row, column) of the cells to mark: bold in Markdown, "*" in text.
        num_text: how many leading columns are text (aligned left); the others are numbers.
        pale: rows that are no results of ours: italic in Markdown, grey in LaTeX.
        caption: what was measured, on how many images; above the table.
        for_terminal: whether the terminal shows it too.
    """

    columns: list[str]
    rows: list[list[str]]
    bold: set[tuple[int, int]] = field(default_factory=set)
    num_text: int = 1
    pale: set[int] = field(default_factory=set)
    caption: str = ""
    for_terminal: bool = True

    def markdown(self) -> str:
        """The table as Markdown, padded so that it is readable as text."""
        header = [escape(title) for title in self.columns]
        cells = [
            [self._markdown_cell(i, j, cell) for j, cell in enumerate(row)]
            for i, row in enumerate(self.rows)
        ]
        # One long name must not make all other lines as long.
        widths = [
            min(_WIDEST_PADDING, max(3, *map(len, column)))
            for column in zip(header, *cells, strict=True)
        ]
        rule = ["-" * w if j < self.num_text else "-" * (w - 1) + ":" for j, w in enumerate(widths)]
        lines = [self._join(line, widths, " | ") for line in (header, rule, *cells)]
        caption = [f"{escape(self.caption)}\n"] if self.caption else []
        return "\n".join([*caption, *(f"| {line} |" for line in lines)])

    def _markdown_cell(self, i: int, j: int, cell: str) -> str:
        if (i, j) in self.bold:
            return f"**{escape(cell)}**"
        is_pale = i in self.pale and cell != MISSING
        return f"*{escape(cell)}*" if is_pale else escape(cell)

    def text_lines(self) -> str:
        """The table with headings broken into lines, so that columns of numbers stay narrow.

        Of an interval, half of its length is shown: `21.35 [21.10, 21.60]` as 21.35 above ± 0.25.
        """
        if not self.for_terminal:
            return ""
        header = [
            title.replace(" (", "\n(").replace(" ", "\n").split("\n") for title in self.columns
        ]
        body = [self._text_row(i, row) for i, row in enumerate(self.rows)]
        columns = zip(header, *body, strict=True)
        widths = [max(len(line) for cell in column for line in cell) for column in columns]
        lines = []
        # Headings are aligned to the bottom of their row, cells to the top.
        for row, reach in [(header, -1), *((row, 1) for row in body)]:
            height = max(map(len, row))
            padded = [(cell[::reach] + [""] * (height - len(cell)))[::reach] for cell in row]
            lines += [self._join(line, widths, "  ") for line in zip(*padded, strict=True)]
        lines.insert(max(map(len, header)), "  ".join("─" * width for width in widths))
        caption = [Paragraph(self.caption).text_lines(), ""] if self.caption else []
        return "\n".join([*caption, *(line.rstrip() for line in lines)])

    def _text_row(self, i: int, row: list[str]) -> list[list[str]]:
        """The lines of each cell; in a column with a star, other numbers leave room for it."""
        starred = {column for _, column in self.bold}
        cells = [wrap_name(row[0], _FIRST_COLUMN_WIDTH)]
        for j, text in enumerate(map(one_line, row[1:]), 1):
            end = "*" if (i, j) in self.bold else " " if j in starred else ""
            found = INTERVAL.fullmatch(text) if j >= self.num_text else None
            cells.append(
                [found[1] + end, f"± {_half(found)}{' ' * bool(end)}"] if found else [text + end]
            )
        return cells

    def _join(self, cells: Sequence[str], widths: list[int], separator: str) -> str:
        padded = [
            cell.ljust(width) if j < self.num_text else cell.rjust(width)
            for j, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return separator.join(padded)


Block = Heading | Paragraph | Command | Figure | Items | Table


def _half(interval: re.Match[str]) -> str:
    """Half of the length of an interval, with the decimals of its ends."""
    low, high = interval[2], interval[3]
    return f"{(float(high) - float(low)) / 2:.{len(high.partition('.')[2])}f}"


def render_markdown(blocks: Iterable[Block]) -> str:
    """The blocks as a Markdown document."""
    return "\n\n".join(block.markdown() for block in blocks) + "\n"


def render_text(blocks: Iterable[Block]) -> str:
    """The blocks as text for a terminal."""
    return "\n\n".join(filter(None, (block.text_lines() for block in blocks)))


def escape(text: str) -> str:
    """Plain text as Markdown that shows exactly that text, on one line."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def one_line(text: str) -> str:
    """The text with line breaks and runs of blanks as single blanks, all of it printable."""
    return printable(" ".join(text.split()))
