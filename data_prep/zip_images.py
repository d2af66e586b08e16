"""The images in zip archives, read in place: nothing is unpacked to the disk."""

import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from colorkeras.console.errors import UserError
from colorkeras.data.folders.examine import MAX_BYTES
from colorkeras.data.folders.extensions import is_image_name, refused_kind
from colorkeras.data.folders.walk import ignored_in_path, ignored_note
from colorkeras.data.images.formats import UnusableImage
from data_prep.image_source import Item, ReadableSource, Reader
from data_prep.safe_names import folded, refusal

MAX_MEMBERS = 20_000_000
# An image hardly shrinks in a zip: no readable format can be packed 200-fold.
MAX_RATIO = 200
# A member's own header: signature, then what the directory also states, then two lengths.
_HEADER = struct.Struct("<I22xHH")
_SIGNATURE = 0x04034B50
_SMALL = 1 << 20  # bytes: of smaller files the ratio is not checked


@dataclass(frozen=True)
class ZipArchives(ReadableSource):
    """The images in one or more zip archives.

    Attributes:
        paths: the archives, read in this order.
    """

    paths: tuple[Path, ...]
    notes: list[str] = field(default_factory=list, init=False)
    kind = "zip"

    def items(self) -> Iterator[Item]:
        """Yield the images, and what is not read with the reason; fills `notes` at the end.

        Raises:
            UserError: when an archive is damaged or has too many members.
        """
        ignored: Counter[str] = Counter()
        for number in range(len(self.paths)):
            yield from self._items_of(number, ignored)
        self.notes[:] = filter(None, [ignored_note(ignored)])

    def _items_of(self, number: int, ignored: Counter[str]) -> Iterator[Item]:
        path, seen = self.paths[number], set()
        with opened_zip(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise UserError(
                    f"{path}: {len(members):,} members; at most {MAX_MEMBERS:,} expected."
                )
            for at, member in enumerate(members):
                name = member.filename
                if member.is_dir() or ignored_in_path(name, ignored) or not is_image_name(name):
                    continue
                reason = refused_member(member) or refused_kind(name, b"") or ""
                label, key = self._label(path, name), folded(name)
                if key in seen:
                    reason = reason or "same name as another member, except for case"
                    label += f" (member {at})"  # as the name alone would mean both members
                seen.add(key)
                yield Item(label, _Place.of(number, member).text(), reason)

    def files(self) -> list[Path]:
        """The archives."""
        return list(self.paths)

    def reader(self) -> Reader:
        """What a worker process reads members with."""
        return _ZipReader(self)

    def _label(self, path: Path, name: str) -> str:
        return name if len(self.paths) == 1 else f"{path.name}/{name}"


class _Place(NamedTuple):
    """Where a member's bytes are.

    Workers read the bytes from this place, so that they need no directories in memory.
    """

    archive: int
    offset: int
    packed: int
    size: int
    method: int
    checksum: int

    @classmethod
    def of(cls, archive: int, member: zipfile.ZipInfo) -> "_Place":
        return cls(
            archive,
            member.header_offset,
            member.compress_size,
            member.file_size,
            member.compress_type,
            member.CRC,
        )

    def text(self) -> str:
        return " ".join(map(str, self))

    @classmethod
    def parse(cls, text: str) -> "_Place":
        return cls(*map(int, text.split()))


class _ZipReader:
    """Reads members of archives that it keeps open."""

    def __init__(self, source: ZipArchives) -> None:
        self._paths = source.paths
        self._handles: dict[int, int] = {}

    def __call__(self, name: str, where: str) -> bytes:
        place = _Place.parse(where)
        try:
            if place.archive not in self._handles:
                self._handles[place.archive] = os.open(self._paths[place.archive], os.O_RDONLY)
            return _read_member(self._handles[place.archive], place)
        except (OSError, struct.error, zlib.error) as error:
            raise UnusableImage(f"damaged in the archive ({error})") from error


def _read_member(file: int, place: _Place) -> bytes:
    """The member's bytes, checked against size and CRC-32 (APPNOTE.TXT, 4.3.7)."""
    header = _HEADER.unpack(os.pread(file, _HEADER.size, place.offset))
    if header[0] != _SIGNATURE:
        raise UnusableImage("damaged in the archive (no member begins here)")
    begin = place.offset + _HEADER.size + header[1] + header[2]
    data = os.pread(file, place.packed, begin)
    if place.method == zipfile.ZIP_DEFLATED:
        # One byte more than the header states, to notice a header that lies.
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, place.size + 1)
    if len(data) != place.size:
        raise UnusableImage("damaged in the archive (its size is not the one stated)")
    if zlib.crc32(data) != place.checksum:
        raise UnusableImage("damaged in the archive (its checksum is wrong)")
    return data


def opened_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive for reading.

    Raises:
        UserError: when it is damaged or cannot be read.
    """
    try:
        return zipfile.ZipFile(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}.") from error
    except Exception as error:  # zipfile raises nearly anything on a hostile directory
        raise UserError(
            f"{path}: not a complete zip archive ({error}), as after an interrupted download. "
            "Fetch it again, or continue with --download where the data set has it."
        ) from error


def refused_member(member: zipfile.ZipInfo, most: int = MAX_BYTES) -> str:
    """Why a member of an archive is not read; "" for one that is."""
    if reason := refusal(member.filename):
        return reason
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "not a regular file (a link or a device)"
    if member.flag_bits & 0x1:
        return "encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"compressed by method {member.compress_type}; expected stored or deflated"
    if member.file_size > most:
        return f"more than {most >> 20} MiB"
    if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
        return f"compressed more than {MAX_RATIO}-fold: a decompression bomb"
    return ""
