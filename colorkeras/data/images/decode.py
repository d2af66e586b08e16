"""Image files → sRGB arrays: the only place that decodes, for training, evaluation, colorizing.

Pillow is the one decoder: it takes scaled JPEG decodes and lets other threads run while it works.
A file that cannot be shown truthfully is an `UnusableImage` with a short reason; an image is never
half decoded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import ExifTags, Image

from colorkeras.data.images import modes
from colorkeras.data.images.formats import UnusableImage, damage, hidden_damage, open_image

MAX_PIXELS = 178_956_970  # twice Pillow's warning limit: what Pillow itself refuses as a bomb

STRIP_PIXELS = 2**19  # turned into sRGB at a time
_FROM_THE_END = (3, 4, 7, 8)  # EXIF orientations whose first row is stored last
_FLIPS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class ImageHeader:
    """What a file says about itself before a pixel is decoded; sizes are those seen upright."""

    format: str
    mode: str
    width: int
    height: int
    frames: int


def read_header(path: str | Path) -> ImageHeader:
    """Read an image file's header; no pixel is decoded and no size is refused.

    Raises:
        UnusableImage: The file cannot be opened or is not one of `FORMAT_NAMES`.
    """
    with opened(path) as image:
        return header_of(image)


@contextmanager
def opened(path: str | Path) -> Iterator[Image.Image]:
    """Open an image file for a block: its header is parsed, no pixel is decoded.

    Raises:
        UnusableImage: The file cannot be opened or is not one of `FORMAT_NAMES`.
    """
    with _file(path) as stream:
        yield open_image(stream)


def read_rgb(
    path: str | Path,
    *,
    at_least: tuple[int, int] | None = None,
    max_pixels: int = MAX_PIXELS,
    checked: bool = False,
) -> np.ndarray:
    """Decode an image file to upright sRGB; which of several frames or pages, says `open_image`.

    Args:
        path: JPEG, PNG, WebP, BMP, GIF or TIFF, whatever its extension says.
        at_least: (height, width) that the caller needs. A larger JPEG may then come out at 1/2,
            1/4 or 1/8 of its size, never smaller than this in either direction.
        max_pixels: largest width x height that is decoded.
        checked: the caller knows these bytes to have passed before, as those of a scanned folder:
            damage that decodes without complaint is then not looked for.

    Returns:
        (height, width, 3) uint8, contiguous. Transparency is laid over white; 16 bits become 8,
        then colors that the file states not to be sRGB are converted (see `color_meaning`); a
        damaged color profile counts as none.

    Raises:
        UnusableImage: Missing, damaged, truncated, too large, another format, or samples that sRGB
            cannot represent truthfully.
    """
    with opened(path) as image:
        return decode(image, at_least=at_least, max_pixels=max_pixels, checked=checked)


def header_of(image: Image.Image) -> ImageHeader:
    """The header of an image that `open_image` gave."""
    width, height = image.size
    if _orientation(image) >= 5:
        width, height = height, width
    try:
        chosen = image.tell()
        frames = getattr(image, "n_frames", 1)  # reads on to the last frame of a GIF or TIFF
        if frames > 1:
            image.seek(chosen)
    except Exception:  # the first frame may be sound all the same
        frames = 1
    return ImageHeader(_format(image), image.mode, width, height, frames)


def decode(image: Image.Image, **options) -> np.ndarray:
    """Decode what `open_image` gave; options, result and errors are those of `read_rgb`."""
    return _decoded(image, **options).whole()


@contextmanager
def opened_rows(path: str | Path) -> Iterator["Upright"]:
    """An image file as `read_rgb` shows it, decoded, but turned into sRGB row by row.

    Raises:
        UnusableImage: as `read_rgb`.
    """
    with opened(path) as image:
        yield _decoded(image)


class Upright:
    """A decoded image, whose rows are made upright sRGB when they are asked for.

    Attributes:
        shape: (height, width, 3).
    """

    def __init__(self, decoded: modes.Decoded, orientation: int) -> None:
        self._decoded, self._orientation = decoded, orientation
        height, width = decoded.height, decoded.width
        self.shape = (width, height, 3) if orientation >= 5 else (height, width, 3)

    def rows(self, top: int, bottom: int) -> np.ndarray:
        """Rows `top` to `bottom` as (rows, width, 3) uint8; read-only."""
        height, width = self._decoded.height, self._decoded.width
        if self._orientation in _FROM_THE_END:
            top, bottom = self.shape[0] - bottom, self.shape[0] - top
        sideways = self._orientation >= 5
        box = (top, 0, bottom, height) if sideways else (0, top, width, bottom)
        part = self._decoded.part(*box)
        if self._orientation in _FLIPS:
            part = part.transpose(_FLIPS[self._orientation])
        return np.asarray(part)

    def whole(self) -> np.ndarray:
        """(height, width, 3) uint8, contiguous."""
        height, width, _ = self.shape
        if height * width <= STRIP_PIXELS:
            return self.rows(0, height)
        pixels = np.empty(self.shape, np.uint8)
        for top, bottom in strips(height, width):
            pixels[top:bottom] = self.rows(top, bottom)
        return pixels


def strips(height: int, width: int) -> Iterator[tuple[int, int]]:
    """(first, last + 1) row of portions of about `STRIP_PIXELS` pixels."""
    step = max(1, STRIP_PIXELS // width)
    for top in range(0, height, step):
        yield top, min(top + step, height)


def _decoded(
    image: Image.Image,
    *,
    at_least: tuple[int, int] | None = None,
    max_pixels: int = MAX_PIXELS,
    checked: bool = False,
) -> Upright:
    width, height = image.size
    if width * height > max_pixels:
        raise UnusableImage(f"{width}x{height} is larger than {max_pixels} pixels")
    if reason := modes.refusal(image):
        raise UnusableImage(f"{_format(image)} with {reason}")
    try:
        # A download that broke off and was filled up with zeros decodes without complaint.
        if image.format == "JPEG" and b"\xff\xd9" not in image.fp.read():
            raise UnusableImage("truncated (no end marker)")
        if not checked and (reason := hidden_damage(image)):
            raise UnusableImage(f"damaged ({reason})")
        orientation = _orientation(image)
        if at_least:
            rows, columns = at_least[::-1] if orientation >= 5 else at_least
            image.draft(None, (columns, rows))
        return Upright(modes.Decoded(image), orientation)
    except UnusableImage:
        raise
    except Exception as error:  # hostile bytes: Pillow's decoders raise nearly anything
        raise UnusableImage(damage(error)) from error


def fit(image: np.ndarray, height: int, width: int, rule: str = "crop") -> np.ndarray:
    """Bring an image to a given size, by area averaging where it shrinks, cubic where it grows.

    Args:
        image: (rows, columns, 3) uint8.
        height: rows wanted.
        width: columns wanted.
        rule: "crop" cuts the largest centred part of the wanted aspect ratio and resizes that;
            "stretch" resizes the whole image, changing its proportions.

    Returns:
        (height, width, 3) uint8, contiguous.

    Raises:
        ValueError: Unknown rule.
    """
    if rule not in ("crop", "stretch"):
        raise ValueError(f"Resize rule {rule!r}: expected 'crop' or 'stretch'.")
    rows, columns = image.shape[:2]
    if rule == "crop":
        kept_rows = min(rows, max(1, round(columns * height / width)))
        kept_columns = min(columns, max(1, round(rows * width / height)))
        top, left = (rows - kept_rows) // 2, (columns - kept_columns) // 2
        image = image[top : top + kept_rows, left : left + kept_columns]
        rows, columns = kept_rows, kept_columns
    if rows > height or columns > width:
        # A side that has to grow waits for the cubic kernel: INTER_AREA would repeat pixels.
        smaller = (min(columns, width), min(rows, height))
        image = cv2.resize(image, smaller, interpolation=cv2.INTER_AREA)
    if image.shape[:2] != (height, width):
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(image)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1–8 that is still to be applied; 1 where it is damaged or missing."""
    if image.format == "TIFF":
        return 1  # Pillow turns TIFF upright by itself, in `size` too
    try:
        # Not `image.getexif()`: PNG's would decode the pixels to look for EXIF after them.
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)
        return value if value in _FLIPS else 1
    except Exception:  # hostile metadata on an image that may be sound
        return 1


def _format(image: Image.Image) -> str:
    return "JPEG" if image.format == "MPO" else str(image.format)  # MPO: JPEG with more images


@contextmanager
def _file(path: str | Path) -> Iterator[BinaryIO]:
    try:
        if Path(path).exists() and not Path(path).is_file():  # a pipe would make us wait
            raise UnusableImage("not a regular file")
        with open(path, "rb") as stream:
            yield stream
    except OSError as error:
        raise UnusableImage(f"cannot be opened ({error.strerror})") from error
