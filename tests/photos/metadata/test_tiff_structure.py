"""Directories of tags: every byte comes back, and nothing hostile takes long."""

import io
import struct

import pytest

from colorkeras.photos.metadata.tiff_store import Store, stored
from colorkeras.photos.metadata.tiff_structure import (
    EXIF,
    GPS,
    INTEROPERABILITY,
    MAKER_NOTE,
    DamagedStructure,
    Structure,
    Value,
    read_structure,
    swapped,
)


def plain(tags):
    """The values without their offsets."""
    return {
        tag: (value.kind, value.data) if isinstance(value, Value) else plain(value)
        for tag, value in tags.items()
    }


def tags(order):
    numbers = struct.pack(order + "HHH", 1, 2, 3)
    return {
        270: Value(2, b"odd\0" + "é".encode() + b"\0"),
        258: Value(3, numbers),
        EXIF: {
            MAKER_NOTE: Value(7, bytes(range(256)) * 3),
            33434: Value(5, struct.pack(order + "II", 1, 250)),
            37377: Value(10, struct.pack(order + "ii", -7, 3)),
            INTEROPERABILITY: {1: Value(2, b"R98\0")},
        },
        GPS: {0: Value(1, b"\2\3\0\0"), 2: Value(5, struct.pack(order + "6I", *range(6)))},
        65000: Value(12, struct.pack(order + "2d", 0.5, -1e9)),
    }


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_byte_comes_back(order):
    found = read_structure(stored(Structure(order, tags(order))))
    assert (found.order, found.is_whole) == (order, True)
    assert plain(found.tags) == plain(tags(order))


@pytest.mark.parametrize("big", [False, True])
def test_a_directory_anywhere_in_a_file(big):
    store = Store(1000, ">", big)
    at = store.directory(tags(">"))
    assert at % 2 == 0
    header = b"MM\0+\0\x08\0\0" + struct.pack(">Q", at) if big else b"MM\0*" + struct.pack(">I", at)
    found = read_structure(io.BytesIO(header.ljust(1000, b"\0") + store.content))
    assert plain(found.tags) == plain(tags(">"))


@pytest.mark.parametrize("offset", [8, 10, 80, 400, 401, 5000])
def test_a_maker_note_keeps_its_offset(offset):
    others = tags("<")
    others[EXIF][MAKER_NOTE] = Value(7, b"note" * 50, offset)
    data = stored(Structure("<", others))
    assert data[offset : offset + 200] == b"note" * 50
    found = read_structure(data)
    assert found.tags[EXIF][MAKER_NOTE].offset == offset
    assert plain(found.tags) == plain(others)
    moved = stored(Structure("<", others), keeps_place=False)
    assert plain(read_structure(moved).tags) == plain(others)
    assert len(moved) <= len(data)


def test_the_other_byte_order():
    assert plain(swapped(tags("<"))) == plain(tags(">"))
    comment = Value(7, b"UNICODE\0" + "№".encode("utf-16-le"))
    assert swapped({1: comment})[1].data == b"UNICODE\0" + "№".encode("utf-16-be")


def test_tags_that_are_skipped_are_not_missing():
    data = stored(Structure("<", tags("<")))
    found = read_structure(data, skip=frozenset([258, EXIF]))
    assert found.is_whole
    assert set(found.tags) == {270, GPS, 65000}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        b"Exif\0\0II*\0",
        b"II*\0\0\0\0\0",
        b"II*\0\xff\xff\xff\xff",
        b"II\0*\x08\0\0\0",
    ],
)
def test_no_structure(data):
    with pytest.raises(DamagedStructure):
        read_structure(data)


@pytest.mark.parametrize(
    "entry",
    [
        (270, 2, 2**32 - 1, 8),  # too long
        (270, 2, 100, 2**32 - 1),  # behind the end
        (270, 99, 1, 8),  # no such type
        (EXIF, 4, 1, 8),  # itself
        (EXIF, 4, 1, 2**32 - 1),
    ],
)
def test_values_that_cannot_be_read_are_left_out(entry):
    good = struct.pack("<HHII", 256, 4, 1, 7)
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", 2)
    found = read_structure(head + good + struct.pack("<HHII", *entry) + bytes(4))
    assert not found.is_whole
    assert plain(found.tags) == {256: (4, struct.pack("<I", 7))}


def test_a_page_beyond_the_last_one():
    data = stored(Structure("<", tags("<")))
    with pytest.raises(DamagedStructure):
        read_structure(data, page=1)
    circle = b"II*\0\x08\0\0\0" + struct.pack("<H", 0) + struct.pack("<I", 8)
    assert read_structure(circle, page=2**40).tags == {}
