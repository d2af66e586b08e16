"""The image files in a folder."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from colorkeras.data.folders.examine import MAX_BYTES
from colorkeras.data.folders.walk import walk_images
from colorkeras.data.images.formats import UnusableImage
from data_prep.image_source import Item, ReadableSource, Reader


@dataclass(frozen=True)
class FolderImages(ReadableSource):
    """The image files below a folder.

    Attributes:
        root: the folder.
    """

    root: Path
    notes: list[str] = field(default_factory=list, init=False)
    kind = "folder"

    def items(self) -> Iterator[Item]:
        """Yield the images, and what is not read with the reason; fills `notes`."""
        walk = walk_images(self.root)
        self.notes[:] = walk.notes()
        yield from map(Item, walk.names)
        yield from (Item(name, refused=reason) for name, reason in walk.skipped())

    def reader(self) -> Reader:
        """What a worker process reads files with."""
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
