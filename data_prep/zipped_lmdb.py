"""An LMDB inside a zip archive, which must be unpacked before it can be read."""

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.records.atomic import replacing
from data_prep.disk_space import require_space
from data_prep.lmdb_images import FILE, LmdbImages, check_header
from data_prep.zip_images import opened_zip, refused_member

MAX_LMDB = 1 << 38  # bytes; LSUN's largest scene category has 43 GB
_CHUNK = 1 << 20


@dataclass(frozen=True)
class ZippedLmdb:
    """An LMDB inside the zip archive that it is published in.

    Attributes:
        archive: the zip.
        member: the name of the data file in it.
    """

    archive: Path
    member: str
    kind: str = field(default="lmdb", init=False)

    def files(self) -> list[Path]:
        return [self.archive]

    def stage(self, folder: Path) -> LmdbImages:
        """Copy the data file out of the archive into our own folder, once.

        Raises:
            UserError: when the archive is damaged or hostile, or the disk too small.
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
                target.unlink()  # else it would stand for an archive that is mended
                raise UserError(
                    f"{self.archive}: {self.member} in it is no whole LMDB. Fetch it again."
                ) from error
        return LmdbImages(target)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path):
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
                        raise zipfile.BadZipFile("larger than its header says")
                    file.write(data)
                    progress.update(done >> 20)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise UserError(
                f"{archive.filename}: {member.filename} is damaged ({error}). Fetch it again."
            ) from error
