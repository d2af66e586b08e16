"""Find damage inside a JPEG file that Pillow does not report.

libjpeg fills missing parts with grey or random pixels and gives a warning, which Pillow drops. So
the file is decoded once more, at an eighth of its size, by a library that reports warnings.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import simplejpeg

# Messages about what this decoder cannot do, though Pillow may be able to. All other messages, also
# libjpeg's warnings, mean that the image is not the one that was stored.
_CANNOT = re.compile(
    "not implemented|omitted at compile|Unsupported (JPEG|color)|subsampling|memory|too (big|large)"
)
# A failing disk or an interrupted download leaves long runs of zeros.
_ZEROS = bytes(64)
_EOI, _SOS, _DHT = 0xD9, 0xDA, 0xC4
_BETWEEN_SCANS = (_SOS, _DHT, 0xDB, 0xDC, 0xDD)  # DQT, DNL, DRI
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_DHT, 0xC8, 0xCC}
_SEQUENTIAL, _PROGRESSIVE = (0xC0, 0xC1), 0xC2  # with Huffman codes
_WITHOUT_LENGTH = frozenset([0x01, *range(0xD0, 0xD9)])
_END_OF_BLOCK = 0
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)


class _Segment(NamedTuple):
    """One marker: its code, its parameters, and the offset of what follows them."""

    marker: int
    body: bytes
    end: int


def jpeg_damage(data: bytes) -> str | None:
    """What is damaged inside a JPEG file, or None.

    Metadata and stray bytes before the image data, and what follows its end, are not checked. Some
    damage cannot be found, because the result is still a valid JPEG: most changes of a single bit,
    other data that decode to as many blocks, and the lowest bits of a progressive file.

    Args:
        data: the bytes of the file.
    """
    segments = list(_segments(data))
    frame = next((s for s in segments if s.marker in _FRAMES), None)
    first_scan = next((s for s in segments if s.marker == _SOS), None)
    if frame is None or first_scan is None:
        return "no image data"
    for segment in segments[segments.index(first_scan) :]:
        if segment.marker not in _BETWEEN_SCANS and not _is_metadata(segment.marker):
            return f"marker 0x{segment.marker:02x} in the image data"
    return _warning(data, segments, frame, first_scan) or _zeroed(data, segments, frame)


def _warning(
    data: bytes, segments: list[_Segment], frame: _Segment, first_scan: _Segment
) -> str | None:
    """The decoder's first message about the image data, or None."""
    needed = [s for s in segments if s.end <= first_scan.end and not _is_metadata(s.marker)]
    header = b"".join(b"\xff" + bytes([s.marker]) + s.body for s in needed)
    bare = b"\xff\xd8" + header + data[first_scan.end :]
    channels = frame.body[7] if len(frame.body) > 7 else 0
    try:
        simplejpeg.decode_jpeg(
            bare, "CMYK" if channels == 4 else "GRAY", min_height=1, min_width=1, min_factor=8
        )
    except ValueError as error:
        return None if _CANNOT.search(str(error)) else str(error)
    return None


def _is_metadata(marker: int) -> bool:
    return 0xE0 <= marker <= 0xEF or marker == 0xFE


def _zeroed(data: bytes, segments: list[_Segment], frame: _Segment) -> str | None:
    """A run of zeros in a scan in which zeros do not code a plain area, or None.

    The code of only zeros is the first in its Huffman table. Where this code, for the AC
    coefficients, does not end a block, 64 zero bytes are blocks with all coefficients alike. No
    encoder writes such blocks.
    """
    tables: dict[int, int] = {}
    for segment in segments:
        if segment.marker == _DHT:
            tables.update(_first_symbols(segment.body[2:]))
        elif segment.marker == _SOS and not _may_be_zeros(segment.body[2:], frame.marker, tables):
            scan = data[segment.end : _scan_end(data, segment.end)]
            if _ZEROS in scan:
                return f"zeros in the place of image data, {scan.find(_ZEROS)} bytes into a scan"
    return None


def _may_be_zeros(scan: bytes, frame: int, tables: dict[int, int]) -> bool:
    """Whether zeros in a scan may be a plain area, by its parameters and Huffman tables."""
    count = scan[0] if scan else 0
    if len(scan) < 4 + 2 * count:
        return True
    ac_tables = [0x10 | scan[2 + 2 * at] & 0x0F for at in range(count)]
    first, approximation = scan[1 + 2 * count], scan[3 + 2 * count] >> 4
    if frame in _SEQUENTIAL:
        return all(tables.get(table, _END_OF_BLOCK) == _END_OF_BLOCK for table in ac_tables)
    if frame == _PROGRESSIVE and first > 0 and approximation == 0:
        return all(tables.get(table, 0) & 0x0F == 0 for table in ac_tables)  # ends bands of blocks
    return True  # differences of 0 or bits of refinement: a plain area


def _first_symbols(body: bytes) -> Iterator[tuple[int, int]]:
    """(class and number, first symbol) of each Huffman table of a DHT segment."""
    while len(body) > 17:
        count = sum(body[1:17])
        yield body[0], body[17]
        body = body[17 + count :]


def _segments(data: bytes) -> Iterator[_Segment]:
    """All markers up to the end of the image; stray bytes between them are skipped."""
    at = 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker == _EOI:
            return
        if marker in (0x00, 0xFF) or marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield _Segment(marker, data[at + 2 : end], end)
        at = _scan_end(data, end) if marker == _SOS else end


def _scan_end(data: bytes, at: int) -> int:
    """Where the coded data that begin at `at` end: at the next marker that is not a restart."""
    found = _AFTER_SCAN.search(data, at)
    return found.start() if found else len(data)
