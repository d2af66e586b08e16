"""An LMDB inside a zip archive. It must be unpacked before it can be read."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.records.atomic import replacing
from data_prep.disk_space import require_space
from data_prep.image_source import GivenSource
from data_prep.lmdb_images import FILE, LmdbImages, check_header
from data_prep.zip_images import opened_zip, refused_member

MAX_LMDB = 1 << 38  # bytes; LSUN's largest scene category has 43 GB
_CHUNK = 1 << 20


@dataclass(frozen=True)
class ZippedLmdb(GivenSource):
    """An LMDB inside the zip archive in which it is published.

    Attributes:
        archive: the zip archive.
        member: the name of the data file in it.
    """

    archive: Path
    member: str
    kind = "lmdb"

    def files(self) -> list[Path]:
        """The archive."""
        return [self.archive]

    def stage(self, folder: Path) -> LmdbImages:
        """Unpack the data file into a folder, once.

        Raises:
            UserError: when the archive is damaged or hostile, or the disk is too small.
        """
        target = folder / FILE
        if not target.exists():
            with opened_zip(self.archive) as archive:
                member = archive.getinfo(self.member)
                if reason := refused_member(member, most=MAX_LMDB):
                    raise UserError(f"{self.archive}: {self.member} is not unpacked: {reason}.")
                require_space(folder, member.file_size)
                _unpack(archive, member, target)
            try:
                check_header(target)
            except UserError as error:
                target.unlink()  # or it would be used again after the archive was repaired
                raise UserError(
                    f"{self.archive}: {self.member} in it is not a complete LMDB. Fetch it again."
                ) from error
        return LmdbImages(target)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    done = 0
    with (
        ProgressReport("unpacking", member.file_size >> 20, unit="MiB") as progress,
        replacing(target) as temporary,
        open(temporary, "wb") as file,
    ):
        try:
            with archive.open(member) as stream:
                while data := stream.read(_CHUNK):
                    done += len(data)
                    if done > member.file_size:
                        raise zipfile.BadZipFile("larger than its header states")
                    file.write(data)
                    progress.update(done >> 20)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise UserError(
                f"{archive.filename}: {member.filename} is damaged ({error}). Fetch it again."
            ) from error
