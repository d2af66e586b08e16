"""PNG files: chunks, damage that Pillow passes over, and what a file says of its colors."""

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of the color types
# Adam7: first row, first column, rows apart, columns apart of each pass.
_PASSES = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
_HEADER_BYTES = 13
_PORTION = 2**20  # bytes inflated at a time


def png_damage(stream: BinaryIO) -> str | None:
    """What is wrong in a PNG file, or None.

    The checksums of all chunks before the image data, where Pillow refuses a wrong one without
    naming it, and of those that the image needs; and as many samples as the header announces.
    Pillow checks neither of the image data: rows that are not there stay black.

    Args:
        stream: the file; left anywhere.
    """
    inflater, got, needed, in_front = zlib.decompressobj(), 0, 0, True
    for kind, pieces in _chunks(stream):
        in_front = in_front and kind != b"IDAT"
        for piece in pieces:
            if piece is None:
                if in_front or kind[:1].isupper():
                    return f"checksum of {kind.decode('latin-1')} is wrong"
            elif kind == b"IHDR":
                if len(piece) < _HEADER_BYTES:
                    return "header cut short"
                needed = _bytes_of(piece)
            elif kind == b"IDAT" and got <= needed + _PORTION:  # a surplus may be endless
                try:
                    got += _inflated(inflater, piece)
                except zlib.error as error:
                    return f"image data: {error}"
    return f"{got} of {needed} bytes of samples are there" if got < needed else None


def coding_points(stream: BinaryIO) -> tuple[int, ...] | None:
    """The four numbers of a PNG's cICP chunk, which Pillow does not know; None without one.

    Args:
        stream: the file, whose position is kept.
    """
    before = stream.tell()
    try:
        stream.seek(len(SIGNATURE))
        while len(start := stream.read(8)) == 8 and start[4:] != b"IDAT":
            (length,) = struct.unpack(">I", start[:4])
            if start[4:] == b"cICP" and length == 4:
                return tuple(stream.read(4))
            stream.seek(length + 4, os.SEEK_CUR)
    finally:
        stream.seek(before)
    return None


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, Iterator[bytes | None]]]:
    """(kind, pieces of its content) of each chunk up to the end mark; see `_pieces`."""
    stream.seek(len(SIGNATURE))
    while len(start := stream.read(8)) == 8:
        length, kind = struct.unpack(">I4s", start)
        yield kind, _pieces(stream, kind, length)
        if kind == b"IEND":
            return


def _pieces(stream: BinaryIO, kind: bytes, length: int) -> Iterator[bytes | None]:
    """The content of a chunk in portions, then None where its checksum is wrong."""
    checksum = zlib.crc32(kind)
    while length and (piece := stream.read(min(length, _PORTION))):
        length -= len(piece)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    stated = stream.read(4)
    if len(stated) == 4 and int.from_bytes(stated, "big") != checksum:
        yield None


def _bytes_of(header: bytes) -> int:
    """Bytes of all rows before compression, each with its byte that names the filter."""
    width, height, depth, color, _, _, interlaced = struct.unpack(
        ">IIBBBBB", header[:_HEADER_BYTES]
    )
    bits = depth * _CHANNELS.get(color, 1)

    def size(columns, rows):
        return rows * (1 + (columns * bits + 7) // 8) if columns > 0 else 0

    if not interlaced:
        return size(width, height)
    return sum(
        size(-(-(width - column) // across), -(-(height - row) // down))
        for row, column, down, across in _PASSES
    )


def _inflated(inflater, piece: bytes) -> int:
    """How many bytes come out of one more piece of the compressed stream."""
    count, got = 0, _PORTION
    while not inflater.eof and (piece or got == _PORTION):  # a full portion: maybe more is held
        got = len(inflater.decompress(piece, _PORTION))
        piece = inflater.unconsumed_tail
        count += got
    return count
