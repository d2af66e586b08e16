"""The verdict on one file of a scanned folder: usable, or set aside for a reason."""

import hashlib
import io
import os
from pathlib import Path

import PIL

from colorkeras.data.folders.index_cache import UNKNOWN, Entry
from colorkeras.data.images.decode import decode, header_of
from colorkeras.data.images.formats import DECODING, UnusableImage, open_image
from colorkeras.data.images.grey import GREY_SIDE, RULE, grey_reason
from colorkeras.data.images.mark import OWN_RESULT, is_own_result

MAX_BYTES = 512 * 2**20  # a file is read whole, to hash and decode the same bytes
# Everything but its arguments that a verdict depends on: another value makes old verdicts void.
VERDICTS = 2  # raised with every change of what is judged
RULES = (VERDICTS, MAX_BYTES, RULE, PIL.__version__, DECODING)


def examine(root: Path, name: str, *limits) -> Entry:
    """Read and decode the file `name` below `root` once; see `index.scan_folder` for the rules."""
    try:
        with open(root / name, "rb") as file:
            status = os.fstat(file.fileno())
            data = file.read() if status.st_size <= MAX_BYTES else None
    except OSError as error:  # may be mended without a trace on the file: ask again next time
        return Entry(name, UNKNOWN, UNKNOWN, reason=f"unreadable: {error.strerror}")
    sha256, width, height = "", 0, 0
    if data is None:
        reason = f"too large: {status.st_size >> 20} MiB, more than {MAX_BYTES >> 20} MiB"
    else:
        width, height, reason = _look(data, *limits)
        sha256 = hashlib.sha256(data).hexdigest()
    return Entry(name, status.st_size, status.st_mtime_ns, sha256, width, height, reason)


def _look(data: bytes, min_side: int, max_pixels: int, grey_too: bool) -> tuple[int, int, str]:
    """Upright width and height, 0 where they are not known, and the reason, "" for usable."""
    width = height = 0
    try:
        image = open_image(io.BytesIO(data))
        if is_own_result(image):
            return width, height, OWN_RESULT
        header = header_of(image)
        width, height = header.width, header.height
        if min(width, height) < min_side:
            return width, height, f"too small: {width}x{height}, shorter side below {min_side}"
        if width * height > max_pixels:
            return width, height, f"too large: {width}x{height}, more than {max_pixels} pixels"
        pixels = decode(image, at_least=(GREY_SIDE, GREY_SIDE))
    except UnusableImage as error:
        return width, height, f"unreadable: {error.reason}"
    return width, height, "" if grey_too else grey_reason(pixels)
