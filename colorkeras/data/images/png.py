"""PNG files: chunks, damage that Pillow does not report, the colors that a file states, writing.

Files are written strip by strip, so that no image has to be in memory as a whole. Each row is
stored as its differences from the row above, and compressed by ISA-L: in an eighth to a fifth of
the time of Paeth's predictor with zlib's run lengths, and in files of 0.7 to 1.3 times their size
(docs/metadata.md).
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
from isal import isal_zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of the color types
# Of each pass of Adam7: first row, first column, distance of rows, distance of columns.
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
_MOST_EXIF = 2**24  # bytes
_PORTION = 2**20  # bytes inflated at a time
_COLOR_TYPES = {3: 2, 4: 6}  # by the number of channels: PNG standard, 6.1
_UP = 2  # filter type of the PNG standard, 9.2
_LEVEL = 2  # of ISA-L: as fast as 1 and never larger; 3 is slower and no smaller


def png_damage(stream: IO[bytes]) -> str | None:
    """What is damaged in a PNG file, or None.

    Checked are the checksums of all chunks before the image data, and of all chunks that the image
    needs; and whether there are as many samples as the header states. Pillow refuses a wrong
    checksum before the image data without naming the chunk. It checks neither checksums nor
    completeness of the image data: missing rows stay black.

    Args:
        stream: the file; its position afterwards is undefined.
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
                    return "header truncated"
                needed = _bytes_of(piece)
            elif kind == b"IDAT" and got <= needed + _PORTION:  # a bomb has more data than needed
                try:
                    got += _inflated(inflater, piece)
                except zlib.error as error:
                    return f"image data: {error}"
    return f"only {got} of {needed} bytes of samples" if got < needed else None


def coding_points(stream: IO[bytes]) -> tuple[int, ...] | None:
    """The four numbers of a PNG's cICP chunk, which Pillow does not read; None without one.

    Args:
        stream: the file; its position is restored.
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


def exif_after_pixels(stream: IO[bytes]) -> bytes | None:
    """The eXIf chunk after a PNG's image data, which Pillow reads only with these; or None.

    Args:
        stream: the file; its position is restored.
    """
    before, in_front = stream.tell(), True
    try:
        stream.seek(len(SIGNATURE))
        while len(start := stream.read(8)) == 8 and start[4:] != b"IEND":
            (length,) = struct.unpack(">I", start[:4])
            in_front = in_front and start[4:] != b"IDAT"
            if start[4:] == b"eXIf" and not in_front and length <= _MOST_EXIF:
                content, checksum = stream.read(length), stream.read(4)
                is_right = checksum == struct.pack(">I", zlib.crc32(content, zlib.crc32(b"eXIf")))
                return content if is_right else None
            stream.seek(length + 4, os.SEEK_CUR)
    finally:
        stream.seek(before)
    return None


def _chunks(stream: IO[bytes]) -> Iterator[tuple[bytes, Iterator[bytes | None]]]:
    """(kind, pieces of its content) of each chunk up to the end mark; see `_pieces`."""
    stream.seek(len(SIGNATURE))
    while len(start := stream.read(8)) == 8:
        length, kind = struct.unpack(">I4s", start)
        yield kind, _pieces(stream, kind, length)
        if kind == b"IEND":
            return


def _pieces(stream: IO[bytes], kind: bytes, length: int) -> Iterator[bytes | None]:
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
    """Bytes of all rows before compression, each row with one byte for its filter type."""
    width, height, depth, color, _, _, interlaced = struct.unpack(
        ">IIBBBBB", header[:_HEADER_BYTES]
    )
    bits = depth * _CHANNELS.get(color, 1)

    def size(columns: int, rows: int) -> int:
        return rows * (1 + (columns * bits + 7) // 8) if columns > 0 else 0

    if not interlaced:
        return size(width, height)
    return sum(
        size(-(-(width - column) // across), -(-(height - row) // down))
        for row, column, down, across in _PASSES
    )


def _inflated(inflater: "zlib._Decompress", piece: bytes) -> int:
    """How many bytes one more piece of the compressed stream gives."""
    count, got = 0, _PORTION
    while not inflater.eof and (piece or got == _PORTION):  # after a full portion there may be more
        got = len(inflater.decompress(piece, _PORTION))
        piece = inflater.unconsumed_tail
        count += got
    return count


def write_png(
    path: str | Path,
    height: int,
    width: int,
    strips: Iterable[np.ndarray],
    chunks: Iterable[tuple[bytes, bytes]] = (),
    *,
    channels: int = 3,
    depth: int = 8,
) -> None:
    """Write an RGB image, with alpha or without, of 8 or 16 bits a sample.

    Args:
        path: of the file; an existing file is replaced.
        height, width: in pixels.
        strips: (rows, width, channels) sRGB, together `height` rows; uint8, or uint16 at depth 16.
        chunks: (kind, content) of chunks to write before the image data.
        channels: 3, or 4 with unassociated alpha last.
        depth: 8 or 16 bits a sample.

    Raises:
        ValueError: when the strips have another shape, dtype or number of rows.
        OSError: when the file cannot be written.
    """
    packer, missing = isal_zlib.compressobj(_LEVEL), height
    above = np.zeros(width * channels * depth // 8, np.uint8)
    with open(path, "wb") as file:
        file.write(SIGNATURE)
        color_type = _COLOR_TYPES[channels]
        header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
        for kind, content in ((b"IHDR", header), *chunks):
            _write_chunk(file, kind, content)
        for strip in strips:
            if strip.shape[1:] != (width, channels) or strip.dtype != f"uint{depth}":
                raise ValueError(f"a strip of {strip.shape}, {strip.dtype} in such a PNG")
            if len(strip):
                rows = _stored_bytes(strip)
                _write_chunk(file, b"IDAT", packer.compress(_filtered(rows, above)))
                above, missing = rows[-1].copy(), missing - len(rows)
        _write_chunk(file, b"IDAT", packer.flush())
        _write_chunk(file, b"IEND", b"")
    if missing:
        raise ValueError(f"{height - missing} of {height} rows were given")


def _stored_bytes(strip: np.ndarray) -> np.ndarray:
    """(rows, bytes of a row) uint8: samples of 16 bits have their higher byte first."""
    big_endian = np.ascontiguousarray(strip, strip.dtype.newbyteorder(">"))
    return big_endian.reshape(len(strip), -1).view(np.uint8)


def _filtered(rows: np.ndarray, above: np.ndarray) -> np.ndarray:
    """The rows of a strip as they are compressed; `above` is the row before the strip."""
    filtered = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = _UP
    np.subtract(rows[0], above, out=filtered[0, 1:])
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered


def _write_chunk(file: BinaryIO, kind: bytes, content: bytes) -> None:
    if content or kind == b"IEND":
        checksum = zlib.crc32(content, zlib.crc32(kind))
        file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum))
