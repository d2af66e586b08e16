"""Ordinary RGB JPEGs, decoded without the detour through Pillow's image.

A training reads the same files in every epoch, and most are ordinary: eight bits, three components,
upright, sRGB. Their header is parsed here in a few microseconds, and libjpeg-turbo decodes them
straight into an array. The samples are Pillow's, bit for bit: the same library, with the same
settings. Whatever is not certainly ordinary is left to `decode`, which also has all the errors.
"""

import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import simplejpeg

from colorkeras.data.images import modes
from colorkeras.data.images.compact import LARGE

_EOI = b"\xff\xd9"
_SOS, _COM, _APP1, _APP2, _DQT, _DHT, _DRI = 0xDA, 0xFE, 0xE1, 0xE2, 0xDB, 0xC4, 0xDD
_FRAMES = (0xC0, 0xC1, 0xC2)  # with Huffman codes: baseline, sequential, progressive
_TABLES = (_DQT, _DHT, _DRI, _COM)
_EIGHT_BITS, _COMPONENTS = 8, 3
_SHORTEST = 16  # pixels: below it, two scales of libjpeg-turbo may give the same size
_EXIF, _XMP, _ICC = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_WHOLE = b"\1\1"  # part 1 of 1 of a profile
_ORIENTATION, _EXIF_IFD, _COLOR_SPACE = 0x0112, 0x8769, 0xA001
_SHORT, _LONG = 3, 4  # types of a TIFF's values


class _Header(NamedTuple):
    """Of an ordinary JPEG: its size in pixels, and where the coded data begin."""

    height: int
    width: int
    end: int


class _NotOrdinaryError(Exception):
    """The file is left to the general decoder."""


def read_ordinary(
    path: str | Path, at_least: tuple[int, int] | None, max_pixels: int
) -> np.ndarray | None:
    """Decode a JPEG file that is ordinary.

    Args:
        path: a file of any kind.
        at_least: (height, width) that the caller needs; the image may be decoded at 1/2, 1/4 or 1/8
            of its size, as by `decode.read_rgb`. None for its full size.
        max_pixels: largest width x height that is decoded.

    Returns:
        (height, width, 3) uint8 sRGB, contiguous, what `decode.decode` returns; None for every
        other file, also a missing or damaged one.
    """
    try:
        data = _bytes_of_jpeg(path)
        height, width, end = _header(data)
        if width * height > min(max_pixels, LARGE):  # then memory matters, see `compact`
            return None
        if not data.endswith(_EOI) and _EOI not in data[end:]:
            return None
        ratio = _ratio((height, width), at_least)
        size = (-(-height // ratio), -(-width // ratio))
        scaled = {"min_height": size[0], "min_width": size[1], "min_factor": ratio}
        image = simplejpeg.decode_jpeg(data, **(scaled if ratio > 1 else {}))
    except (_NotOrdinaryError, OSError, ValueError, IndexError, struct.error):
        return None
    return image if image.shape == (*size, _COMPONENTS) else None


def _bytes_of_jpeg(path: str | Path) -> bytes:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would block
        raise _NotOrdinaryError
    with open(path, "rb", buffering=0) as file:
        if file.read(3) != b"\xff\xd8\xff":
            raise _NotOrdinaryError
        file.seek(0)
        return file.read(status.st_size)


def _ratio(stored: tuple[int, int], at_least: tuple[int, int] | None) -> int:
    """1, 2, 4 or 8: by what Pillow's `draft` divides the size."""
    if at_least is None:
        return 1
    most = min(stored[0] // at_least[0], stored[1] // at_least[1])
    return next((ratio for ratio in (8, 4, 2) if most >= ratio), 1)


def _header(data: bytes) -> _Header:
    """Parse the segments before the first scan; all of them must be of well-known kinds."""
    size, profile, exif, at = None, None, None, 2
    while True:
        if data[at] != 0xFF:
            raise _NotOrdinaryError
        marker, length = data[at + 1], data[at + 2] << 8 | data[at + 3]
        start, end = at + 4, at + 2 + length
        if marker == _SOS:
            break
        if marker in _FRAMES and size is None:
            size = _size(data[start:end])
        elif 0xE0 <= marker <= 0xEF and size is None:
            if marker == _APP2:
                profile = _only(profile, _profile(data[start:end]))
            elif marker == _APP1:
                exif = _exif(data[start:end], exif)
        elif marker not in _TABLES:
            raise _NotOrdinaryError
        at = end
    if size is None:
        raise _NotOrdinaryError
    # A profile that is sRGB settles the colors, whatever Exif says.
    if exif is not None:
        _check_exif(exif, colors=profile is None)
    return _Header(*size, end)


def _size(frame: bytes) -> tuple[int, int]:
    """(height, width) of a frame header of three components of eight bits."""
    precision, height, width, components = struct.unpack_from(">BHHB", frame)
    if (precision, components) != (_EIGHT_BITS, _COMPONENTS) or min(height, width) < _SHORTEST:
        raise _NotOrdinaryError
    return height, width


def _only(before: bytes | None, found: bytes) -> bytes:
    """What was found, where nothing of its kind was found before."""
    if before is not None:
        raise _NotOrdinaryError
    return found


def _profile(segment: bytes) -> bytes:
    """The color profile in one segment, which must be as good as sRGB."""
    profile = segment[len(_ICC) + len(_WHOLE) :]
    if not segment.startswith(_ICC + _WHOLE) or not modes.is_srgb(profile):
        raise _NotOrdinaryError
    return profile


def _exif(segment: bytes, before: bytes | None) -> bytes | None:
    """The Exif data found so far, with those of a segment APP1."""
    if segment.startswith(_EXIF):
        return _only(before, segment[len(_EXIF) :])
    # XMP states the orientation where Exif does not.
    if segment.startswith(_XMP) and b"tiff:Orientation" in segment:
        raise _NotOrdinaryError
    return before


def _check_exif(exif: bytes, colors: bool) -> None:
    """Raise where Exif data state an orientation, or a color space where `colors` are of interest.

    An orientation of 1 and a color space of 1, sRGB, are what is ordinary.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        raise _NotOrdinaryError
    (first,) = struct.unpack_from(order + "I", exif, 4)
    for tag, kind, count, value in _entries(exif, order, first):
        if tag == _ORIENTATION:
            _check_one(order, kind, count, value)
        elif tag == _EXIF_IFD and colors:
            if (kind, count) != (_LONG, 1):
                raise _NotOrdinaryError
            (offset,) = struct.unpack(order + "I", value)
            for entry in _entries(exif, order, offset):
                if entry[0] == _COLOR_SPACE:
                    _check_one(order, *entry[1:])


def _entries(exif: bytes, order: str, offset: int) -> Iterator[tuple[int, int, int, bytes]]:
    """(tag, type, count, four bytes of value) of each entry of a directory."""
    (count,) = struct.unpack_from(order + "H", exif, offset)
    directory = exif[offset + 2 : offset + 2 + 12 * count]
    if len(directory) < 12 * count:
        raise _NotOrdinaryError
    yield from struct.iter_unpack(order + "HHI4s", directory)


def _check_one(order: str, kind: int, count: int, value: bytes) -> None:
    """Raise where an entry is not one SHORT of value 1."""
    if (kind, count) != (_SHORT, 1) or value[:2] != struct.pack(order + "H", 1):
        raise _NotOrdinaryError
