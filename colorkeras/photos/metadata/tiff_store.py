"""Store directories of tags in the form of TIFF and Exif; see `tiff_structure`."""

import struct

from colorkeras.photos.metadata.tiff_structure import (
    EXIF,
    LONG,
    LONG8,
    MAKER_NOTE,
    Directory,
    Structure,
    Value,
)

_HEADER, _INLINE = 8, 8  # bytes of a header, and of a value in a directory at most
_FARTHEST = 2**16  # a maker note is kept in its place up to here; Exif in JPEG is not longer


class Store:
    """Bytes of a file from an offset on, which grow by directories and their values.

    Args:
        start: the offset of the first byte.
        order: "<" or ">".
        big: whether the file is a BigTIFF.
        kept: a value that goes to its own offset, or is there already if that lies before `start`.
    """

    def __init__(
        self, start: int, order: str, big: bool = False, kept: Value | None = None
    ) -> None:
        self._start, self._order, self._big, self._kept = start, order, big, kept
        self._data = bytearray()

    @property
    def content(self) -> bytes:
        """All bytes that were stored."""
        return bytes(self._data)

    def directory(self, tags: Directory) -> int:
        """Store a directory, the ones below it, and their values.

        Returns:
            Its offset. The last bytes of it, the offset of the next directory, are 0.
        """
        code, room = ("HHQ", 8) if self._big else ("HHI", 4)
        size = len(tags) * (struct.calcsize("=" + code) + room)
        at = self._take((8 if self._big else 2) + size + room)
        entries = struct.pack(self._order + "HQ"[self._big], len(tags))
        for tag, value in sorted(tags.items()):
            if isinstance(value, dict):
                pointer = struct.pack(self._order + "IQ"[self._big], self.directory(value))
                value = Value(LONG8 if self._big else LONG, pointer)
            data = value.data
            if len(data) > room:
                data = struct.pack(self._order + "IQ"[self._big], self._put(value))
            entries += struct.pack(self._order + code, tag, value.kind, value.count)
            entries += data.ljust(room, b"\0")
        self._data[at - self._start : at - self._start + len(entries)] = entries
        return at

    def end_of(self, tags: Directory, at: int) -> int:
        """Where a directory at an offset has the offset of the next one."""
        return at + (8 + 20 * len(tags) if self._big else 2 + 12 * len(tags))

    def _put(self, value: Value) -> int:
        if value is self._kept:
            at = value.offset
            if at < self._start:
                return at
            self._extend(at + len(value.data))
        else:
            at = self._take(len(value.data))
        self._data[at - self._start : at - self._start + len(value.data)] = value.data
        return at

    def _take(self, size: int) -> int:
        """Room for so many bytes, which begins at an even offset and does not touch `kept`."""
        at = self._start + len(self._data)
        at += at % 2
        if (
            self._kept
            and at < self._kept.offset + len(self._kept.data)
            and at + size > self._kept.offset
        ):
            at = self._kept.offset + len(self._kept.data)
            at += at % 2
        self._extend(at + size)
        return at

    def _extend(self, end: int) -> None:
        self._data.extend(bytes(max(0, end - self._start - len(self._data))))


def stored(structure: Structure, keeps_place: bool = True) -> bytes:
    """The bytes of a structure, with the header of a TIFF.

    Args:
        structure: what to store.
        keeps_place: whether the maker note stays at its offset. Makers count offsets in it from
            the beginning of the structure.
    """
    kept = kept_note(structure.tags, _HEADER) if keeps_place else None
    store = Store(_HEADER, structure.order, kept=kept)
    first = store.directory(structure.tags)
    mark = {"<": b"II*\0", ">": b"MM\0*"}[structure.order]
    return mark + struct.pack(structure.order + "I", first) + store.content


def kept_note(tags: Directory, start: int) -> Value | None:
    """The maker note, if a file of which the first `start` bytes are taken can keep its offset."""
    details = tags.get(EXIF)
    note = details.get(MAKER_NOTE) if isinstance(details, dict) else None
    if isinstance(note, Value) and len(note.data) > _INLINE and start <= note.offset <= _FARTHEST:
        return note
    return None
