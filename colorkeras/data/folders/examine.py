"""The check of one file of a scanned folder: usable, or set aside for a reason."""

import hashlib
import io
import os
from pathlib import Path

import PIL

from colorkeras.data.folders.index_cache import UNKNOWN, Entry
from colorkeras.data.images.decode import decode, upright_size
from colorkeras.data.images.formats import DECODING, UnusableImage, open_image
from colorkeras.data.images.grey import GREY_SIDE, RULE, grey_reason
from colorkeras.data.images.mark import OWN_RESULT, is_own_result

MAX_BYTES = 512 * 2**20  # a file is read whole, so that the bytes hashed are those decoded
MIN_SIDE = 32  # pixels: images with a shorter side are set aside
MAX_IMAGE_PIXELS = 100_000_000  # larger images are set aside
# Everything but its arguments that a result depends on: with other values, results in the cache
# are not used.
VERDICTS = 2  # raised with every change of what is checked
RULES = (VERDICTS, MAX_BYTES, RULE, PIL.__version__, DECODING)


def examine(root: Path, name: str, min_side: int, max_pixels: int, grey_too: bool) -> Entry:
    """Read and decode a file once.

    Args:
        root: the scanned folder.
        name: of the file, relative to `root`.
        min_side: an image whose shorter side has fewer pixels is set aside.
        max_pixels: an image with more pixels is set aside.
        grey_too: whether a grey image is usable.

    Returns:
        What the index keeps of the file; its `reason` is empty for a usable image.
    """
    try:
        with open(root / name, "rb") as file:
            status = os.fstat(file.fileno())
            data = file.read() if status.st_size <= MAX_BYTES else None
    except OSError as error:  # may be repaired without a new size or time: check it again next time
        return Entry(name, UNKNOWN, UNKNOWN, reason=f"unreadable: {error.strerror}")
    sha256, width, height = "", 0, 0
    if data is None:
        reason = f"too large: {status.st_size >> 20} MiB, more than {MAX_BYTES >> 20} MiB"
    else:
        width, height, reason = _check(data, min_side, max_pixels, grey_too)
        sha256 = hashlib.sha256(data).hexdigest()
    return Entry(name, status.st_size, status.st_mtime_ns, sha256, width, height, reason)


def size_reason(width: int, height: int, min_side: int, max_pixels: int) -> str:
    """Why an image of this size is not usable; "" where it is."""
    if min(width, height) < min_side:
        return f"too small: {width}x{height}, shorter side below {min_side}"
    if width * height > max_pixels:
        return f"too large: {width}x{height}, more than {max_pixels} pixels"
    return ""


def _check(data: bytes, min_side: int, max_pixels: int, grey_too: bool) -> tuple[int, int, str]:
    """Upright width and height, 0 where they are not known, and the reason, "" for usable."""
    width = height = 0
    try:
        image = open_image(io.BytesIO(data))
        if is_own_result(image):
            return width, height, OWN_RESULT
        height, width = upright_size(image)
        if reason := size_reason(width, height, min_side, max_pixels):
            return width, height, reason
        pixels = decode(image, at_least=(GREY_SIDE, GREY_SIDE))
    except UnusableImage as error:
        return width, height, f"unreadable: {error.reason}"
    return width, height, "" if grey_too else grey_reason(pixels)
