"""The pages of a contact sheet as images: photographs in a grid, each beside its colorings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from colorkeras.console.wrapping import wrap_name
from colorkeras.data.images.lettering import draw_line, length_of
from colorkeras.photos.sheet_previews import Preview, Shown

MOST_ON_PAGE = 24  # photographs
MOST_IMAGES = 24  # of one photograph
_WIDTH, _HEIGHT = 240, 200  # most pixels of a small picture
_ACROSS = 8  # small pictures in a row of the page
_PAGE_HEIGHT = 4000  # pixels, unless one photograph needs more
_MARGIN, _GAP, _SEAM = 24, 20, 4  # around the page, between photographs, between their images
_TEXT, _LINE, _MOST_LINES = 14, 19, 3  # height of the font and of a line in pixels; lines
_PAPER, _INK, _MISSING = "white", "#282828", "#c0c0c0"
_BROKEN = (OSError, SyntaxError, ValueError)  # what Pillow raises


@dataclass(frozen=True)
class _Group:
    """A photograph on a page: its images in rows with their (width, height), and its caption."""

    rows: list[list[tuple[Preview, tuple[int, int]]]]
    caption: list[str]

    def height(self) -> int:
        return sum(_tallest(row) + _SEAM for row in self.rows) + len(self.caption) * _LINE


def pages_of(shown: list[Shown]) -> list[list[Shown]]:
    """Which photographs stand on which page: at most 24, fewer where they are high."""
    columns, cells = _grid(shown)
    pages: list[list[Shown]] = []
    height = 0
    for first in range(0, len(shown), columns):
        row = shown[first : first + columns]
        needed = max(_group(item, cells).height() for item in row) + _GAP
        room = MOST_ON_PAGE - len(pages[-1]) if pages else 0
        if len(row) > room or height + needed > _PAGE_HEIGHT:
            pages.append([])
            height = 0
        pages[-1] += row
        height += needed
    return pages


def render(
    shown: list[Shown], number: str, path_of: Callable[[Preview], Path], whole: list[Shown]
) -> np.ndarray:
    """Draw one page.

    Args:
        shown: the photographs of the page, in order.
        number: of the page, such as "1/3".
        path_of: where a small copy is.
        whole: the photographs of all pages, which have the same grid.

    Returns:
        (height, width, 3) uint8 sRGB. Proportions are kept, nothing is cut off, and a small copy
        that cannot be read is a grey box.
    """
    columns, cells = _grid(whole)
    groups = [_group(item, cells) for item in shown]
    rows = [groups[first : first + columns] for first in range(0, len(groups), columns)]
    width = 2 * _MARGIN + columns * (_group_width(cells) + _GAP) - _GAP
    heading = _lines(f"{_heading(whole)} {number}", width - 2 * _MARGIN)
    top = _MARGIN + len(heading) * _LINE + _GAP // 2
    height = top + sum(max(group.height() for group in row) + _GAP for row in rows)
    canvas = Image.new("RGB", (width, height), _PAPER)
    _write(canvas, _MARGIN, _MARGIN, heading)
    for row in rows:
        for column, group in enumerate(row):
            _draw(canvas, _MARGIN + column * (_group_width(cells) + _GAP), top, group, path_of)
        top += max(group.height() for group in row) + _GAP
    return np.asarray(canvas)


def _grid(shown: list[Shown]) -> tuple[int, int]:
    """(photographs beside each other, images of one beside each other), the same on all pages."""
    cells = min(_ACROSS, max(len(_chosen(item)) for item in shown))
    return min(len(shown), _ACROSS // cells), cells


def _group_width(cells: int) -> int:
    return cells * (_WIDTH + _SEAM) - _SEAM


def _heading(shown: list[Shown]) -> str:
    colorings = max(len(item.after) for item in shown)
    parts = ["photograph", "coloring" if colorings == 1 else f"{colorings} colorings"]
    parts += ["doubt"] if any(item.doubt for item in shown) else []
    return f"{' | '.join(parts)}. The colors are a model's guess."


def _group(item: Shown, cells: int) -> _Group:
    images = [(small, _fitted(small)) for small in _chosen(item)]
    hidden = len(item.images()) - len(images)
    caption = item.caption + (f" (and {hidden:,} more colorings)" if hidden else "")
    rows = [images[first : first + cells] for first in range(0, len(images), cells)]
    return _Group(rows, _lines(caption, _group_width(cells)))


def _chosen(item: Shown) -> list[Preview]:
    """The images of a photograph that are drawn: of very many, the first, and the doubt."""
    images = item.images()
    if len(images) <= MOST_IMAGES:
        return images
    return images[: MOST_IMAGES - 1] + images[-1:]


def _fitted(small: Preview) -> tuple[int, int]:
    """(width, height) within a cell, in the same proportions; never enlarged."""
    factor = min(1.0, _WIDTH / small.width, _HEIGHT / small.height)
    return max(1, round(small.width * factor)), max(1, round(small.height * factor))


def _tallest(row: list[tuple[Preview, tuple[int, int]]]) -> int:
    return max(height for _, (_, height) in row)


def _lines(text: str, width: int) -> list[str]:
    """A text in at most three lines; of a longer one the middle is left out."""
    lines = wrap_name(text, width, lambda part: length_of(part, _TEXT))
    if len(lines) <= _MOST_LINES:
        return lines
    return [f"{lines[0][:-1]}…", *lines[1 - _MOST_LINES :]]


def _draw(
    canvas: Image.Image, left: int, top: int, group: _Group, path_of: Callable[[Preview], Path]
) -> None:
    for row in group.rows:
        for x, (small, size) in _places(left, row):
            canvas.paste(_picture(path_of(small), size), (x, top))
        top += _tallest(row) + _SEAM
    _write(canvas, left, top, group.caption)


def _places(
    left: int, row: list[tuple[Preview, tuple[int, int]]]
) -> Iterator[tuple[int, tuple[Preview, tuple[int, int]]]]:
    for item in row:
        yield left, item
        left += item[1][0] + _SEAM


def _picture(path: Path, size: tuple[int, int]) -> Image.Image:
    try:
        with Image.open(path, formats=["JPEG"]) as image:
            image.draft("RGB", size)  # decoded at a reduced scale
            return image.resize(size, Image.Resampling.LANCZOS)
    except _BROKEN:
        return Image.new("RGB", size, _MISSING)


def _write(canvas: Image.Image, left: int, top: int, lines: list[str]) -> None:
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(lines, start=1):
        draw_line(draw, (left, top + number * _LINE - 5), line, _TEXT, _INK)
