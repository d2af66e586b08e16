"""A page's strips, as one array or with a given number of rows each."""

from collections.abc import Iterator

import numpy as np

from colorkeras.photos.formats.pages import Page


def whole(page: Page) -> np.ndarray:
    """All rows of a page as (height, width, channels).

    Raises:
        ValueError: when the strips have another shape, dtype or number of rows.
    """
    (rows,) = regrouped(page, page.height)
    return rows


def regrouped(page: Page, count: int) -> Iterator[np.ndarray]:
    """The rows of a page, so many at a time; the array is used again for the next ones.

    Raises:
        ValueError: when the strips have another shape, dtype or number of rows than the page.
    """
    rows = np.empty((count, page.width, page.channels), f"uint{page.depth}")
    filled, missing = 0, page.height
    for strip in page.strips:
        _check(page, strip)
        missing -= len(strip)
        while len(strip) and missing >= 0:
            part = strip[: count - filled]
            rows[filled : filled + len(part)] = part
            filled, strip = filled + len(part), strip[len(part) :]
            if filled == count:
                yield rows
                filled = 0
        if missing < 0:
            break
    if missing:
        raise ValueError(f"{page.height - missing} of {page.height} rows were given")
    if filled:
        yield rows[:filled]


def _check(page: Page, strip: np.ndarray) -> None:
    """Refuse a strip that is none of the page.

    Raises:
        ValueError: when it has another width, number of channels or dtype.
    """
    expected = (page.width, page.channels)
    if strip.shape[1:] != expected or strip.dtype != f"uint{page.depth}":
        raise ValueError(f"a strip of {strip.shape}, {strip.dtype}: expected (rows, *{expected})")
