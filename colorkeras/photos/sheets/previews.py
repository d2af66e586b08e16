"""The small copies that a contact sheet shows: JPEG files, named by what is in them.

So the copies of a new sheet lie beside those of the earlier one, which stays whole until the new
one is complete; and a copy that did not change is not written again.
"""

import hashlib
import io
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from colorkeras.data.images.mark import copy_options, save_options
from colorkeras.records.atomic import remove_leftovers, replacing

FOLDER = "sheet-files"  # below the folder of the results
PREVIEW_FACTS = {"sheet": "preview"}  # in the mark of a colored copy
_QUALITY = 85
_NAME = re.compile(r"[0-9a-f]{32}\.jpg")


@dataclass(frozen=True)
class Preview:
    """A small copy: its file's name, its height and width in pixels."""

    name: str
    height: int
    width: int


Linked = tuple[Preview, str]  # with the URL of the whole image, relative to the sheet


@dataclass(frozen=True)
class Shown:
    """What a sheet shows of one photograph.

    Attributes:
        caption: printable text.
        before: the small copy of the photograph.
        after: those of its colorings.
        doubt: that of the image of the doubt, or None.
    """

    caption: str
    before: Preview
    after: tuple[Linked, ...]
    doubt: Linked | None

    def images(self) -> list[Preview]:
        """All small copies, in the order in which they are shown."""
        return [self.before, *(small for small, _ in (*self.after, *filter(None, [self.doubt])))]


class Previews:
    """The small copies in a folder.

    Args:
        folder: that of the results.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        remove_leftovers(self._folder)
        self._earlier = set(self._names())

    def path(self, preview: Preview) -> Path:
        """Where a small copy is."""
        return self._folder / preview.name

    def store(self, data: bytes, height: int, width: int) -> Preview:
        """Keep the file that `encoded` made of a (height, width, 3) image.

        Raises:
            UserError: when it cannot be written.
        """
        name = f"{hashlib.blake2b(data, digest_size=16).hexdigest()}.jpg"
        preview = Preview(name, height, width)
        path = self.path(preview)
        with suppress(OSError):
            if path.read_bytes() == data:
                return preview
        with replacing(path) as temporary:
            temporary.write_bytes(data)
        return preview

    def remove_earlier(self, kept: Iterable[Preview]) -> None:
        """Remove the copies that were there in the beginning, but those that are kept.

        Other files are left: those of another name, and those that came since then.
        """
        for name in self._earlier - {preview.name for preview in kept}:
            with suppress(OSError):
                (self._folder / name).unlink()

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name)]
        except OSError:  # not there yet
            return []


def encoded(image: np.ndarray, is_colored: bool) -> bytes:
    """A (height, width, 3) uint8 sRGB image as JPEG, marked so that it is never read as a photo."""
    stream = io.BytesIO()
    options = save_options(".jpg", PREVIEW_FACTS) if is_colored else copy_options()
    Image.fromarray(image).save(stream, "JPEG", quality=_QUALITY, **options)
    return stream.getvalue()
