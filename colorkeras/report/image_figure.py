"""A figure of images in rows and columns with their names, each pixel a whole number of dots."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from colorkeras.console.wrapping import wrap_name
from colorkeras.report.figure_files import DPI
from colorkeras.report.figure_style import INK, PLAIN_TEXT

_LEAST_SIDE, _MOST_SIDE = 190, 320  # dots: width of the cells
_MOST_NAME = 28  # characters in a line of the names to the left of the rows
_LINE = 20  # dots, of text
_GAP = 10
_CHARACTER = 10.2  # dots, of wide letters
_FONT = 8
_BAR = 130  # dots, for the color bar with its numbers
_BOX = "#FF00FF"  # seen on any photograph, also by the color-blind, with its dark rim


@dataclass(frozen=True)
class Cell:
    """One place of the grid.

    Attributes:
        image: (height, width, 3) uint8 sRGB, or (height, width) float to be shown in the colors of
            the scale.
        text: below the image, a line or several.
        box: (left, top, side) in pixels: a square to mark.
    """

    image: np.ndarray
    text: str = ""
    box: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Scale:
    """Colors of the float images: from 0 to `most`, with the words beside the color bar."""

    most: float
    words: str


@PLAIN_TEXT
def image_figure(
    rows: list[tuple[str, list[Cell]]], columns: list[str], scale: Scale | None = None
) -> Figure:
    """Lay images out.

    Args:
        rows: the name and the cells of each row; as many cells as columns.
        columns: what stands above the columns.
        scale: of float images, for the color bar.
    """
    shapes = [cell.image.shape[:2] for _, cells in rows for cell in cells]
    height, width = (max(sizes) for sizes in zip(*shapes, strict=True))
    factor: float = -(-_LEAST_SIDE // width) if width < _LEAST_SIDE else min(1, _MOST_SIDE / width)
    wide, high = round(width * factor), round(height * factor)
    heads = [wrap_name(name, wide / _CHARACTER, at_slash=False)[:3] for name in columns]
    top = _GAP + _LINE * max(map(len, heads))
    tails = [
        _LINE * max(c.text.count("\n") + 1 if c.text else 0 for c in cells) for _, cells in rows
    ]
    total_high = top + sum(high + tail + _GAP for tail in tails)
    names = [wrap_name(name, _MOST_NAME) for name, _ in rows]
    left = 2 * _GAP + round(_CHARACTER * max(len(line) for name in names for line in name))
    total_wide = left + len(columns) * (wide + _GAP) + (_BAR if scale else 0)
    figure = Figure(figsize=(total_wide / DPI, total_high / DPI), dpi=DPI)
    place = _Place(figure, total_wide, total_high)
    for column, head in enumerate(heads):
        x = left + column * (wide + _GAP) + wide / 2
        place.text(x, top - 6, "\n".join(head), ha="center", va="bottom")
    y = top
    for name, (_, cells), tail in zip(names, rows, tails, strict=True):
        place.text(left - _GAP, y + high / 2, "\n".join(name), ha="right", va="center")
        for column, cell in enumerate(cells):
            x = left + column * (wide + _GAP)
            _draw(place, cell, (x, y, wide, high), scale)
        y += high + tail + _GAP
    if scale:
        _draw_bar(place, scale, (total_wide - _BAR, top, total_high - top - 3 * _GAP))
    return figure


class _Place:
    """Places in dots from the upper left corner."""

    def __init__(self, figure: Figure, wide: int, high: int) -> None:
        self.figure, self.wide, self.high = figure, wide, high

    def axes(self, x: float, y: float, wide: float, high: float) -> Any:
        bottom = self.high - y - high
        box = (x / self.wide, bottom / self.high, wide / self.wide, high / self.high)
        return self.figure.add_axes(box)

    def text(self, x: float, y: float, words: str, **options: Any) -> None:
        at = (x / self.wide, 1 - y / self.high)
        style = {"fontsize": _FONT, "color": INK, "linespacing": 1.1, **options}
        self.figure.text(*at, words, **style)


def _draw(
    place: _Place, cell: Cell, box: tuple[float, float, float, float], scale: Scale | None
) -> None:
    x, y, wide, high = box
    height, width = cell.image.shape[:2]
    share = min(wide / width, high / height)
    size = (width * share, height * share)
    axes = place.axes(x + (wide - size[0]) / 2, y + (high - size[1]) / 2, *size)
    axes.set_axis_off()
    options: dict[str, Any] = {"interpolation": "nearest" if share >= 1 else "antialiased"}
    if cell.image.ndim == 2 and scale:
        options |= {"cmap": "inferno", "vmin": 0, "vmax": scale.most}
    axes.imshow(cell.image, aspect="auto", **options)
    if cell.box:
        left, top, side = cell.box
        for color, thick in (("black", 3.0), (_BOX, 1.4)):
            corner = (left - 0.5, top - 0.5)
            axes.add_patch(Rectangle(corner, side, side, fill=False, ec=color, lw=thick))
    if cell.text:
        place.text(x + wide / 2, y + high + 4, cell.text, ha="center", va="top", fontsize=7)


def _draw_bar(place: _Place, scale: Scale, box: tuple[float, float, float]) -> None:
    x, y, high = box
    axes = place.axes(x + 2 * _GAP, y, 2 * _GAP, min(high, 600))
    colors = ScalarMappable(Normalize(0, scale.most), "inferno")
    bar = place.figure.colorbar(colors, cax=axes, extend="max", extendfrac=0.03)
    bar.set_label(scale.words, fontsize=_FONT, color=INK)
    bar.ax.tick_params(labelsize=7)
