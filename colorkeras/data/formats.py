"""Which files are tried as images, and why one is not usable, in a few words.

Pillow is the one decoder of the project and is told which six formats it may try. Whatever its
parsers raise on hostile bytes becomes `UnusableImage` with a short reason.
"""

import warnings
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
FORMAT_NAMES = "JPEG, PNG, WebP, BMP, GIF, TIFF"

Image.init()  # loads Pillow's plugins now, not in the first threads that need one
# `images.decode` checks the size in the header against its own limit, and gives a reason instead
# of Pillow's warning, which could not be caught per thread.
Image.MAX_IMAGE_PIXELS = None
# Odd metadata is no news to someone training on 100,000 files; unusable files are reported.
warnings.filterwarnings("ignore", module=r"PIL\.")

# First bytes of well-known formats that are not read, to name them: (offset, bytes, name).
_OTHER_FORMATS = (
    (4, b"ftypavi", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (0, b"\x00\x00\x01\x00", "ICO"),
    (0, b"8BPS", "PSD"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"II+\x00", "BigTIFF"),
    *((0, b"P%d" % digit, "PNM") for digit in range(1, 8)),
)
# The same for the six formats, to say that a file is one of them but broken.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
    (8, b"WEBP", "WebP"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
)


class UnusableImage(Exception):  # noqa: N818 - a verdict on a file, not a failure of ours
    """A file that cannot be read as an sRGB picture; `reason` says why in a few words."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def open_image(stream: BinaryIO) -> Image.Image:
    """Parse the header of a seekable binary stream, which must stay open until `decode`.

    Raises:
        UnusableImage: The bytes are not a readable file of one of `FORMAT_NAMES`.
    """
    try:
        return Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError:
        stream.seek(0)
        raise UnusableImage(_unidentified(stream.read(16))) from None
    except Exception as error:  # hostile bytes: Pillow's parsers raise nearly anything
        raise UnusableImage(damage(error)) from error


def damage(error: Exception) -> str:
    """The reason to give for what a parser or decoder raised."""
    text = " ".join(str(error).split()) or type(error).__name__
    lowered = text.lower()
    if "truncated" in lowered or "unexpected end" in lowered:
        return f"truncated ({text})"
    return f"damaged ({text})"


def _unidentified(start: bytes) -> str:
    if not start:
        return "empty file"
    for offset, signature, name in _SIGNATURES:
        if start[offset:].startswith(signature):
            return f"damaged or unsupported kind of {name}"
    for offset, signature, name in _OTHER_FORMATS:
        if start[offset:].startswith(signature):
            return f"{name} is not one of {FORMAT_NAMES}"
    return f"not one of {FORMAT_NAMES}"
