"""Photographs as JPEG: metadata stand in segments before the image data.

libjpeg-turbo writes the image data by way of simplejpeg, in less time than by way of Pillow, which
copies the pixels into four bytes each.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import simplejpeg

from colorkeras.data.images.mark import mark_lines
from colorkeras.photos.formats.pages import Page
from colorkeras.photos.formats.strips import whole
from colorkeras.photos.metadata.embedding import exif_of, srgb_profile, xmp_of
from colorkeras.photos.metadata.fitting import EXIF_PREFIX, SEGMENT
from colorkeras.photos.metadata.iptc import as_photoshop
from colorkeras.photos.metadata.xmp import in_two

_APP0, _APP1, _APP2, _APP13, _COM = 0xE0, 0xE1, 0xE2, 0xED, 0xFE
_START = b"\xff\xd8"
_XMP, _EXTENSION = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
_EXTENSION_PART = 65_400  # bytes of an extension in one segment
_PHOTOSHOP, _ICC = b"Photoshop 3.0\0", b"ICC_PROFILE\0\1\1"
_RATIO, _INCH, _CENTIMETER = 0, 1, 2  # units of JFIF


def write(path: Path, page: Page, facts: dict[str, Any] | None, quality: int) -> None:
    """Write a page without subsampling of chroma; see `write_photo`."""
    data = simplejpeg.encode_jpeg(whole(page), quality, "RGB", "444")
    with open(path, "wb") as file:
        file.write(_START)
        for marker, content in _segments(page, facts):
            file.write(struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content)
        file.write(memoryview(data)[_end_of_jfif(data) :])


def _end_of_jfif(data: bytes) -> int:
    """Where the segment ends that the encoder puts first, and for which we write our own."""
    if data[:4] != _START + bytes([0xFF, _APP0]):
        return len(_START)
    return 4 + int.from_bytes(data[4:6], "big")


def _segments(page: Page, facts: dict[str, Any] | None) -> Iterator[tuple[int, bytes]]:
    """(marker, content) of all segments of metadata."""
    yield _APP0, b"JFIF\0" + struct.pack(">HBHHBB", 0x0102, *_density(page.metadata.dpi), 0, 0)
    if (exif := exif_of(page, is_jpeg=True)) is not None:
        yield _APP1, EXIF_PREFIX + exif
    yield from _xmp_segments(page, facts)
    if page.metadata.iptc:
        yield _APP13, _PHOTOSHOP + as_photoshop(page.metadata.iptc)
    yield _APP2, _ICC + srgb_profile()
    yield from _comments(page, facts)


def _density(dpi: tuple[float, float] | None) -> tuple[int, int, int]:
    """Unit and pixels across and down, in whole numbers: of the two units, the one that fits."""
    if dpi is None:
        return _RATIO, 1, 1
    per_unit = {_INCH: dpi, _CENTIMETER: (dpi[0] / 2.54, dpi[1] / 2.54)}

    def error(unit: int) -> float:
        return max(abs(min(65_535, max(1, round(x))) / x - 1) for x in per_unit[unit])

    unit = min(per_unit, key=error)
    across, down = (min(65_535, max(1, round(x))) for x in per_unit[unit])
    return unit, across, down


def _xmp_segments(page: Page, facts: dict[str, Any] | None) -> Iterator[tuple[int, bytes]]:
    packet = xmp_of(page, facts) or b""
    if page.metadata.xmp is None or len(_XMP) + len(packet) <= SEGMENT:
        if packet:
            yield _APP1, _XMP + packet
        return
    packet, extension, name = in_two(page.metadata.xmp, facts)
    yield _APP1, _XMP + packet
    for at in range(0, len(extension), _EXTENSION_PART):
        head = name.encode() + struct.pack(">II", len(extension), at)
        yield _APP1, _EXTENSION + head + extension[at : at + _EXTENSION_PART]


def _comments(page: Page, facts: dict[str, Any] | None) -> Iterator[tuple[int, bytes]]:
    """The mark with the photograph's comments after it, in one segment if they fit.

    Most programs read one comment only.
    """
    mark = ["\n".join(mark_lines(facts))] if facts is not None else []
    comments = [text for _, text in page.metadata.texts]
    content = "\n".join([*mark, *comments]).encode("utf-8", "replace")
    if content:
        yield _COM, content[:SEGMENT]
