"""Image files → sRGB arrays. Training, evaluation and colorizing all decode here.

Pillow is the decoder (see `compact` for large images): it decodes JPEG at reduced scale, and other
threads can run meanwhile. A file that sRGB cannot represent correctly raises `UnusableImage` with a
short reason. No image is returned that is only partly decoded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageFile

from colorkeras.config.settings import RESIZE_RULES
from colorkeras.data.images import modes
from colorkeras.data.images.formats import UnusableImage, damage, hidden_damage, open_image
from colorkeras.data.images.ordinary_jpeg import read_ordinary
from colorkeras.data.images.png import exif_after_pixels

MAX_PIXELS = 178_956_970  # twice Pillow's warning limit: Pillow itself refuses more as a bomb

STRIP_PIXELS = 2**19  # converted to sRGB at a time
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


@contextmanager
def opened(path: str | Path) -> Iterator[ImageFile.ImageFile]:
    """Open an image file for a `with` block: its header is parsed, no pixel is decoded.

    Raises:
        UnusableImage: when the file cannot be opened or has none of the formats `FORMAT_NAMES`.
    """
    with image_stream(path) as stream:
        yield open_image(stream)


def read_rgb(
    path: str | Path,
    *,
    at_least: tuple[int, int] | None = None,
    max_pixels: int = MAX_PIXELS,
    checked: bool = False,
) -> np.ndarray:
    """Decode an image file to upright sRGB; of several frames or pages, see `open_image`.

    Args:
        path: JPEG, PNG, WebP, BMP, GIF or TIFF, whatever its extension is.
        at_least: (height, width) that the caller needs. A larger JPEG may then be decoded at 1/2,
            1/4 or 1/8 of its size, never smaller than this in either direction.
        max_pixels: largest width x height that is decoded.
        checked: whether these bytes passed the checks before, as those of a scanned folder did.
            Damage that the decoder does not notice is then not looked for.

    Returns:
        (height, width, 3) uint8 sRGB, contiguous. Transparent parts are laid over white and 16-bit
        samples become 8-bit. Colors that the file states not to be sRGB are converted (see
        `color_meaning`); a damaged color profile is ignored.

    Raises:
        UnusableImage: when the file is missing, damaged, truncated, too large or of another
            format, or sRGB cannot represent its colors correctly.
    """
    if checked and (ordinary := read_ordinary(path, at_least, max_pixels)) is not None:
        return ordinary
    with opened(path) as image:
        return decode(image, at_least=at_least, max_pixels=max_pixels, checked=checked)


def upright_size(image: ImageFile.ImageFile) -> tuple[int, int]:
    """(height, width) in pixels of an image that `open_image` has opened, as seen upright."""
    width, height = image.size
    return (width, height) if exif_orientation(image) >= 5 else (height, width)


def decode(
    image: ImageFile.ImageFile,
    *,
    at_least: tuple[int, int] | None = None,
    max_pixels: int = MAX_PIXELS,
    checked: bool = False,
) -> np.ndarray:
    """Decode what `open_image` has opened; options, result and errors are those of `read_rgb`."""
    return decoded(image, at_least, max_pixels, checked).whole()


class Upright:
    """A decoded image whose rows are made upright sRGB when they are asked for.

    Attributes:
        shape: (height, width, 3) of the upright image.
        has_alpha: whether parts of it may be transparent.
    """

    def __init__(self, decoded: modes.Decoded, orientation: int) -> None:
        self._decoded, self._orientation = decoded, orientation
        self.has_alpha = decoded.has_alpha
        height, width = decoded.height, decoded.width
        self.shape = (width, height, 3) if orientation >= 5 else (height, width, 3)

    def rows(self, top: int, bottom: int) -> np.ndarray:
        """Rows `top` to `bottom` - 1 as (bottom - top, width, 3) uint8 sRGB; read-only."""
        part = self._turned(self._decoded.part(*self._box(top, bottom)))
        return np.asarray(part if part.mode == "RGB" else part.convert("RGB"))

    def rows_and_alpha(self, top: int, bottom: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Rows `top` to `bottom` - 1 with their opacity apart.

        Returns:
            colors: (bottom - top, width, 3) uint8 sRGB, or (bottom - top, width) where the image
                is stored as grey; as stored, also where it is transparent. Read-only.
            alpha: (bottom - top, width) uint8, 255 for opaque; None for an opaque image.
        """
        box = self._box(top, bottom)
        if not self._decoded.has_alpha:
            return np.asarray(self._turned(self._decoded.part(*box))), None
        alpha, part = self._decoded.alpha_and_part(*box)
        return np.asarray(self._turned(part)), np.asarray(self._turned(alpha))

    def _box(self, top: int, bottom: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of rows in the image as it is stored."""
        height, width = self._decoded.height, self._decoded.width
        if self._orientation in _FROM_THE_END:
            top, bottom = self.shape[0] - bottom, self.shape[0] - top
        return (top, 0, bottom, height) if self._orientation >= 5 else (0, top, width, bottom)

    def _turned(self, part: Image.Image) -> Image.Image:
        if self._orientation in _FLIPS:
            return part.transpose(_FLIPS[self._orientation])
        return part

    def whole(self) -> np.ndarray:
        """The image as (height, width, 3) uint8 sRGB, contiguous."""
        height, width, _ = self.shape
        if height * width <= STRIP_PIXELS:
            return self.rows(0, height)
        pixels = np.empty(self.shape, np.uint8)
        for top, bottom in strips(height, width):
            pixels[top:bottom] = self.rows(top, bottom)
        return pixels


def strips(height: int, width: int, pixels: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield (first, last + 1) rows of strips of about `pixels` pixels, usually `STRIP_PIXELS`."""
    step = max(1, (pixels or STRIP_PIXELS) // width)
    for top in range(0, height, step):
        yield top, min(top + step, height)


def decoded(
    image: ImageFile.ImageFile,
    at_least: tuple[int, int] | None = None,
    max_pixels: int = MAX_PIXELS,
    checked: bool = False,
    max_bytes: int | None = None,
) -> Upright:
    """Decode what `open_image` has opened; rows are made sRGB when they are asked for.

    Args:
        image, at_least, max_pixels, checked: as of `read_rgb`.
        max_bytes: largest memory that decoding may take; None for `compact.MAX_BYTES`.

    Raises:
        UnusableImage: as `read_rgb`.
    """
    width, height = image.size
    if width * height > max_pixels:
        raise UnusableImage(f"{width}x{height} is larger than {max_pixels} pixels")
    if reason := modes.refusal(image):
        raise UnusableImage(f"{format_name(image)} with {reason}")
    try:
        # An interrupted download that was filled up with zeros decodes without an error.
        if image.format == "JPEG" and image.fp and b"\xff\xd9" not in image.fp.read():
            raise UnusableImage("truncated (no end marker)")
        if not checked and (reason := hidden_damage(image)):
            raise UnusableImage(f"damaged ({reason})")
        orientation = exif_orientation(image)
        if at_least:
            rows, columns = at_least[::-1] if orientation >= 5 else at_least
            image.draft(None, (columns, rows))
        return Upright(modes.Decoded(image, max_bytes), orientation)
    except UnusableImage:
        raise
    except Exception as error:  # hostile bytes: Pillow's decoders raise nearly anything
        raise UnusableImage(damage(error)) from error


def fit(image: np.ndarray, height: int, width: int, rule: str = "crop") -> np.ndarray:
    """Resize an image to a given size: area averaging to shrink it, a cubic kernel to enlarge it.

    Args:
        image: (rows, columns, 3) uint8.
        height: rows wanted.
        width: columns wanted.
        rule: "crop" cuts the largest centred part of the wanted aspect ratio and resizes that;
            "stretch" resizes the whole image, changing its proportions.

    Returns:
        (height, width, 3) uint8, contiguous.

    Raises:
        ValueError: on an unknown rule.
    """
    if rule not in RESIZE_RULES:
        raise ValueError(f"Resize rule {rule!r}: expected one of {RESIZE_RULES}.")
    rows, columns = image.shape[:2]
    if rule == "crop":
        kept_rows = min(rows, max(1, round(columns * height / width)))
        kept_columns = min(columns, max(1, round(rows * width / height)))
        top, left = (rows - kept_rows) // 2, (columns - kept_columns) // 2
        image = image[top : top + kept_rows, left : left + kept_columns]
        rows, columns = kept_rows, kept_columns
    if rows > height or columns > width:
        # A side that is to be enlarged is left to the cubic kernel: INTER_AREA would repeat pixels.
        smaller = (min(columns, width), min(rows, height))
        image = _averaged(image, smaller)
    if image.shape[:2] != (height, width):
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(image)


def _averaged(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """OpenCV's INTER_AREA of a uint8 image; `size` is (columns, rows), as OpenCV has it.

    Where a side is not divided by a whole number, OpenCV multiplies and adds in float32, and
    converts each sample as often as it uses it. To convert all of them before and after gives the
    same levels in three quarters of the time, as long as they stay in the cache.
    """
    rows, columns = image.shape[:2]
    by_whole_numbers = rows % size[1] == 0 and columns % size[0] == 0
    if by_whole_numbers or rows * columns > STRIP_PIXELS:
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    samples = cv2.resize(image.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return cv2.convertScaleAbs(samples)  # rounds as OpenCV does, which is all that is needed here


def exif_orientation(image: ImageFile.ImageFile) -> int:
    """EXIF orientation 1–8 that is still to be applied; 1 where it is damaged or missing."""
    if image.format == "TIFF":
        return 1  # Pillow turns TIFF images upright itself, also in `size`
    try:
        # Not `image.getexif()`: for PNG it would decode the pixels to find EXIF data after them.
        has_none = image.format == "PNG" and "exif" not in image.info and image.fp
        if has_none and (late := exif_after_pixels(has_none)):
            image.info["exif"] = late
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)
        return value if value in _FLIPS else 1
    except Exception:  # hostile metadata, but the image may be undamaged
        return 1


def format_name(image: Image.Image) -> str:
    """The format of an opened image, with JPEG for all its kinds."""
    return "JPEG" if image.format == "MPO" else str(image.format)  # MPO: JPEG with more images


@contextmanager
def image_stream(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file's bytes for a `with` block.

    Raises:
        UnusableImage: when it cannot be opened or is no regular file.
    """
    try:
        if Path(path).exists() and not Path(path).is_file():  # reading a pipe would block
            raise UnusableImage("not a regular file")
        with open(path, "rb") as stream:
            yield stream
    except OSError as error:
        raise UnusableImage(f"cannot be opened ({error.strerror})") from error
