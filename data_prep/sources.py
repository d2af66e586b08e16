"""What images are read from: a folder, zip archives, an LMDB. Listed first, read later.

Listing yields names without reading an image; reading happens in worker processes, each with
handles of its own. Nothing but an LMDB's data file, under a name of ours, is unpacked to the disk,
and nothing of the user's is changed.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from colorkeras.console.errors import UserError
from colorkeras.data.folders.examine import MAX_BYTES
from colorkeras.data.folders.walk import unlistable, walk_images
from colorkeras.data.images.formats import UnusableImage
from data_prep.item import Item
from data_prep.lmdb_images import FILE as LMDB_FILE
from data_prep.lmdb_images import LmdbImages
from data_prep.zip_images import ZipArchives, opened_zip
from data_prep.zipped_lmdb import ZippedLmdb


@dataclass(frozen=True)
class FolderOfImages:
    """The image files below a folder."""

    root: Path
    kind: str = field(default="folder", init=False)
    notes: list[str] = field(default_factory=list, init=False)

    def items(self) -> Iterator[Item]:
        """The images, and what is not read with the reason; fills `notes`."""
        walk = walk_images(self.root)
        self.notes[:] = walk.notes()
        yield from map(Item, walk.names)
        yield from (Item(name, refused=reason) for name, reason in walk.skipped())

    def files(self) -> list[Path]:
        """The files whose hash identifies the source; none, as the images themselves do."""
        return []

    def reader(self):
        return self._read

    def _read(self, name: str, where: str = "") -> bytes:
        path = self.root / name
        try:
            if not path.is_file():
                raise UnusableImage("not a regular file")
            if path.stat().st_size > MAX_BYTES:
                raise UnusableImage(f"more than {MAX_BYTES >> 20} MiB")
            return path.read_bytes()
        except OSError as error:
            raise UnusableImage(f"unreadable: {error.strerror}") from error


def open_source(given: str):
    """The source that a path means: a folder of images, a zip, a folder of zips, or an LMDB.

    An LMDB may be given as its file, its folder, or the zip that it is published in; the last must
    be unpacked first: it has a method `stage(folder)` that returns the source to read.

    Raises:
        UserError: when it is none of them, or a folder of both archives and images.
    """
    path = Path(os.path.expanduser(given))
    if not given or not path.exists():
        raise UserError(
            f"{given!r}: no such file or folder. Give the archive or an unpacked folder."
        )
    path = path.absolute()
    if path.is_file():
        return _of_file(path)
    if not path.is_dir():
        raise UserError(f"{path}: a device or a pipe. Expected an archive or an unpacked folder.")
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise unlistable(path, error) from error
    if os.path.isfile(path / LMDB_FILE):
        return LmdbImages(path / LMDB_FILE)
    archives = [p for p in inside if p.suffix.lower() == ".zip" and os.path.isfile(p)]
    if archives and (beside := walk_images(path).names):
        raise UserError(
            f"{path}: holds zip archives ({archives[0].name}, …) and image files ({beside[0]}, …). "
            "Give the archive itself, or a folder with only one of the two."
        )
    if len(archives) > 1:
        return ZipArchives(tuple(archives))
    return _of_file(archives[0]) if archives else FolderOfImages(path)


def _of_file(path: Path):
    if path.suffix.lower() == ".mdb":
        return LmdbImages(path)
    if path.suffix.lower() != ".zip":
        raise UserError(f"{path}: expected a .zip archive, an LMDB ({LMDB_FILE}) or a folder.")
    with opened_zip(path) as archive:
        databases = [m for m in archive.infolist() if PurePosixPath(m.filename).name == LMDB_FILE]
    if len(databases) == 1:
        return ZippedLmdb(path, databases[0].filename)
    return ZipArchives((path,))
