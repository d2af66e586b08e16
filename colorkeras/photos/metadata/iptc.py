"""IPTC records (IIM 4.2), and the image resources of Photoshop in which JPEG and PNG hold them."""

import struct
from collections.abc import Iterator

_RECORDS = 0x0404  # of Photoshop's resources: the IPTC records
_MARKER = 0x1C  # before each data set


def records(data: bytes) -> tuple[bytes, bool]:
    """The data sets at the beginning of some bytes, and whether they are whole.

    Args:
        data: as a file has them. TIFF may hold them as 32-bit numbers in the wrong byte order, and
            with zeros after them.
    """
    if data[:1] != b"\x1c" and data[3:4] == b"\x1c" and len(data) % 4 == 0:
        data = b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))
    at = 0
    while at + 5 <= len(data) and data[at] == _MARKER:
        (size,) = struct.unpack_from(">H", data, at + 3)
        start = at + 5
        if size & 0x8000:  # the number of bytes of the size itself
            start += size & 0x7FFF
            size = int.from_bytes(data[at + 5 : start], "big")
        if start + size > len(data):
            break
        at = start + size
    return data[:at], not data[at:].strip(b"\0")


def of_photoshop(resources: bytes) -> bytes | None:
    """The IPTC records among image resources, or None."""
    for kind, content in _resources(resources):
        if kind == _RECORDS:
            return content
    return None


def as_photoshop(data: bytes) -> bytes:
    """Image resources with IPTC records only."""
    head = struct.pack(">4sHHI", b"8BIM", _RECORDS, 0, len(data))
    return head + data + bytes(len(data) % 2)


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, content) of each resource."""
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 7 <= len(data):
        (kind,) = struct.unpack_from(">H", data, at + 4)
        at += 6 + (data[at + 6] // 2 + 1) * 2  # with the name, of an even size
        size = int.from_bytes(data[at : at + 4], "big")
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size + size % 2
