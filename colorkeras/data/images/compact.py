"""Large images decoded into as little memory as their decoders allow, or refused before.

Pillow keeps a color image in four bytes a pixel, and of a WebP several copies. OpenCV decodes the
plain kinds of JPEG, PNG and WebP into three bytes, with the same libraries to the same samples.
"""

import os

import cv2
import numpy as np
from PIL import Image

from colorkeras.data.images.formats import UnusableImage

# What decoding one image may take, beside which TensorFlow, a model and the work need 0.9 GB.
MAX_BYTES = 600_000_000
LARGE = 16_000_000  # pixels; below, Pillow's way takes less memory than the libraries do
MAX_SIDE = 1_000_000  # pixels; images are worked on in whole rows
_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # a pixel in Pillow's modes
_COEFFICIENT = 2  # bytes; a progressive JPEG is held in them until its last scan
_WEBP_BYTES = {True: 8, False: 17}  # a pixel at the most, by OpenCV and by Pillow: measured
_TIFF_ORIENTATION, _TIFF_ROWS, _TIFF_COMPRESSION = 274, 278, 259


def check_size(image: Image.Image, rawmode: str) -> None:
    """Refuse an image whose decoding would take more than `MAX_BYTES`.

    Raises:
        UnusableImage: too much memory, or a side longer than `MAX_SIDE`.
    """
    if max(image.size) > MAX_SIDE:
        raise UnusableImage(f"longer than {MAX_SIDE} pixels")
    needed = _bytes_to_decode(image, _is_plain(image, rawmode))
    if needed > MAX_BYTES:
        raise UnusableImage(
            f"this kind of {image.format} of {image.width}x{image.height} takes {needed >> 20} MiB "
            f"to decode, more than {MAX_BYTES >> 20}"
        )


def decoded(image: Image.Image, rawmode: str) -> Image.Image | np.ndarray:
    """Decode an image that Pillow has opened, as it is stored.

    Returns:
        The image, or of a large plain one (height, width, 3) uint8 BGR.
    """
    if not _is_plain(image, rawmode):
        image.load()
        return image
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    found = cv2.imread(os.fspath(image.fp.name), pixels, flags)
    if found is None or found.shape != pixels.shape:
        raise UnusableImage(f"damaged or unsupported kind of {image.format}")
    return found


def _is_plain(image: Image.Image, rawmode: str) -> bool:
    """Whether the image is large and of a kind that OpenCV decodes as Pillow does."""
    return (
        image.width * image.height > LARGE
        and image.mode == "RGB"
        and isinstance(getattr(image.fp, "name", None), str | os.PathLike)
        and image.decoderconfig[:1] in ((), (1,))  # not at reduced scale
        and "transparency" not in image.info
        and getattr(image, "n_frames", 1) == 1
        and (image.format in ("JPEG", "WEBP") or (image.format == "PNG" and rawmode == "RGB"))
    )


def _bytes_to_decode(image: Image.Image, plain: bool) -> int:
    pixels = image.width * image.height
    if image.format == "WEBP":
        return pixels * _WEBP_BYTES[plain]
    size = 3 if plain else _BYTES.get(image.mode, 4)
    needed = pixels * size
    if "progression" in image.info or "progressive" in image.info:
        largest = max(h * v for _, h, v, _ in image.layer)
        shares = sum(h * v for _, h, v, _ in image.layer) / largest
        needed += round(pixels * shares * _COEFFICIENT)
    if image.format == "TIFF":
        needed += _tiff_extra(image, size)
    return needed


def _tiff_extra(image: Image.Image, size: int) -> int:
    """What turning the image upright takes, and one strip of compressed data."""
    extra = 0
    if image.tag_v2.get(_TIFF_ORIENTATION, 1) != 1:
        extra += image.width * image.height * size
    if image.tag_v2.get(_TIFF_COMPRESSION, 1) != 1:
        rows = image.tag_v2.get(_TIFF_ROWS, image.height)
        extra += image.width * min(rows, image.height) * size
    return extra
