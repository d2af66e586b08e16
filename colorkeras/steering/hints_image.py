"""Hints as strokes: a PNG of the photograph's proportions."""

from pathlib import Path

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.data.images.decode import Upright, decoded, opened, strips, upright_size
from colorkeras.data.images.formats import UnusableImage
from colorkeras.steering.limits import MOST_RADIUS, small_size

_OPAQUE = 128  # of 255: a pixel at least so opaque is a stroke
# Of an image without transparency: largest minus smallest sample of strokes, and of grey pixels.
_STROKE, _GREY = 32, 8
_MOST_STROKES = 0.5  # share of the pixels that may not be grey in such an image
_FORM = "a PNG that is transparent, or the grey photograph itself, but for strokes of color"


class NoStrokes(UserError):  # noqa: N818 - it describes a file, not an error of the program
    """Of a PNG without strokes."""


def read_strokes(path: Path, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read hints from a PNG with strokes.

    Where the PNG has transparency, opaque pixels are hints, also grey ones. Else it is taken for
    the grey photograph with strokes painted over it: hints are the pixels that have a color; most
    others must be grey. The strokes are reduced to at most `MOST_SIDE` pixels a side: each pixel of
    the small image that a stroke touches becomes a hint with the stroke's mean color there.

    Args:
        path: of the file.
        size: (height, width) of the photograph; the PNG may have another size of the same
            proportions.

    Returns:
        positions, colors and radius of `Hints`.

    Raises:
        UserError: when it is no such PNG; `NoStrokes` when nothing is painted.
    """
    try:
        with opened(path) as image:
            if image.format != "PNG":
                raise UnusableImage(f"is {image.format}, expected CSV or PNG")
            _check_size(path, upright_size(image), size)
            pixels = decoded(image)
            sums = _sums(path, pixels, small_size(*pixels.shape[:2]))
    except UnusableImage as error:
        raise UserError(f"{path}: hints cannot be read: {error.reason}.") from error
    touched = sums[..., 3] > 0
    if not touched.any():
        raise NoStrokes(f"{path}: has no hints; expected {_FORM}.")
    rows, columns = np.nonzero(touched)
    height, width = touched.shape
    positions = np.stack([(columns + 0.5) / width, (rows + 0.5) / height], axis=-1)
    colors = np.rint(sums[touched][:, :3] / sums[touched][:, 3:]).astype(np.uint8)
    # Half a pixel of the small image, so that strokes in a small PNG have no gaps.
    return positions, colors, np.full(len(rows), min(0.5 / max(touched.shape), MOST_RADIUS))


def _check_size(path: Path, own: tuple[int, int], size: tuple[int, int]) -> None:
    """Refuse other proportions: those that differ by more than rounding to pixels explains."""
    (height, width), (rows, columns) = own, size
    if abs(height * columns - width * rows) > max(rows, columns, height, width):
        raise UserError(
            f"{path}: is {width}x{height}, the photograph {columns}x{rows}; expected "
            "its size, or another of the same proportions."
        )


def _sums(path: Path, pixels: Upright, small: tuple[int, int]) -> np.ndarray:
    """Of each pixel of the small image the sums of red, green and blue of strokes, and their
    number: (height, width, 4)."""
    height, width, _ = pixels.shape
    sums = np.zeros((small[0] * small[1], 4))
    columns = np.arange(width) * small[1] // width
    has_alpha = pixels.has_alpha and _is_seen_through(pixels)
    colored = 0
    for top, bottom in strips(height, width):
        colors, alpha = pixels.rows_and_alpha(top, bottom)
        if colors.ndim == 2:
            colors = np.repeat(colors[..., np.newaxis], 3, axis=2)
        if has_alpha and alpha is not None:
            strokes = alpha >= _OPAQUE
        else:
            chroma = np.ptp(colors, axis=-1)
            strokes = chroma >= _STROKE
            colored += int((chroma > _GREY).sum())
        rows = np.arange(top, bottom) * small[0] // height
        places = (rows[:, np.newaxis] * small[1] + columns)[strokes]
        parts = [*colors[strokes].T, np.ones(len(places))]
        sums += np.stack([np.bincount(places, part, len(sums)) for part in parts], axis=-1)
    if colored > _MOST_STROKES * height * width:
        raise UserError(
            f"{path}: looks like an image in color, as {colored / height / width:.0%} "
            f"of its pixels are not grey; expected {_FORM}."
        )
    return sums.reshape(*small, 4)


def _is_seen_through(pixels: Upright) -> bool:
    """Whether a part of an image with transparency is in fact transparent."""
    height, width, _ = pixels.shape
    for top, bottom in strips(height, width):
        _, alpha = pixels.rows_and_alpha(top, bottom)
        if alpha is not None and (alpha < _OPAQUE).any():
            return True
    return False
