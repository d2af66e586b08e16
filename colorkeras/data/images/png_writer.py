"""Write PNG files strip by strip, so that no image has to be in memory as a whole.

Each row is stored as its differences from Paeth's predictor, compressed as run lengths and Huffman
codes. For photographs the files are as small as with Pillow's default, in a quarter of the time.
"""

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from colorkeras.data.images.png import SIGNATURE

_TRUECOLOR, _PAETH = 2, 4  # color type and filter type of the PNG standard, 6.1 and 9.2
_LEVEL, _MEMORY, _WINDOW = 1, 9, 15  # of zlib


def write_png(
    path: str | Path,
    height: int,
    width: int,
    strips: Iterable[np.ndarray],
    chunks: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Write an 8-bit RGB image.

    Args:
        path: of the file; an existing file is replaced.
        height, width: in pixels.
        strips: (rows, width, 3) uint8 sRGB, together `height` rows.
        chunks: (kind, content) of chunks to write before the image data.

    Raises:
        ValueError: when the strips have another number of rows.
        OSError: when the file cannot be written.
    """
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_RLE)
    above, missing = np.zeros((width, 3), np.int16), height
    with open(path, "wb") as file:
        file.write(SIGNATURE)
        header = struct.pack(">IIBBBBB", width, height, 8, _TRUECOLOR, 0, 0, 0)
        for kind, content in ((b"IHDR", header), *chunks):
            _write_chunk(file, kind, content)
        for strip in strips:
            strip = strip.astype(np.int16)
            _write_chunk(file, b"IDAT", packer.compress(_filtered(strip, above)))
            above, missing = strip[-1], missing - len(strip)
        _write_chunk(file, b"IDAT", packer.flush())
        _write_chunk(file, b"IEND", b"")
    if missing:
        raise ValueError(f"{height - missing} of {height} rows were given")


def _filtered(strip: np.ndarray, above: np.ndarray) -> bytes:
    """The rows of an int16 strip as they are compressed; `above` is the row before the strip."""
    up = np.concatenate([above[np.newaxis], strip[:-1]])
    left, upleft = np.zeros_like(strip), np.zeros_like(strip)
    left[:, 1:], upleft[:, 1:] = strip[:, :-1], up[:, :-1]
    from_left, from_up = np.abs(up - upleft), np.abs(left - upleft)
    from_upleft = np.abs(left + up - 2 * upleft)
    nearer = np.where(from_up <= from_upleft, up, upleft)
    nearest_is_left = (from_left <= from_up) & (from_left <= from_upleft)
    rows = np.empty((len(strip), 1 + strip[0].size), np.uint8)
    rows[:, 0] = _PAETH
    differences = strip - np.where(nearest_is_left, left, nearer)
    rows[:, 1:] = differences.astype(np.uint8).reshape(len(strip), -1)
    return rows.tobytes()


def _write_chunk(file: BinaryIO, kind: bytes, content: bytes) -> None:
    if content or kind == b"IEND":
        checksum = zlib.crc32(content, zlib.crc32(kind))
        file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum))
