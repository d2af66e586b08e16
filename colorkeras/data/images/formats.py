"""Which files are tried as images, and why one is not usable, in a few words.

Pillow is the one decoder of the project and is told which six formats it may try. Whatever its
parsers raise on hostile bytes becomes `UnusableImage` with a short reason. What it decodes without
a word although it is damaged, `hidden_damage` finds.
"""

import warnings
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from colorkeras.data.images.jpeg import jpeg_damage
from colorkeras.data.images.png import SIGNATURE as PNG_SIGNATURE
from colorkeras.data.images.png import coding_points, png_damage
from colorkeras.data.images.tiff import SIGNATURES as TIFF_SIGNATURES
from colorkeras.data.images.tiff import is_camera_raw, main_page, tiff_damage, unknown_samples

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
FORMAT_NAMES = "JPEG, PNG, WebP, BMP, GIF, TIFF"
DECODING = 3  # raised when other files are refused, or the same give other pixels

Image.init()  # loads Pillow's plugins now, not in the first threads that need one
# `images.decode` checks the size in the header against its own limit, and gives a reason instead
# of Pillow's warning, which could not be caught per thread.
Image.MAX_IMAGE_PIXELS = None
# Odd metadata is no news to someone training on 100,000 files; unusable files are reported.
warnings.filterwarnings("ignore", module=r"PIL\.")

_DEVELOP = "not an image yet: develop it (darktable, RawTherapee, …) and give the TIFF or JPEG"
# Camera raw that is not in the form of a TIFF; that which is, `is_camera_raw` knows.
_CAMERA_RAW = (
    (4, b"ftypcrx ", "CR3"),
    (0, b"FUJIFILMCCD-RAW", "RAF"),
    (0, b"IIRO", "ORF"),
    (0, b"IIRS", "ORF"),
    (0, b"MMOR", "ORF"),
    (0, b"IIU\0", "RW2"),
    (0, b"FOVb", "X3F"),
    (0, b"\0MRM", "MRW"),
)
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
    """A file that cannot be read as an sRGB image; `reason` says why in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def open_image(stream: BinaryIO) -> Image.Image:
    """Parse the header of a seekable binary stream, which must stay open until `decode`.

    Of a TIFF the first page that is not marked as a preview is opened; of animations (GIF, WebP,
    PNG) and of a JPEG with more than one image (MPO) the first frame, of a PNG its default image.

    Raises:
        UnusableImage: The bytes are not a readable file of one of `FORMAT_NAMES`.
    """
    if is_camera_raw(stream):
        raise UnusableImage(f"camera raw, {_DEVELOP}")
    stream.seek(0)
    try:
        image = Image.open(stream, formats=FORMATS)
        if image.format == "TIFF" and (page := main_page(stream)) != 0:
            if page is None:
                raise UnusableImage("TIFF with previews only: its full image is in a SubIFD")
            image.seek(page)
        if image.format == "PNG":
            image.info["cicp"] = coding_points(stream)
        return image
    except UnusableImage:
        raise
    except UnidentifiedImageError:
        raise UnusableImage(_unidentified(stream)) from None
    except Exception as error:  # hostile bytes: Pillow's parsers raise nearly anything
        raise UnusableImage(_fault(stream) or damage(error)) from error


def hidden_damage(image: Image.Image) -> str | None:
    """What is wrong with the data of an opened file that Pillow would decode all the same; or None.

    Reads the file once more, and of JPEG and PNG decompresses it: to be asked once per file, not
    in every epoch. BMP, GIF and uncompressed TIFF have no redundancy: of them only what is missing
    shows. WebP's own decoder tells what it can.
    """
    if image.format not in ("JPEG", "MPO", "PNG", "TIFF"):
        return None
    before = image.fp.tell()
    image.fp.seek(0)
    try:
        if image.format == "TIFF":
            return tiff_damage(image.fp, image.tag_v2)
        return png_damage(image.fp) if image.format == "PNG" else jpeg_damage(image.fp.read())
    finally:
        image.fp.seek(before)


def damage(error: Exception) -> str:
    """The reason to give for what a parser or decoder raised."""
    text = " ".join(str(error).split()) or type(error).__name__
    lowered = text.lower()
    if "truncated" in lowered or "unexpected end" in lowered:
        return f"truncated ({text})"
    return f"damaged ({text})"


def _fault(stream: BinaryIO) -> str | None:
    """What makes Pillow refuse a file without saying why, where we can tell."""
    stream.seek(0)
    start = stream.read(16)
    if start.startswith(TIFF_SIGNATURES) and (kind := unknown_samples(stream)):
        return f"TIFF with {kind}"
    if start.startswith(PNG_SIGNATURE) and (reason := png_damage(stream)):
        return f"damaged ({reason})"
    return None


def _unidentified(stream: BinaryIO) -> str:
    stream.seek(0)
    start = stream.read(16)
    if not start:
        return "empty file"
    if reason := _fault(stream):
        return reason
    for offset, signature, name in _SIGNATURES:
        if start[offset:].startswith(signature):
            return f"damaged or unsupported kind of {name}"
    for offset, signature, name in _CAMERA_RAW:
        if start[offset:].startswith(signature):
            return f"camera raw ({name}), {_DEVELOP}"
    for offset, signature, name in _OTHER_FORMATS:
        if start[offset:].startswith(signature):
            return f"{name} is not one of {FORMAT_NAMES}"
    return f"not one of {FORMAT_NAMES}"


def usual_extension(kind: str) -> str:
    """The usual file extension of a format that `content_kind` named, such as ".jpg"."""
    return f".{kind.lower()}".replace("jpeg", "jpg")


def content_kind(start: bytes) -> tuple[str, bool]:
    """What a file is by its first 16 bytes: its format's name and whether it is one that is read.

    Signatures of two bytes alone, which any file may begin with, are left out. ("", False) where
    the bytes are no known image's.
    """
    for signatures, is_read in ((_CAMERA_RAW, False), (_SIGNATURES, True), (_OTHER_FORMATS, False)):
        for offset, signature, name in signatures:
            if len(signature) > 2 and start[offset:].startswith(signature):
                return name, is_read
    return "", False
