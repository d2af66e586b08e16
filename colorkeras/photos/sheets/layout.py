"""Where everything stands on the pages of a contact sheet: a grid, the same on all pages."""

from dataclasses import dataclass

from colorkeras.console.wrapping import MOST, wrap_name
from colorkeras.data.images.lettering import length_of
from colorkeras.photos.sheets.previews import Preview, Shown

MOST_ON_PAGE = 24  # photographs
MOST_IMAGES = 24  # of one photograph
MARGIN, GAP, SEAM = 24, 20, 4  # pixels around all, between photographs, between images of one
TEXT, LINE = 14, 19  # pixels of the font and of a line
_WIDTH, _HEIGHT = 240, 200  # most pixels of a small picture
_ACROSS = 8  # small pictures in a row of the page
_PAGE_HEIGHT = 4000  # pixels, unless one photograph needs more
_MOST_LINES = 3  # of a caption

Sized = tuple[Preview, tuple[int, int]]  # with (width, height) on the page


@dataclass(frozen=True)
class Group:
    """A photograph on a page: its images, in rows, and the lines of its caption."""

    rows: list[list[Sized]]
    caption: list[str]

    @property
    def height(self) -> int:
        """In pixels."""
        return sum(tallest(row) + SEAM for row in self.rows) + len(self.caption) * LINE


Page = list[list[Group]]  # rows of photographs


@dataclass(frozen=True)
class Layout:
    """All pages.

    Attributes:
        column: width of a photograph's images and caption in pixels.
        width: that of a page.
        heading: what stands above each page, before its number.
        pages: the pages, at least one.
    """

    column: int
    width: int
    heading: str
    pages: list[Page]


def layout_of(shown: list[Shown]) -> Layout:
    """Lay photographs out: up to 24 on a page, fewer where they are high.

    Args:
        shown: the photographs, in order; at least one.
    """
    cells = min(_ACROSS, max(len(_chosen(item)) for item in shown))
    columns = min(len(shown), _ACROSS // cells)
    column = cells * (_WIDTH + SEAM) - SEAM
    width = 2 * MARGIN + columns * (column + GAP) - GAP
    groups = [_group(item, cells, column) for item in shown]
    rows = [groups[first : first + columns] for first in range(0, len(groups), columns)]
    return Layout(column, width, _heading(shown), _pages(rows))


def row_height(row: list[Group]) -> int:
    """Pixels from a row of photographs to the next one."""
    return max(group.height for group in row) + GAP


def tallest(row: list[Sized]) -> int:
    """The height in pixels of the highest image in a row."""
    return max(height for _, (_, height) in row)


def lines_of(text: str, width: int) -> list[str]:
    """A text in at most three lines; of a longer one the middle is left out."""
    if len(text) > MOST:
        text = f"{text[: MOST // 2]}…{text[1 - MOST // 2 :]}"
    lines = wrap_name(text, width, lambda part: length_of(part, TEXT), at_slash=False)
    if len(lines) <= _MOST_LINES:
        return lines
    return [f"{lines[0][:-1]}…", *lines[1 - _MOST_LINES :]]


def _pages(rows: list[list[Group]]) -> list[Page]:
    pages: list[Page] = []
    number = height = 0
    for row in rows:
        number, height = number + len(row), height + row_height(row)
        if not pages or number > MOST_ON_PAGE or height > _PAGE_HEIGHT:
            pages.append([])
            number, height = len(row), row_height(row)
        pages[-1].append(row)
    return pages


def _heading(shown: list[Shown]) -> str:
    colorings = max(len(item.after) for item in shown)
    parts = ["photograph", "coloring" if colorings == 1 else f"{colorings:,} colorings"]
    parts += ["doubt"] if any(item.doubt for item in shown) else []
    return f"{' | '.join(parts)}. The colors are a model's guess."


def _group(item: Shown, cells: int, width: int) -> Group:
    images = [(small, _fitted(small)) for small in _chosen(item)]
    hidden = len(item.images()) - len(images)
    caption = item.caption + (f" (and {hidden:,} more colorings)" if hidden else "")
    rows = [images[first : first + cells] for first in range(0, len(images), cells)]
    return Group(rows, lines_of(caption, width))


def _chosen(item: Shown) -> list[Preview]:
    """The images of a photograph that are drawn: of very many, the first ones and the last."""
    images = item.images()
    return images if len(images) <= MOST_IMAGES else [*images[: MOST_IMAGES - 1], images[-1]]


def _fitted(small: Preview) -> tuple[int, int]:
    """(width, height) within a cell, in the same proportions; never enlarged."""
    factor = min(1.0, _WIDTH / small.width, _HEIGHT / small.height)
    return max(1, round(small.width * factor)), max(1, round(small.height * factor))
