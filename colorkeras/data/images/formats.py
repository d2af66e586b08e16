"""Open image files of six formats, and give a short reason for a file that is not usable.

Pillow parses the files, and may only try these six formats. Every error that its parsers raise on
hostile bytes becomes `UnusableImage` with a short reason. `hidden_damage` finds damage that Pillow
decodes without an error.
"""

import warnings
from typing import BinaryIO

from PIL import Image, ImageFile, UnidentifiedImageError

from colorkeras.data.images.png import SIGNATURE as PNG_SIGNATURE
from colorkeras.data.images.png import coding_points, png_damage

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
FORMAT_NAMES = "JPEG, PNG, WebP, BMP, GIF, TIFF"
DECODING = 3  # raised when other files are refused, or the same give other pixels

Image.init()  # loads Pillow's plugins now, not in the first threads that need one
# `images.decode` checks the size in the header against a limit of its own, and gives a reason.
# Pillow's warning cannot be caught per thread.
Image.MAX_IMAGE_PIXELS = None
# Warnings of odd metadata would flood a user with 100,000 files; unusable files are reported.
warnings.filterwarnings("ignore", module=r"PIL\.")

_DEVELOP = "not an image yet: develop it (darktable, RawTherapee, …) and give the TIFF or JPEG"
TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two: BigTIFF
# Camera raw formats that do not have the form of a TIFF; for the others see `is_camera_raw`.
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
# The same for the six formats, to state that a file is one of them but damaged.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
    (8, b"WEBP", "WebP"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
)


class UnusableImage(Exception):  # noqa: N818 - it describes a file, not an error of the program
    """A file that cannot be read as an sRGB image.

    Attributes:
        reason: why, in a few words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def open_image(stream: BinaryIO) -> ImageFile.ImageFile:
    """Parse the header of an image; no pixel is decoded.

    Of a TIFF the first page is opened that is not marked as a preview. Of an animation (GIF, WebP,
    PNG), or a JPEG with more than one image (MPO), the first frame is opened; of an animated PNG
    its default image.

    Args:
        stream: seekable; must stay open until `decode` has returned.

    Raises:
        UnusableImage: when the bytes are no readable file of one of the formats `FORMAT_NAMES`.
    """
    refuse_camera_raw(stream)
    stream.seek(0)
    try:
        image = Image.open(stream, formats=FORMATS)
        if image.format == "TIFF":
            _seek_main_page(image, stream)
        if image.format == "PNG":
            image.info["cicp"] = coding_points(stream)
        return image
    except UnusableImage:
        raise
    except UnidentifiedImageError:
        raise UnusableImage(_unidentified(stream)) from None
    except Exception as error:  # hostile bytes: Pillow's parsers raise nearly anything
        raise UnusableImage(_fault(stream) or damage(error)) from error


def refuse_camera_raw(stream: BinaryIO) -> None:
    """Refuse a camera's raw data in the form of a TIFF.

    Args:
        stream: at its beginning; left anywhere.

    Raises:
        UnusableImage: naming what to do.
    """
    if stream.read(4) in TIFF_SIGNATURES:
        from colorkeras.data.images.tiff import is_camera_raw

        stream.seek(0)
        if is_camera_raw(stream):
            raise UnusableImage(f"camera raw, {_DEVELOP}")


def _seek_main_page(image: Image.Image, stream: BinaryIO) -> None:
    from colorkeras.data.images.tiff import main_page

    page = main_page(stream)
    if page is None:
        raise UnusableImage("TIFF with previews only: its full image is in a SubIFD")
    if page:
        image.seek(page)


def hidden_damage(image: ImageFile.ImageFile) -> str | None:
    """Damage that Pillow would decode without an error, or None.

    The file is read once more, and JPEG and PNG data are decompressed, so call it once per file
    and not in every epoch. BMP, GIF and uncompressed TIFF have no redundancy, so only missing data
    can be found. WebP's own decoder reports damage.

    Args:
        image: opened, not yet decoded.
    """
    stream = image.fp
    if stream is None or image.format not in ("JPEG", "MPO", "PNG", "TIFF"):
        return None
    before = stream.tell()
    stream.seek(0)
    try:
        if image.format == "TIFF":
            from colorkeras.data.images.tiff import tags_of, tiff_damage

            return tiff_damage(stream, tags_of(image))
        if image.format == "PNG":
            return png_damage(stream)
        from colorkeras.data.images.jpeg import jpeg_damage

        return jpeg_damage(stream.read())
    finally:
        stream.seek(before)


def damage(error: Exception) -> str:
    """A short reason for an error that a parser or decoder raised."""
    text = " ".join(str(error).split()) or type(error).__name__
    lowered = text.lower()
    if "truncated" in lowered or "unexpected end" in lowered:
        return f"truncated ({text})"
    return f"damaged ({text})"


def _fault(stream: BinaryIO) -> str | None:
    """Why Pillow refuses a file without giving a reason; None where that is not known."""
    stream.seek(0)
    start = stream.read(16)
    if start.startswith(TIFF_SIGNATURES):
        from colorkeras.data.images.tiff import unknown_samples

        if kind := unknown_samples(stream):
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
    """The format that the first bytes of a file show.

    Signatures of only two bytes are not used, as other files may begin with them by chance.

    Args:
        start: the first 16 bytes of the file, or fewer.

    Returns:
        The name of the format and whether it is read; ("", False) for no known image format.
    """
    for signatures, is_read in ((_CAMERA_RAW, False), (_SIGNATURES, True), (_OTHER_FORMATS, False)):
        for offset, signature, name in signatures:
            if len(signature) > 2 and start[offset:].startswith(signature):
                return name, is_read
    return "", False
