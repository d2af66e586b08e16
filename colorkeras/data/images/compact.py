"""Large images, decoded into as little memory as their decoders allow, or refused.

Pillow stores a color image in four bytes a pixel, and makes several copies of a WebP image. OpenCV
decodes the plain kinds of JPEG, PNG and WebP into three bytes a pixel. It uses the same libraries
and gives the same samples.
"""

import os

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from colorkeras.data.images.formats import UnusableImage

# For decoding one image; TensorFlow, a model and its work need another 0.9 GB.
MAX_BYTES = 600_000_000
LARGE = 16_000_000  # pixels; smaller images take less memory with Pillow than with OpenCV
MAX_SIDE = 1_000_000  # pixels; images are processed in whole rows
_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # a pixel in Pillow's modes
_COEFFICIENT = 2  # bytes; the coefficients of a progressive JPEG are kept until its last scan
_WEBP_BYTES = {True: 8, False: 17}  # a pixel at most, with OpenCV and with Pillow: measured


def check_size(image: ImageFile.ImageFile, rawmode: str, max_bytes: int | None = None) -> None:
    """Refuse an image whose decoding would need too much memory.

    Args:
        image: opened, not yet decoded.
        rawmode: how its samples are stored; see `modes`.
        max_bytes: largest memory for decoding it; None for `MAX_BYTES`.

    Raises:
        UnusableImage: when it needs too much memory, or a side is longer than `MAX_SIDE`.
    """
    if max(image.size) > MAX_SIDE:
        raise UnusableImage(f"longer than {MAX_SIDE} pixels")
    limit = MAX_BYTES if max_bytes is None else max_bytes
    needed = _bytes_to_decode(image, _is_plain(image, rawmode))
    if needed > limit:
        raise UnusableImage(
            f"this kind of {image.format} of {image.width}x{image.height} takes {needed >> 20} MiB "
            f"to decode, more than {limit >> 20}"
        )


def decoded(image: ImageFile.ImageFile, rawmode: str) -> Image.Image | np.ndarray:
    """Decode an image that Pillow has opened, as it is stored.

    Args:
        image: opened, not yet decoded.
        rawmode: how its samples are stored; see `modes`.

    Returns:
        The decoded image; for a large plain one, (height, width, 3) uint8 BGR.

    Raises:
        UnusableImage: when OpenCV cannot decode it. Pillow raises other errors.
    """
    if not _is_plain(image, rawmode):
        image.load()
        return image
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    found = cv2.imread(_path(image), pixels, flags)
    if found is None or found.shape != pixels.shape:
        raise UnusableImage(f"damaged or unsupported kind of {image.format}")
    return found


def _is_plain(image: ImageFile.ImageFile, rawmode: str) -> bool:
    """Whether the image is large and of a kind that OpenCV decodes as Pillow does."""
    return (
        image.width * image.height > LARGE
        and image.mode == "RGB"
        and _path(image) != ""
        and image.decoderconfig[:1] in ((), (1,))  # not at reduced scale
        and "transparency" not in image.info
        and getattr(image, "n_frames", 1) == 1
        and (image.format in ("JPEG", "WEBP") or (image.format == "PNG" and rawmode == "RGB"))
    )


def _path(image: ImageFile.ImageFile) -> str:
    """The path of the image's file; "" for bytes in memory."""
    name = getattr(image.fp, "name", "")
    return os.fsdecode(name) if isinstance(name, str | os.PathLike) else ""


def _bytes_to_decode(image: ImageFile.ImageFile, plain: bool) -> int:
    pixels = image.width * image.height
    if image.format == "WEBP":
        return pixels * _WEBP_BYTES[plain]
    size = 3 if plain else _BYTES.get(image.mode, 4)
    needed = pixels * size
    if isinstance(image, JpegImageFile) and image.info.keys() & {"progression", "progressive"}:
        # Of each component: its name, and how often it is sampled each way.
        areas = [across * down for _, across, down, _ in image.layer]
        needed += round(pixels * sum(areas) / max(areas) * _COEFFICIENT)
    if image.format == "TIFF":
        needed += _tiff_extra(image, size)
    return needed


def _tiff_extra(image: ImageFile.ImageFile, size: int) -> int:
    """Bytes for turning a TIFF upright, and for one strip of compressed data."""
    from colorkeras.data.images.tiff import tags_of

    tags, extra = tags_of(image), 0
    if tags.get(ExifTags.Base.Orientation, 1) != 1:
        extra += image.width * image.height * size
    if tags.get(ExifTags.Base.Compression, 1) != 1:
        rows = tags.get(ExifTags.Base.RowsPerStrip, image.height)
        extra += image.width * min(rows, image.height) * size
    return extra
