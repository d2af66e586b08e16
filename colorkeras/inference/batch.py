"""A batch of `colorize`: the photographs of a plan, the list of what became of them, the sheet."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from colorkeras.inference.batch_csv import BatchCsv
from colorkeras.inference.colorize_files import Outcome, colorize_files
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorize_plan import Plan
from colorkeras.inference.photo_colorizer import PhotoColorizer
from colorkeras.inference.saved_model import SavedModel
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
    options = replace(options, jobs=min(options.jobs, len(plan.jobs)))
    with nullcontext() if folder is None else locked(folder, _BUSY):
        table = BatchCsv(folder) if folder else None
        sheet = None
        if folder and with_sheet:
            from colorkeras.inference.batch_sheet import BatchSheet

            sheet = BatchSheet(folder)
        colorizer = PhotoColorizer(models, options, table)
        if table:
            for problem, reason in plan.problems:
                table.add(problem, [], {}, status="skipped", reason=reason)
        outcome = colorize_files(
            plan.jobs, colorizer, options.jobs, table, sheet.add if sheet else None
        )
        if table:
            table.tidy()
        outcome.files = sheet.write() if sheet else []
        return outcome
