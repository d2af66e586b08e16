"""The pages of a contact sheet as images: photographs in a grid, each beside its colorings."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from colorkeras.data.images.lettering import draw_line
from colorkeras.photos.sheets.layout import (
    GAP,
    LINE,
    MARGIN,
    SEAM,
    TEXT,
    Group,
    Layout,
    lines_of,
    row_height,
    tallest,
)
from colorkeras.photos.sheets.previews import Preview

_PAPER, _INK, _MISSING = "white", "#282828", "#c0c0c0"
_DESCENT = 5  # pixels below the base line
_BROKEN = (OSError, SyntaxError, ValueError)  # what Pillow raises

PathOf = Callable[[Preview], Path]


def render(layout: Layout, number: int, path_of: PathOf) -> np.ndarray:
    """Draw one page.

    Args:
        layout: where everything stands.
        number: of the page, from 0.
        path_of: gives the file of a small copy.

    Returns:
        (height, width, 3) uint8 sRGB. Images are whole and in their proportions; for one that
        cannot be read there is a grey box.
    """
    rows, count = layout.pages[number], len(layout.pages)
    of_all = f" Page {number + 1} of {count}." if count > 1 else ""
    heading = lines_of(layout.heading + of_all, layout.width - 2 * MARGIN)
    top = MARGIN + len(heading) * LINE + GAP // 2
    height = top + sum(row_height(row) for row in rows)
    canvas = Image.new("RGB", (layout.width, height), _PAPER)
    _write(canvas, MARGIN, MARGIN, heading)
    for row in rows:
        for column, group in enumerate(row):
            _draw(canvas, MARGIN + column * (layout.column + GAP), top, group, path_of)
        top += row_height(row)
    return np.asarray(canvas)


def _draw(canvas: Image.Image, left: int, top: int, group: Group, path_of: PathOf) -> None:
    for row in group.rows:
        x = left
        for small, size in row:
            canvas.paste(_picture(path_of(small), size), (x, top))
            x += size[0] + SEAM
        top += tallest(row) + SEAM
    _write(canvas, left, top, group.caption)


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
        draw_line(draw, (left, top + number * LINE - _DESCENT), line, TEXT, _INK)
