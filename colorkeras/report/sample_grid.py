"""Images side by side with their names: the sample grid of a run, from sRGB uint8 arrays."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from colorkeras.data.images.lettering import plain_font, size_of, wrapped
from colorkeras.records.atomic import replacing
from colorkeras.report.stored_images import read_image

WHITE, INK = (255, 255, 255), (40, 40, 40)
# Narrower images are enlarged, so that a title of two words fits above them.
MIN_CELL_WIDTH = 160


def make_grid(rows: list[list[np.ndarray]], column_titles: list[str]) -> np.ndarray:
    """Lay images out in rows under column titles, on white.

    Args:
        rows: per row one (height, width, 3) uint8 sRGB image per column.
        column_titles: such as "grey", "ours", "truth". Narrow images are enlarged by a whole
            factor, so that titles fit.

    Returns:
        The (height, width, 3) uint8 grid.

    Raises:
        ValueError: when rows, titles and images do not fit together.
    """
    _check(rows, column_titles)
    rows = _enlarged(rows)
    widths = [max(cell.shape[1] for cell in column) for column in zip(*rows, strict=True)]
    heights = [max(cell.shape[0] for cell in row) for row in rows]
    gap = _gap(max(widths))
    font = plain_font(max(12, min(20, max(widths) // 14)))
    headers = [wrapped(title, font, w) for title, w in zip(column_titles, widths, strict=True)]
    top = 2 * gap + max(size_of(header, font)[1] for header in headers)
    *lefts, right = _starts(gap, widths, gap)
    *tops, bottom = _starts(top, heights, gap)
    canvas = Image.new("RGB", (right, bottom), WHITE)
    draw = ImageDraw.Draw(canvas)
    for x, width, header in zip(lefts, widths, headers, strict=True):
        draw.multiline_text((x + width / 2, top - gap), header, INK, font, "md", align="center")
    _paste(canvas, rows, lefts, tops)
    return np.asarray(canvas)


def _enlarged(rows: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    """The images enlarged by one whole factor, so that titles fit above them."""
    factor = _factor(max(cell.shape[1] for row in rows for cell in row))
    return [[np.kron(c, np.ones((factor, factor, 1), np.uint8)) for c in row] for row in rows]


def _factor(width: int) -> int:
    """How many times cells of a width are enlarged."""
    return max(1, -(-MIN_CELL_WIDTH // width))


def _gap(width: int) -> int:
    """The pixels between cells of a width, enlarged."""
    return max(4, width // 40)


def _paste(
    canvas: Image.Image, rows: list[list[np.ndarray]], lefts: list[int], tops: list[int]
) -> None:
    for y, row in zip(tops, rows, strict=True):
        for x, cell in zip(lefts, row, strict=True):
            canvas.paste(Image.fromarray(cell), (x, y))


def _starts(first: int, sizes: list[int], gap: int) -> list[int]:
    """Where each of several boxes in a line begins, and where the line ends, in pixels."""
    return [first + sum(sizes[:i]) + gap * i for i in range(len(sizes) + 1)]


def _check(rows: list[list[np.ndarray]], column_titles: list[str]) -> None:
    if not rows or not column_titles:
        raise ValueError("a grid needs at least one row and one column")
    if any(len(row) != len(column_titles) for row in rows):
        lengths = sorted({len(row) for row in rows})
        raise ValueError(f"rows of {lengths} images under {len(column_titles)} column titles")
    for cell in (cell for row in rows for cell in row):
        if cell.dtype != np.uint8 or cell.ndim != 3 or cell.shape[2] != 3:
            raise ValueError(
                f"expected (height, width, 3) uint8, received {cell.shape} {cell.dtype}"
            )


def save_png(path: str | Path, image: np.ndarray, **options: Any) -> None:
    """Write a (height, width, 3) uint8 image as PNG, atomically; options are Pillow's."""
    with replacing(path) as temporary:
        Image.fromarray(image).save(temporary, **options)


def read_grid(path: Path, size: tuple[int, int]) -> list[list[np.ndarray]]:
    """Take a grid of `make_grid` apart again.

    Args:
        path: the PNG file.
        size: height and width of each image in it.

    Returns:
        Per row one (height, width, 3) uint8 image per column; no rows where the file cannot be
        read or is no such grid.
    """
    grid = read_image(path)
    if grid is None:
        return []
    factor = _factor(size[1])
    height, width = size[0] * factor, size[1] * factor
    gap = _gap(width)
    columns, rest = divmod(grid.shape[1] - gap, width + gap)
    lefts = [gap + column * (width + gap) for column in range(columns)]
    tops = range(grid.shape[0] - height - gap, gap, -(height + gap))  # titles are above the rows
    is_grid = rest == 0 and columns > 1 and len(tops) > 0 and (grid[:, :gap] == 255).all()
    if not is_grid:
        return []
    return [
        [grid[y : y + height : factor, x : x + width : factor] for x in lefts]
        for y in reversed(tops)
    ]
