"""What images are read from: a folder, zip archives, an LMDB. Listed first, read later.

Listing yields names without reading a picture; reading happens in worker processes, each with
handles of its own. Nothing is extracted to the disk and nothing of the user's is changed.
"""

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from colorkeras.data.examine import MAX_BYTES
from colorkeras.data.formats import UnusableImage
from colorkeras.data.index import image_names
from colorkeras.errors import UserError
from data_prep.names import folded, is_image_name, refusal

MAX_MEMBERS = 20_000_000
# An image hardly shrinks in a zip; 200 times is beyond what any format of ours leaves to gain.
MAX_RATIO = 200
_SMALL = 1 << 20  # bytes: below, a ratio says nothing


class Item(NamedTuple):
    """One image of a source.

    Attributes:
        name: unique in the source; of several archives "archive.zip/member".
        size: bytes as stored, 0 where not known.
        refused: why it will not be read; "" for one that will.
    """

    name: str
    size: int = 0
    refused: str = ""


@dataclass(frozen=True)
class FolderOfImages:
    """The image files below a folder."""

    root: Path
    kind: str = field(default="folder", init=False)

    def items(self) -> Iterator[Item]:
        for name in sorted(image_names(self.root)):
            try:
                size = os.stat(self.root / name).st_size
            except OSError as error:
                yield Item(name, refused=f"unreadable: {error.strerror}")
                continue
            yield Item(name, size)

    def files(self) -> list[Path]:
        """The files whose hash identifies the source; none, as the images themselves do."""
        return []

    def reader(self):
        return self._read

    def _read(self, name: str) -> bytes:
        path = self.root / name
        try:
            if not path.is_file():
                raise UnusableImage("not a regular file")
            if path.stat().st_size > MAX_BYTES:
                raise UnusableImage(f"more than {MAX_BYTES >> 20} MiB")
            return path.read_bytes()
        except OSError as error:
            raise UnusableImage(f"unreadable: {error.strerror}") from error


@dataclass(frozen=True)
class ZipArchives:
    """The images in one or more zip archives.

    Attributes:
        paths: the archives, read in this order.
        inside: only members whose name begins so, such as "train2017/".
    """

    paths: tuple[Path, ...]
    inside: str = ""
    kind: str = field(default="zip", init=False)

    def items(self) -> Iterator[Item]:
        seen = set()
        for path in self.paths:
            with _opened(path) as archive:
                members = archive.infolist()
                if len(members) > MAX_MEMBERS:
                    raise UserError(
                        f"{path}: {len(members):,} members; at most {MAX_MEMBERS:,} expected."
                    )
                for member in members:
                    name = member.filename
                    if member.is_dir() or not name.startswith(self.inside):
                        continue
                    if not is_image_name(name):
                        continue
                    reason = _refusal(member)
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
            self._open[path] = _opened(path)
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


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise UserError(
            f"{path}: no whole zip archive ({error}). A download that broke off looks like this: "
            "fetch it again, or go on with --download where there is one."
        ) from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}.") from error


def _refusal(member: zipfile.ZipInfo) -> str:
    if reason := refusal(member.filename):
        return reason
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "not a regular file (a link or a device)"
    if member.flag_bits & 0x1:
        return "encrypted"
    if member.file_size > MAX_BYTES:
        return f"more than {MAX_BYTES >> 20} MiB"
    if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
        return f"packed more than {MAX_RATIO}-fold: a decompression bomb"
    return ""


def open_source(given: str, inside: str = ""):
    """The source that a path means: a folder of images, a zip, or a folder of zips.

    Raises:
        UserError: when it is none of them.
    """
    path = Path(given).expanduser()
    if not given or not path.exists():
        raise UserError(
            f"{given!r}: no such file or folder. Give the archive or an unpacked folder."
        )
    if path.is_file():
        if path.suffix.lower() != ".zip":
            raise UserError(f"{path}: expected a .zip archive or a folder.")
        return ZipArchives((path.absolute(),), inside)
    archives = sorted(p for p in path.iterdir() if p.suffix.lower() == ".zip" and p.is_file())
    if archives:
        return ZipArchives(tuple(p.absolute() for p in archives), inside)
    return FolderOfImages(path.absolute())
