"""Open the source that a path names: a folder, zip archives, or an LMDB.

Images are listed without being read; worker processes read them later, each with files of its own.
Nothing of the user's is changed. Only the data file of an LMDB is unpacked to the disk, under a
name of ours.
"""

import os
from pathlib import Path, PurePosixPath

from colorkeras.console.errors import UserError
from colorkeras.data.folders.walk import unlistable, walk_images
from data_prep.folder_images import FolderImages
from data_prep.image_source import GivenSource
from data_prep.lmdb_images import FILE as LMDB_FILE
from data_prep.lmdb_images import LmdbImages
from data_prep.zip_images import ZipArchives, opened_zip
from data_prep.zipped_lmdb import ZippedLmdb


def open_source(given: str) -> GivenSource:
    """Open a folder of images, a zip archive, a folder of zip archives, or an LMDB.

    An LMDB is given as its file, as its folder, or as the zip archive in which it is published.

    Raises:
        UserError: when it is none of these, or a folder with both archives and images.
    """
    path = Path(os.path.expanduser(given))
    if not given or not path.exists():
        raise UserError(
            f"{given!r}: no such file or folder. Give the archive or an unpacked folder."
        )
    path = path.absolute()
    if path.is_file():
        return _open_file(path)
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
    return _open_file(archives[0]) if archives else FolderImages(path)


def _open_file(path: Path) -> GivenSource:
    if path.suffix.lower() == ".mdb":
        return LmdbImages(path)
    if path.suffix.lower() != ".zip":
        raise UserError(f"{path}: expected a .zip archive, an LMDB ({LMDB_FILE}) or a folder.")
    with opened_zip(path) as archive:
        databases = [m for m in archive.infolist() if PurePosixPath(m.filename).name == LMDB_FILE]
    if len(databases) == 1:
        return ZippedLmdb(path, databases[0].filename)
    return ZipArchives((path,))
