"""Pieces of HTML that all parts of the page share; every text is escaped here."""

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from PIL import Image

from colorkeras.console.safe_text import printable
from colorkeras.report.document import Table

_QUALITY = 75  # of WebP
_KINDS = {".svg": "image/svg+xml", ".webp": "image/webp"}


def text(value: object, keep: str = "") -> str:
    """Any value as text of HTML, all of it printable; characters in `keep` stay."""
    return escape(printable(value, keep=keep))


def data_url(content: bytes, suffix: str) -> str:
    """A file's content as an address that a browser reads without a network."""
    return f"data:{_KINDS[suffix]};base64,{base64.b64encode(content).decode('ascii')}"


def file_url(path: Path) -> str:
    """An SVG file as such an address; a PNG file as WebP, which takes a quarter of the bytes."""
    if path.suffix == ".svg":
        return data_url(path.read_bytes(), path.suffix)
    with Image.open(path) as image:
        return webp_url(image)


def webp_url(image: Image.Image) -> str:
    """An image as such an address, with the small losses of WebP."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "WEBP", quality=_QUALITY, method=4)
    return data_url(file.getvalue(), ".webp")


def plain_table(table: Table) -> str:
    """A table of a report, with its caption; pale rows are published numbers."""
    head = "".join(f'<th scope="col">{text(title)}</th>' for title in table.columns)
    rows = []
    for number, cells in enumerate(table.rows):
        kind = ' class="published"' if number in table.pale else ""
        body = "".join(_cell(table, number, place, cell) for place, cell in enumerate(cells))
        rows.append(f"<tr{kind}>{body}</tr>")
    caption = f"<caption>{text(table.caption)}</caption>" if table.caption else ""
    return (
        f'<div class="scroll" tabindex="0"><table>{caption}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(table: Table, row: int, column: int, cell: str) -> str:
    kind = ' class="text"' if 0 < column < table.num_text else ""
    shown = text(cell)
    return f"<td{kind}>{f'<b>{shown}</b>' if (row, column) in table.bold else shown}</td>"


def unfolding(summary: str, content: str) -> str:
    """A part that opens on a click; both arguments are HTML."""
    return f"<details><summary>{summary}</summary>{content}</details>"


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and texts."""
    rows = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs)
    return f"<dl>{rows}</dl>"


def options(pairs: Sequence[tuple[str, str]], chosen: str) -> str:
    """The options of a list to choose from, as (value, name)."""
    return "".join(
        f'<option value="{text(value)}"{" selected" if value == chosen else ""}>{text(name)}'
        "</option>"
        for value, name in pairs
    )
