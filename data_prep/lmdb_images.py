"""The images in an LMDB as LSUN publishes it: each key is an image's hash, each value its file."""

import re
import struct
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from colorkeras.console.errors import UserError
from colorkeras.data.folders.examine import MAX_BYTES
from colorkeras.data.images.formats import UnusableImage
from data_prep.image_source import Item, ReadableSource, Reader
from data_prep.worker_process import context, leave_interrupts

FILE = "data.mdb"
_PORTION = 10_000
_PLAIN = re.compile(rb"[0-9A-Za-z_.-]{1,200}")
_HEX = "hex-"
# Of lmdb.h and mdb.c (OpenLDAP): MDB_meta, after a page header of 16 bytes, on pages 0 and 1.
_META_AT = 16
_META = struct.Struct("<IIQQ IHHQQQQQ IHHQQQQQ QQ")
_MAGIC, _VERSION = 0xBEEFC0DE, 1


@dataclass(frozen=True)
class LmdbImages(ReadableSource):
    """The images in an LMDB, read without a lock file or any other change.

    Attributes:
        path: of the data file.
    """

    path: Path
    kind = "lmdb"

    def items(self) -> Iterator[Item]:
        """Yield an item for each key.

        Keys are read in a process of their own, because damaged pages may crash it.

        Raises:
            UserError: when it is no LMDB, or is damaged or truncated.
        """
        check_header(self.path)
        _library()
        last = None
        with ProcessPoolExecutor(1, context(__name__), initializer=leave_interrupts) as child:
            while True:
                try:
                    keys = child.submit(_keys_after, self.path, last).result()
                except BrokenProcessPool:
                    raise _damaged(self.path, "reading its keys ended the process") from None
                except _Unreadable as error:
                    raise _damaged(self.path, str(error)) from None
                if not keys:
                    return
                yield from (Item(name_of(key)) for key in keys)
                last = keys[-1]

    def files(self) -> list[Path]:
        """The data file."""
        return [self.path]

    def reader(self) -> Reader:
        """What a worker process reads values with."""
        return _LmdbReader(self.path)


class _Unreadable(Exception):  # noqa: N818 - raised in the child process, then made a UserError
    """What the library says about a file that it cannot read."""


class _LmdbReader:
    """Reads values of an LMDB that it keeps open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._transaction: Any = None

    def __call__(self, name: str, where: str = "") -> bytes:
        lmdb = _library()
        try:
            if self._transaction is None:
                self._transaction = _opened(self._path).begin(buffers=True)
            value = self._transaction.get(key_of(name))
            if value is None:
                raise UnusableImage("no longer in the LMDB")
            if len(value) > MAX_BYTES:
                raise UnusableImage(f"more than {MAX_BYTES >> 20} MiB")
            return bytes(value)
        except lmdb.Error as error:
            raise UnusableImage(f"damaged in the LMDB ({error})") from error


def name_of(key: bytes) -> str:
    """The name of a key: itself where it is plain ASCII, else its bytes in hexadecimal."""
    is_plain = _PLAIN.fullmatch(key) and not key.startswith(_HEX.encode())
    return key.decode() if is_plain else f"{_HEX}{key.hex()}"


def key_of(name: str) -> bytes:
    """The key of a name that `name_of` gave."""
    return bytes.fromhex(name[len(_HEX) :]) if name.startswith(_HEX) else name.encode()


def check_header(path: Path) -> None:
    """Refuse a file that is not a complete LMDB, before the library maps it into memory.

    A file that is shorter than its header states is an interrupted download. Reading the missing
    pages would end the process with a bus error.

    Raises:
        UserError: when it is no LMDB, or not complete.
    """
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            first = _meta(file, 0)
            second = _meta(file, first.page_size) if first else None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}.") from error
    if first is None:
        raise UserError(
            f"{path}: not an LMDB. LSUN's archives contain a file {FILE}; give the archive as "
            "published."
        )
    newest = max((meta for meta in (first, second) if meta), key=lambda meta: meta.transaction)
    expected = (newest.last_page + 1) * newest.page_size
    if size < expected:
        raise UserError(
            f"{path}: {size:,} bytes, its header states {expected:,}: the download was "
            "interrupted. Fetch it again."
        )


@dataclass(frozen=True)
class _Meta:
    """What a meta page states: bytes of a page, number of the last page, newest transaction."""

    page_size: int
    last_page: int
    transaction: int


def _meta(file: BinaryIO, at: int) -> _Meta | None:
    file.seek(at + _META_AT)
    data = file.read(_META.size)
    if len(data) < _META.size:
        return None
    magic, version, _, _, page_size, *_, last_page, transaction = _META.unpack(data)
    if (magic, version) != (_MAGIC, _VERSION) or not 256 <= page_size <= 65536:
        return None
    return _Meta(page_size, last_page, transaction)


def _keys_after(path: Path, last: bytes | None) -> list[bytes]:
    lmdb = _library()
    try:
        with _opened(path) as environment, environment.begin() as transaction:
            cursor = transaction.cursor()
            found = cursor.first() if last is None else cursor.set_range(last)
            if found and last is not None and cursor.key() == last:
                found = cursor.next()
            keys: list[bytes] = []
            while found and len(keys) < _PORTION:
                keys.append(cursor.key())
                found = cursor.next()
            return keys
    except lmdb.Error as error:
        raise _Unreadable(str(error)) from None


def _opened(path: Path) -> Any:
    return _library().open(str(path), subdir=False, readonly=True, lock=False, readahead=False)


def _library() -> Any:
    try:
        import lmdb
    except ImportError:
        raise UserError(
            "reading LSUN needs the library lmdb, which is not installed. Install it with "
            '`pip install "colorkeras[lmdb]"` (or `pip install lmdb`).'
        ) from None
    return lmdb


def _damaged(path: Path, why: str) -> UserError:
    return UserError(f"{path}: a damaged LMDB ({why}). Fetch it again.")
