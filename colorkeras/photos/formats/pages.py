"""What is written: pages with their pixels, strip by strip, and the formats that take them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from colorkeras.photos.metadata.metadata import Metadata


@dataclass(frozen=True)
class Page:
    """One image of a file that is written.

    Attributes:
        height, width: in pixels.
        channels: 3, or 4 with unassociated alpha last.
        depth: 8 or 16 bits a sample.
        strips: (rows, width, channels) uint8, or uint16 at depth 16: sRGB, top down, together
            `height` rows. They may be made when they are asked for, and may raise.
        metadata: of the photograph.
    """

    height: int
    width: int
    channels: int
    depth: int
    strips: Iterable[np.ndarray]
    metadata: Metadata


@dataclass(frozen=True)
class Format:
    """What a file format can hold.

    Attributes:
        name: for messages.
        suffixes: of its files; the usual one first.
        depths: bits a sample.
        alpha: whether a page may be transparent.
        several_pages: whether a file may have more than one page.
        longest: the longest side, in pixels.
    """

    name: str
    suffixes: tuple[str, ...]
    depths: tuple[int, ...]
    alpha: bool
    several_pages: bool
    longest: int


QUALITY = 95  # of JPEG, where no other is wished
FORMATS = {
    "png": Format("PNG", (".png",), (8, 16), True, False, 2**31 - 1),
    "jpg": Format("JPEG", (".jpg", ".jpeg"), (8,), False, False, 65_500),  # libjpeg's limit
    "tiff": Format("TIFF", (".tif", ".tiff"), (8, 16), True, True, 2**31 - 1),
    "webp": Format("WebP", (".webp",), (8,), True, False, 16_383),
}
