"""The images in zip archives, read in place: nothing is extracted."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from colorkeras.data.examine import MAX_BYTES
from colorkeras.data.formats import UnusableImage
from colorkeras.errors import UserError
from data_prep.item import Item
from data_prep.names import folded, is_image_name, refusal

MAX_MEMBERS = 20_000_000
# An image hardly shrinks in a zip; 200 times is beyond what any format of ours leaves to gain.
MAX_RATIO = 200
_SMALL = 1 << 20  # bytes: below, a ratio says nothing


@dataclass(frozen=True)
class ZipArchives:
    """The images in one or more zip archives.

    Attributes:
        paths: the archives, read in this order.
    """

    paths: tuple[Path, ...]
    kind: str = field(default="zip", init=False)

    def items(self) -> Iterator[Item]:
        seen = set()
        for path in self.paths:
            with opened_zip(path) as archive:
                members = archive.infolist()
                if len(members) > MAX_MEMBERS:
                    raise UserError(
                        f"{path}: {len(members):,} members; at most {MAX_MEMBERS:,} expected."
                    )
                for member in members:
                    name = member.filename
                    if member.is_dir() or not is_image_name(name):
                        continue
                    reason = refused_member(member)
                    key = (path.name, folded(name))
                    if not reason and key in seen:
                        reason = "same name as another member, but for case"
                    seen.add(key)
                    yield Item(self._label(path, name), member.file_size, reason)

    def files(self) -> list[Path]:
        return list(self.paths)

    def reader(self):
        return _ZipReader(self)

    def _label(self, path: Path, name: str) -> str:
        return name if len(self.paths) == 1 else f"{path.name}/{name}"

    def locate(self, label: str) -> tuple[Path, str]:
        """The archive and the member of an item's name."""
        if len(self.paths) == 1:
            return self.paths[0], label
        first, _, name = label.partition("/")
        return next(path for path in self.paths if path.name == first), name


class _ZipReader:
    """Reads members of archives that it keeps open."""

    def __init__(self, source: ZipArchives):
        self._source, self._open = source, {}

    def __call__(self, label: str) -> bytes:
        path, name = self._source.locate(label)
        if path not in self._open:
            self._open[path] = opened_zip(path)
        archive = self._open[path]
        try:
            member = archive.getinfo(name)
            with archive.open(member) as stream:
                data = stream.read(member.file_size + 1)  # a bomb's header may lie
            if len(data) != member.file_size:
                raise UnusableImage("larger than its archive says")
            return data
        except UnusableImage:
            raise
        except Exception as error:  # damaged archives: zipfile and zlib raise nearly anything
            raise UnusableImage(f"damaged in the archive ({error})") from error


def opened_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive.

    Raises:
        UserError: when it is damaged, or cannot be read.
    """
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise UserError(
            f"{path}: no whole zip archive ({error}). A download that broke off looks like this: "
            "fetch it again, or go on with --download where there is one."
        ) from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}.") from error


def refused_member(member: zipfile.ZipInfo, most: int = MAX_BYTES) -> str:
    """Why a member of an archive is not read; "" for one that is."""
    if reason := refusal(member.filename):
        return reason
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "not a regular file (a link or a device)"
    if member.flag_bits & 0x1:
        return "encrypted"
    if member.file_size > most:
        return f"more than {most >> 20} MiB"
    if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
        return f"packed more than {MAX_RATIO}-fold: a decompression bomb"
    return ""
