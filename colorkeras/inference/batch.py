"""A batch of `colorize`: the photographs of a plan, the list of what became of them, the sheet."""

from contextlib import nullcontext, suppress
from pathlib import Path

import numpy as np

from colorkeras.data.images.decode import read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.inference.batch_csv import BatchCsv
from colorkeras.inference.colorize_files import Outcome, colorize_files
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorize_plan import Job, Plan
from colorkeras.inference.photo_colorizer import PhotoColorizer, Result
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.contact_sheet import PREVIEW, ContactSheet, Entry, preview
from colorkeras.photos.photograph import Photo
from colorkeras.photos.reducing import small_copy
from colorkeras.records.folder_lock import locked

_BUSY = "another colorize is writing into this folder; wait for it, or choose another -o."


def run_batch(
    plan: Plan, models: list[SavedModel], options: Options, folder: Path | None, with_sheet: bool
) -> Outcome:
    """Color all photographs of a plan.

    Args:
        plan: the plan.
        models: one, or those of an ensemble.
        options: how.
        folder: of the results, which gets the list; None for a single file.
        with_sheet: whether the folder gets a contact sheet.

    Raises:
        PredictionError, UserError: as `colorize_files`; when another batch writes into the folder.
    """
    with nullcontext() if folder is None else locked(folder, _BUSY):
        table = BatchCsv(folder) if folder else None
        sheet = ContactSheet(folder) if folder and with_sheet else None

        def done(job: Job, result: Result) -> None:
            if sheet:
                _add(sheet, job, result)

        colorizer = PhotoColorizer(models, options, table)
        if table:
            for problem, reason in plan.problems:
                table.add(problem, [], {}, status="skipped", reason=reason)
        outcome = colorize_files(plan.jobs, colorizer, options.jobs, table, done)
        if table:
            table.tidy()
        outcome.files = sheet.write() if sheet else []
        return outcome


def _add(sheet: ContactSheet, job: Job, result: Result) -> None:
    """Add a photograph to the sheet; what cannot be read again is left out."""
    has_doubt = job.doubt.exists()
    caption = (job.output.relative_to(sheet.folder).parent / job.photo.name).as_posix()
    entry = Entry(job.photo, tuple(result.outputs), job.doubt if has_doubt else None, caption)
    with suppress(UnusableImage):
        after = [_small(path) for path in entry.after]
        sheet.add(entry, _small(job.photo), after, _small(job.doubt) if has_doubt else None)


def _small(path: Path) -> np.ndarray:
    """A small copy of an image of any kind."""
    try:
        return preview(read_rgb(path, at_least=(PREVIEW, PREVIEW), checked=True))
    except UnusableImage:
        photo = Photo(path)
        page = photo.page(photo.numbers[0])
        return small_copy(page.shown, (page.height, page.width), PREVIEW)
