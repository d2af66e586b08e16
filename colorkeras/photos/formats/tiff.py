"""Photographs as TIFF of one page or more, with every tag of the originals that is still true.

Pages are written as they come. All directories follow after the last one: only then is known
whether the file needs the 64-bit offsets of BigTIFF.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from isal import isal_zlib

from colorkeras.data.images.mark import mark_lines
from colorkeras.photos.formats.pages import Page
from colorkeras.photos.formats.strips import regrouped
from colorkeras.photos.metadata import exif
from colorkeras.photos.metadata.embedding import srgb_profile, structure_of, xmp_of
from colorkeras.photos.metadata.tiff_store import Store, kept_note
from colorkeras.photos.metadata.tiff_structure import (
    ASCII,
    LONG,
    LONG8,
    SHORT,
    UNDEFINED,
    Directory,
    Structure,
    Value,
    swapped,
)

_BYTE = 1
_HEADER = 16  # bytes; of a TIFF that is not big, 8 of them
_MOST_BYTES = 2**32 - 2**20  # of a file with 32-bit offsets
_STRIP_BYTES, _LEVEL = 2**18, 2  # of ISA-L: measured, see docs/metadata.md
_DEFLATE, _HORIZONTAL, _RGB, _UNASSOCIATED = 8, 2, 2, 2
_PAGE_OF_SEVERAL, _CHUNKY, _NO_UNIT = 2, 1, 1


@dataclass
class _Written:
    """A page whose pixels are written: its tags, and where its strips are."""

    tags: Directory
    offsets: list[int]
    sizes: list[int]


def write(path: Path, pages: Iterable[Page], facts: dict[str, Any] | None) -> None:
    """Write all pages; see `write_photo`."""
    written: list[_Written] = []
    order, kept = "", None
    with open(path, "wb") as file:
        file.write(bytes(_HEADER))
        for page in pages:
            structure = structure_of(page) or Structure(order or "<", {})
            if not order:
                kept = _write_note(file, structure)
                # Makers use the byte order around their notes. Pillow opens no big-endian BigTIFF.
                order = structure.order if kept else "<"
            tags = structure.tags if structure.order == order else swapped(structure.tags)
            tags = _tags(page, Structure(order, tags), facts)
            written.append(_Written(tags, *_write_strips(file, page, order)))
        if not written:
            raise ValueError("no page was given")
        _write_directories(file, written, order, kept)


def _write_note(file: BinaryIO, structure: Structure) -> Value | None:
    """Write the maker note of the first page at its offset, where that is near the beginning."""
    note = kept_note(structure.tags, file.tell())
    if note is not None:
        file.write(bytes(note.offset - file.tell()) + note.data)
    return note


def _write_strips(file: BinaryIO, page: Page, order: str) -> tuple[list[int], list[int]]:
    """Write the pixels of a page; offset and size of each strip."""
    offsets, sizes = [], []
    for rows in regrouped(page, _rows_per_strip(page)):
        differences = rows.copy()
        np.subtract(rows[:, 1:], rows[:, :-1], out=differences[:, 1:])
        stored = differences.astype(f"{order}u{page.depth // 8}", copy=False)
        data = isal_zlib.compress(stored.tobytes(), _LEVEL)
        offsets.append(file.tell())
        sizes.append(file.write(data))
    return offsets, sizes


def _rows_per_strip(page: Page) -> int:
    row = page.width * page.channels * page.depth // 8
    return min(page.height, max(1, _STRIP_BYTES // row))


def _tags(page: Page, structure: Structure, facts: dict[str, Any] | None) -> Directory:
    """All tags of a page but those of its place in the file."""
    order, metadata = structure.order, page.metadata
    if metadata.dpi and not exif.is_near(exif.dpi(structure), metadata.dpi):
        structure = exif.with_dpi(structure, metadata.dpi)
    tags = dict(structure.tags)
    if not metadata.dpi:
        tags |= exif.with_dpi(Structure(order, {}), (1, 1)).tags
        tags[exif.RESOLUTION_UNIT] = _numbers(order, SHORT, _NO_UNIT)
    tags |= _layout(page, order)
    if metadata.iptc:
        # Bytes that are called 32-bit numbers, as Adobe and ExifTool have it.
        tags[exif.IPTC] = Value(LONG, metadata.iptc + bytes(-len(metadata.iptc) % 4))
    if (xmp := xmp_of(page, facts)) is not None:
        tags[exif.XMP] = Value(_BYTE, xmp)
    if facts is not None and not _has_text(tags.get(exif.DESCRIPTION)):
        text = "\n".join(mark_lines(facts))
        tags[exif.DESCRIPTION] = Value(ASCII, text.encode() + b"\0")
    return tags


def _has_text(value: Value | Directory | None) -> bool:
    """Whether a value says anything: some cameras store a description of spaces."""
    return isinstance(value, Value) and bool(value.data.strip(b"\0 "))


def _layout(page: Page, order: str) -> Directory:
    """The tags that say how the pixels are stored."""
    tags: Directory = {
        256: _numbers(order, LONG, page.width),
        257: _numbers(order, LONG, page.height),
        258: _numbers(order, SHORT, *[page.depth] * page.channels),
        259: _numbers(order, SHORT, _DEFLATE),
        262: _numbers(order, SHORT, _RGB),
        277: _numbers(order, SHORT, page.channels),
        278: _numbers(order, LONG, _rows_per_strip(page)),
        284: _numbers(order, SHORT, _CHUNKY),
        317: _numbers(order, SHORT, _HORIZONTAL),
        34675: Value(UNDEFINED, srgb_profile()),
    }
    if page.channels == 4:
        tags[338] = _numbers(order, SHORT, _UNASSOCIATED)
    return tags


def _numbers(order: str, kind: int, *numbers: int) -> Value:
    code = {SHORT: "H", LONG: "I", LONG8: "Q"}[kind]
    return Value(kind, struct.pack(f"{order}{len(numbers)}{code}", *numbers))


def _write_directories(
    file: BinaryIO, pages: list[_Written], order: str, kept: Value | None
) -> None:
    """Write the directory of each page, and the header that names the first."""
    needed = sum(_bytes_of(page.tags) + 16 * len(page.offsets) for page in pages)
    big = file.tell() + needed > _MOST_BYTES
    number, offset = ("Q", LONG8) if big else ("I", LONG)
    link = 8 if big else 4  # where the offset of the next directory is to be written
    for count, page in enumerate(pages):
        tags: Directory = {
            273: _numbers(order, offset, *page.offsets),
            279: _numbers(order, LONG, *page.sizes),
        }
        if len(pages) > 1:
            tags[254] = _numbers(order, LONG, _PAGE_OF_SEVERAL)
            tags[297] = _numbers(order, SHORT, min(count, 65_535), min(len(pages), 65_535))
        tags |= page.tags
        start = file.seek(0, 2)
        start += file.write(bytes(start % 2))
        store = Store(start, order, big, kept)
        at = store.directory(tags)
        file.write(store.content)
        file.seek(link)
        file.write(struct.pack(order + number, at))
        link = store.end_of(tags, at)
    mark = {"<": b"II", ">": b"MM"}[order]
    file.seek(0)
    file.write(
        mark + struct.pack(order + "HHH", 43, 8, 0) if big else mark + struct.pack(order + "H", 42)
    )


def _bytes_of(tags: Directory) -> int:
    return sum(
        40 + (_bytes_of(value) if isinstance(value, dict) else len(value.data))
        for value in tags.values()
    )
