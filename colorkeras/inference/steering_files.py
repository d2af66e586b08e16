"""Which file has the hints for which photograph of a plan."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.data.images.decode import opened, upright_size
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.grey import grey_reason
from colorkeras.inference.colorize_plan import Job, Plan, is_file_name
from colorkeras.photos.photograph import Photo
from colorkeras.photos.reading import Reading
from colorkeras.photos.reducing import small_copy
from colorkeras.steering.hints import read_hints

_LOOKED_AT = 256  # pixels of the copy that shows whether a reference has colors
_SUFFIXES = (".csv", ".png")


def add_steering(plan: Plan, args: argparse.Namespace, out: Path) -> None:
    """Check what `--hints` and `--reference` name, and give the jobs of a plan their hints.

    Args:
        plan: a `Plan`, changed; see `add_hints`.
        args: of the command line.
        out: the folder of the results, or the file for one.

    Raises:
        UserError: as `add_hints`; when the reference cannot be used.
    """
    if args.hints is not None:
        add_hints(plan, Path(args.hints), out, args.samples or 0)
    if args.reference is not None:
        check_reference(Path(args.reference), Reading(args.max_pixels, args.full_range))
        _keep(plan, [args.reference], args.samples or 0)


def check_reference(path: Path, reading: Reading) -> None:
    """Refuse a reference that is no photograph in color.

    Raises:
        UserError: when it cannot be read, or is grey.
    """
    try:
        photo = Photo(path, reading)
        page = photo.page(photo.numbers[0])
        reason = grey_reason(small_copy(page.shown, (page.height, page.width), _LOOKED_AT))
    except UnusableImage as error:
        raise UserError(f"--reference {path}: {error.reason}.") from error
    if reason:
        raise UserError(
            f"--reference {path}: has no colors to take over ({reason}); expected a photograph in "
            "color."
        )


def add_hints(plan: Plan, hints: Path, out: Path, samples: int = 0) -> None:
    """Give the jobs of a plan their hints.

    A file is for one photograph. In a folder, the hints of the photograph with the result
    OUT/sub/name.png are sub/name.csv or sub/name.png; a photograph without hints is colored as the
    model has it. Hints that cannot be used make the job a problem, and so does a result that would
    replace hints.

    Args:
        plan: a `Plan`, changed.
        hints: the file or the folder.
        out: the folder of the results, or the file for one.
        samples: number of colorings of each photograph, 0 for one without a number.

    Raises:
        UserError: when there is no such file or folder, a file is given for several photographs, or
            no photograph has hints in the folder.
    """
    if not hints.exists():
        raise UserError(f"--hints: {hints}: no such file or folder.")
    if hints.is_dir():
        _leave_out_strokes(plan, hints)
        jobs = [replace(job, hints=_in_folder(job, hints, out)) for job in plan.jobs]
    elif len(plan.jobs) + len(plan.problems) > 1:
        raise UserError(
            f"--hints {hints}: a file has the hints of one photograph, "
            f"{len(plan.jobs) + len(plan.problems)} were given. Give a folder with a file of hints "
            "for each: NAME.csv or NAME.png for the photograph NAME."
        )
    else:
        jobs = [replace(job, hints=hints) for job in plan.jobs]
    if jobs and not any(job.hints for job in jobs):
        raise UserError(
            f"--hints {hints}: no photograph has hints in this folder; expected, for example, "
            f"{_names(jobs[0], hints, out)[0]} or {_names(jobs[0], hints, out)[1].name}."
        )
    plan.jobs[:] = jobs
    _keep(plan, [job.hints for job in jobs if job.hints], samples)


def _keep(plan: Plan, files: Sequence[str | Path], samples: int) -> None:
    """Keep the jobs whose hints can be used, and that replace none of these files."""
    used = {os.path.realpath(file) for file in files}
    reasons = {job: _problem(job, used, samples) for job in plan.jobs}
    plan.problems.extend((job.photo, reason) for job, reason in reasons.items() if reason)
    plan.jobs[:] = [job for job, reason in reasons.items() if not reason]


def _leave_out_strokes(plan: Plan, folder: Path) -> None:
    """Where the folder of hints lies in that of the photographs, its images are no photographs."""
    inside = Path(os.path.realpath(folder))
    outside = [x for x in plan.jobs if inside not in Path(os.path.realpath(x.photo)).parents]
    if outside:
        plan.jobs[:] = outside


def _in_folder(job: Job, folder: Path, out: Path) -> Path | None:
    """The hints of a job; None where there are none.

    Raises:
        UserError: when there are two files.
    """
    photo = os.path.realpath(job.photo)
    there = [x for x in _names(job, folder, out) if x.is_file() and os.path.realpath(x) != photo]
    if len(there) > 1:
        raise UserError(f"--hints: {there[0]} and {there[1].name} are both there; keep one.")
    return there[0] if there else None


def _names(job: Job, folder: Path, out: Path) -> list[Path]:
    result = job.photo.stem if is_file_name(out) else job.output.relative_to(out).with_suffix("")
    return [folder / f"{result}{suffix}" for suffix in _SUFFIXES]


def _problem(job: Job, used: set[str], samples: int) -> str:
    """What is wrong with the hints of a job, as far as the header of the photograph tells."""
    files = [*job.outputs(samples), job.doubt]
    if replaced := next((file for file in files if os.path.realpath(file) in used), None):
        return f"its result {replaced} would replace what it is made of; choose another -o"
    if job.hints is None:
        return ""
    try:
        with opened(job.photo) as image:
            if image.format == "TIFF":  # the size of its first full page is not in the first header
                return ""
            read_hints(job.hints, upright_size(image))
    except (UnusableImage, UserError) as error:
        return str(error)
    return ""
