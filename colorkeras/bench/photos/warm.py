"""What coloring takes in a process that has loaded the model, beside Pillow's reading and writing.

Pillow decodes the same photograph and encodes the same result: what any program must do that colors
it.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from colorkeras.bench.photos.turns import Measured, timed
from colorkeras.console.errors import UserError
from colorkeras.inference.colorize_files import colorize_files
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.photo_colorizer import PhotoColorizer
from colorkeras.inference.result_facts import source_of
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.formats.pages import QUALITY

Parts = dict[str, Callable[[], Measured]]
PILLOW: dict[str, tuple[str, dict[str, Any]]] = {  # of each of its parts: format, options
    "level 1": ("png", {"compress_level": 1}),
    "level 6": ("png", {}),
    f"quality {QUALITY}": ("jpg", {"quality": QUALITY, "subsampling": 0}),
}


def single_parts(model: SavedModel, photo: Path, folder: Path) -> Parts:
    """Parts that color one photograph, or decode and encode as much; all are warm.

    Args:
        model: loaded.
        photo: a grey JPEG.
        folder: for what they write.

    Returns:
        "png" and "jpg", ours to either format; and Pillow's, with the names in `PILLOW`.
    """
    colorizer = PhotoColorizer([model], Options(overwrite=True, jobs=1))
    jobs = {form: Job(photo, folder / f"ours.{form}", form) for form in ("png", "jpg")}
    for job in jobs.values():
        _color(colorizer, job)
    with Image.open(jobs["png"].output) as result:
        pixels = result.convert("RGB")
    ours = {form: partial(_color, colorizer, job) for form, job in jobs.items()}
    rivals = {
        name: partial(_decode_and_encode, photo, pixels, folder / f"pillow.{form}", options)
        for name, (form, options) in PILLOW.items()
    }
    return {name: partial(timed, work) for name, work in {**ours, **rivals}.items()}


def folder_parts(model: SavedModel, photos: list[Path], folder: Path, jobs: int) -> Parts:
    """Parts that color the same photographs, to PNG; all are warm.

    Args:
        model: loaded.
        photos: no two of the same bytes.
        folder: for the results.
        jobs: photographs at a time.

    Returns:
        "together", so many at a time; "in turn", one at a time with all cores for its rows; and
        "in turn, one thread", whose rows are made in one thread.
    """
    work = [Job(photo, folder / f"{photo.stem}.png", "png") for photo in photos]
    # With several jobs the rows of a photograph are made in one thread.
    alone, shared = (PhotoColorizer([model], Options(overwrite=True, jobs=n)) for n in (1, 2))
    for colorizer in (alone, shared):
        _color_all(work[:1], colorizer, 1)
    parts = {
        "together": partial(_color_all, work, shared, jobs),
        "in turn": partial(_color_all, work, alone, 1),
        "in turn, one thread": partial(_color_all, work, shared, 1),
    }
    return {name: partial(timed, part) for name, part in parts.items()}


def _color(colorizer: PhotoColorizer, job: Job) -> None:
    colorizer.color(job, source_of(job.photo))


def _color_all(jobs: list[Job], colorizer: PhotoColorizer, at_a_time: int) -> None:
    outcome = colorize_files(jobs, colorizer, at_a_time, None, None)
    if outcome.counts != {"colorized": len(jobs)}:
        why = "; ".join(f"{photo}: {reason}" for photo, reason in outcome.skipped[:1])
        done = outcome.counts.get("colorized", 0)
        raise UserError(f"{done} of {len(jobs)} photographs were colorized, expected all. {why}")


def _decode_and_encode(photo: Path, pixels: Image.Image, path: Path, options: Any) -> None:
    with Image.open(photo) as image:
        image.load()
    pixels.save(path, **options)
