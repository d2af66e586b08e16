"""What a preparation asks of a source: its images are listed first, and read later by workers.

A source as the user gives it may have to be unpacked or downloaded before its images can be read:
`GivenSource.stage` does this, and returns the `ReadableSource`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

Reader = Callable[[str, str], bytes]  # (name, where) of an item → the bytes of its file


class Item(NamedTuple):
    """One image of a source, before it is read.

    Attributes:
        name: unique in the source; in one of several archives "archive.zip/member".
        where: what the source's reader needs besides the name, as text; "" where that is enough.
        refused: why it will not be read; "" for an image that will be read.
    """

    name: str
    where: str = ""
    refused: str = ""


class GivenSource(ABC):
    """A source of images as the user gives it.

    Attributes:
        kind: of the source, for dataset.json.
    """

    kind: ClassVar[str]

    def files(self) -> list[Path]:
        """The archives whose hashes identify the source; none where the images themselves do."""
        return []

    def settings(self) -> dict[str, Any] | None:
        """What decides which images the source has, for dataset.json; None for nothing."""
        return None

    @abstractmethod
    def stage(self, folder: Path) -> "ReadableSource":
        """Make the images readable.

        Args:
            folder: for the files that must be written; an interrupted attempt continues there.

        Raises:
            UserError: when that is not possible.
        """


class ReadableSource(GivenSource):
    """A source whose images can be read.

    Attributes:
        notes: what the user should know about the source; complete once `items` has ended.
    """

    notes: Sequence[str] = ()

    def stage(self, folder: Path) -> "ReadableSource":
        """Return the source itself: it is readable as it is."""
        return self

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """Yield all images, and also what is not read, with the reason."""

    @abstractmethod
    def reader(self) -> Reader:
        """What a worker process reads images with.

        The reader raises `UnusableImage` for an image that cannot be read.
        """

    def details(self) -> Any:
        """What was found in the source, as JSON, for dataset.json; None for nothing."""
        return None
