"""The contact sheet of a batch."""

from contextlib import suppress
from pathlib import Path

import numpy as np

from colorkeras.data.images.decode import read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.photo_colorizer import Result
from colorkeras.photos.photograph import Photo
from colorkeras.photos.reducing import small_copy
from colorkeras.photos.sheets.contact_sheet import PREVIEW, ContactSheet, Entry, preview


class BatchSheet:
    """Collects the photographs of a batch with their results.

    Args:
        folder: of the results.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._sheet = folder, ContactSheet(folder)

    def add(self, job: Job, result: Result) -> None:
        """Add a photograph; what cannot be read again is left out."""
        doubt = job.doubt if job.doubt.exists() else None
        caption = (job.output.relative_to(self._folder).parent / job.photo.name).as_posix()
        entry = Entry(job.photo, tuple(result.outputs), doubt, caption)
        with suppress(UnusableImage):
            after = [_small(path) for path in entry.after]
            self._sheet.add(entry, _small(job.photo), after, _small(doubt) if doubt else None)

    def write(self) -> list[Path]:
        """Write the sheet, and return its files; see `ContactSheet.write`."""
        return self._sheet.write()


def _small(path: Path) -> np.ndarray:
    """A small copy of an image of any kind."""
    try:
        return preview(read_rgb(path, at_least=(PREVIEW, PREVIEW), checked=True))
    except UnusableImage:
        photo = Photo(path)
        page = photo.page(photo.numbers[0])
        return small_copy(page.shown, (page.height, page.width), PREVIEW)
