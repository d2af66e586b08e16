"""Directories of tags, in the form of TIFF and Exif, read with every byte of their values.

Pillow would decode values and guess their types again, and writes ASCII only. The bytes of unknown
tags and of maker notes stay as they are.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Union

import numpy as np

EXIF, GPS, INTEROPERABILITY = 34665, 34853, 40965  # tags whose value is a directory
_POINTERS = (EXIF, GPS, INTEROPERABILITY)
MAKER_NOTE = 37500
_UNICODE = b"UNICODE\0"  # before a comment of 16-bit characters
ASCII, SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 2, 3, 4, 5, 7, 16  # types
# Of each type: bytes of a value, and of the numbers in it, which the byte order concerns. TIFF 6.0,
# section 2; BigTIFF; UTF-8 is of Exif 3.0.
_SIZES = {
    1: (1, 1), ASCII: (1, 1), SHORT: (2, 2), LONG: (4, 4), RATIONAL: (8, 4), 6: (1, 1),
    UNDEFINED: (1, 1), 8: (2, 2), 9: (4, 4), 10: (8, 4), 11: (4, 4), 12: (8, 8),
    LONG8: (8, 8), 17: (8, 8), 129: (1, 1),
}  # fmt: skip
# A directory with more tags, or values of more bytes together, are not what a camera writes.
_MOST_TAGS, _MOST_BYTES, _MOST_DIRECTORIES = 1000, 2**24, 10_000


@dataclass(frozen=True)
class Value:
    """A value as it is stored.

    Attributes:
        kind: a type of TIFF.
        data: its bytes, in the byte order of the directory.
        offset: where they were read from.
    """

    kind: int
    data: bytes
    offset: int = 0

    @property
    def count(self) -> int:
        return len(self.data) // _SIZES[self.kind][0]


Directory = dict[int, Union[Value, "Directory"]]


@dataclass
class Structure:
    """A directory with those below it.

    Attributes:
        order: "<" or ">", as in `struct`.
        tags: value, or directory, of each tag.
        is_whole: whether all could be read.
    """

    order: str
    tags: Directory
    is_whole: bool = True


class DamagedStructure(Exception):  # noqa: N818 - it describes bytes, as `UnusableImage` does
    """Bytes that do not begin like a TIFF structure, or have no directory at the place."""


def read_structure(
    source: IO[bytes] | bytes, page: int = 0, skip: frozenset[int] = frozenset()
) -> Structure:
    """Read a TIFF structure.

    Args:
        source: a file, or bytes, that begins with the header of a TIFF or BigTIFF.
        page: which of its directories, from 0.
        skip: tags that are not read.

    Raises:
        DamagedStructure: when there is no such directory.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        return _Reader(stream, skip).structure(page)
    except (struct.error, OverflowError, OSError, ValueError) as error:
        raise DamagedStructure(str(error)) from error


class _Reader:
    def __init__(self, stream: IO[bytes], skip: frozenset[int]) -> None:
        self._stream, self._skip, self._is_whole = stream, skip, True
        self._left, self._visited = _MOST_BYTES, set[int]()
        self._size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        start = stream.read(16).ljust(16, b"\0")
        if start[:4] not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            raise DamagedStructure("no header of a TIFF")
        self.order, self._big = "<" if start[:1] == b"I" else ">", b"+" in start[:4]
        self._first = int(
            struct.unpack_from(self.order + ("8xQ" if self._big else "4xI"), start)[0]
        )

    def structure(self, page: int) -> Structure:
        offset = self._first
        for _ in range(min(page, _MOST_DIRECTORIES)):
            self._stream.seek(offset)
            count = self._number("Q" if self._big else "H")
            self._stream.seek(offset + count * 20 + 8 if self._big else offset + count * 12 + 2)
            offset = self._number("Q" if self._big else "I")
        if not offset:
            raise DamagedStructure("no directory")
        return Structure(self.order, self._directory(offset, _POINTERS), self._is_whole)

    def _number(self, code: str) -> int:
        code = self.order + code
        return int(struct.unpack(code, self._stream.read(struct.calcsize(code)))[0])

    def _directory(self, offset: int, pointers: tuple[int, ...]) -> Directory:
        """The directory at an offset; `pointers` are the tags that may have others below them."""
        found: Directory = {}
        self._visited.add(offset)
        for tag, kind, count, at in list(self._entries(offset)):
            if tag in self._skip or tag in found or not count:
                continue
            size = count * _SIZES[kind][0] if kind in _SIZES else 0
            if tag in pointers:
                self._add_below(found, tag, at, pointers)
            elif size and at + size <= self._size and size <= self._left:
                self._left -= size
                self._stream.seek(at)
                found[tag] = Value(kind, self._stream.read(size), at)
            elif kind != 13:  # a directory of another kind, such as a preview's
                self._is_whole = False
        return found

    def _add_below(self, found: Directory, tag: int, at: int, pointers: tuple[int, ...]) -> None:
        self._stream.seek(at)
        try:
            offset = self._number("Q" if self._big else "I")
            if offset in self._visited:
                raise OSError("a directory twice")
            below = tuple(pointer for pointer in pointers if pointer != tag)
            found[tag] = self._directory(offset, below)
        except (struct.error, OverflowError, OSError):
            self._is_whole = False

    def _entries(self, offset: int) -> Iterator[tuple[int, int, int, int]]:
        """(tag, type, count, offset of the value) of each entry of a directory."""
        self._stream.seek(offset)
        entries = self._number("Q" if self._big else "H")
        start = self._stream.tell()
        size, code = (20, "HHQ") if self._big else (12, "HHI")
        room = size - struct.calcsize("=" + code)
        self._is_whole = self._is_whole and entries <= _MOST_TAGS
        for at in range(start, start + min(entries, _MOST_TAGS) * size, size):
            self._stream.seek(at)
            data = self._stream.read(size)
            if len(data) < size:
                self._is_whole = False
                return
            tag, kind, count = struct.unpack_from(self.order + code, data)
            inline = at + size - room
            if tag in _POINTERS or count * _SIZES.get(kind, (1, 1))[0] <= room:
                yield tag, kind, count, inline
            else:
                pointer = struct.unpack_from(self.order + "QI"[room == 4], data, size - room)
                yield tag, kind, count, pointer[0]


def swapped(tags: Directory) -> Directory:
    """The same directory in the other byte order; what is in maker notes stays as it is."""
    return {
        tag: Value(value.kind, _swapped(value)) if isinstance(value, Value) else swapped(value)
        for tag, value in tags.items()
    }


def _swapped(value: Value) -> bytes:
    if value.data.startswith(_UNICODE):
        text = value.data[len(_UNICODE) :]
        return _UNICODE + np.frombuffer(text[: len(text) // 2 * 2], "u2").byteswap().tobytes()
    return np.frombuffer(value.data, f"u{_SIZES[value.kind][1]}").byteswap().tobytes()
