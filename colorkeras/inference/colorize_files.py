"""Color image files with a model: what the command `colorize` does once its plan is made.

Each result says in the file that its colors are a model's, and what it was made of: a repeated
command finds it there and does not make it again.
"""

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from colorkeras.console.errors import PredictionError, UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.data.images.decode import opened, opened_rows
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.mark import facts_of, save_options
from colorkeras.data.images.png import write_png
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.colorizer import Colorizer
from colorkeras.inference.model_file.metadata import has_integrity
from colorkeras.inference.saved_model import SavedModel
from colorkeras.records.atomic import remove_leftovers, replacing

Facts = dict[str, Any]
_JPEG_QUALITY = 95
_JPEG_MAX_SIDE = 65_500  # of the library that writes it
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Options:
    """How to color.

    Attributes:
        samples: colorings of each image; 0 for the plain prediction.
        seed: chooses the noise.
        gamut: "desaturate" or "clip".
        overwrite: whether to replace results that exist.
    """

    samples: int
    seed: int
    gamut: str
    overwrite: bool


@dataclass
class Outcome:
    """What became of the jobs.

    Attributes:
        done: how many images were colored.
        there: how many had their results already.
        skipped: (image, reason) of the others.
    """

    done: int
    there: int
    skipped: list[tuple[Path, str]]


def colorize_files(jobs: list[Job], saved: SavedModel, options: Options) -> Outcome:
    """Color the images of all jobs, with a progress report; an image that cannot be is skipped.

    Args:
        jobs: which image becomes which file.
        saved: the model.
        options: how.

    Raises:
        PredictionError: when the model predicts NaN or infinity.
        UserError: when the disk is full.
    """
    for folder in {job.output.parent for job in jobs}:
        remove_leftovers(folder)
    work, outcome = _Work(saved, options), Outcome(0, 0, [])
    with ProgressReport("colorizing", len(jobs), unit="image") as progress:
        for number, job in enumerate(jobs, start=1):
            try:
                written = False
                for output in work.write_results(job):
                    written = True
                    progress.update(number - 1, output.name)
                outcome.done += written
                outcome.there += not written
            except UnusableImage as error:
                outcome.skipped.append((job.photo, error.reason))
            except PredictionError:
                raise
            except UserError as error:
                if getattr(error.__cause__, "errno", None) in _DISK_FULL:
                    raise  # all that follow would fail too
                outcome.skipped.append((job.photo, str(error)))
            progress.update(number, os.fspath(job.photo.name))
    return outcome


class _Work:
    """A model with the options of one call."""

    def __init__(self, saved: SavedModel, options: Options) -> None:
        self._metadata, self._options = saved.metadata, options
        self._colorizer = Colorizer(saved, options.gamut)

    def write_results(self, job: Job) -> Iterator[Path]:
        """Write all colorings of one image, and yield each file: none where all are there already.

        Raises:
            UnusableImage: when the image cannot be read, or a file is in the way.
        """
        options = self._options
        facts = self._facts(job.photo)
        outputs = dict(zip(job.outputs(options.samples), facts, strict=True))
        if not options.overwrite and _are_there(outputs):
            return
        with opened_rows(job.photo) as photo:
            if job.output.suffix.lower() != ".png" and max(photo.shape) > _JPEG_MAX_SIDE:
                raise UnusableImage(f"longer than a JPEG's {_JPEG_MAX_SIDE} pixels; use png")
            for number, (output, made_of) in enumerate(outputs.items()):
                sample = number if options.samples else None
                strips = self._colorizer.strips(photo, sample, job.photo, options.seed)
                _write(output, photo.shape, strips, made_of)
                yield output

    def _facts(self, photo: Path) -> list[Facts]:
        """What the result is made of, for each sample: it stands in the file."""
        try:
            with open(photo, "rb") as file:
                source = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UnusableImage(f"cannot be opened ({error.strerror})") from error
        metadata, options = self._metadata, self._options
        model = {name: str(metadata.get(name))[:200] for name in ("experiment", "run", "step")}
        facts: Facts = {**model, "source": source, "gamut": options.gamut}
        if has_integrity(metadata):  # files of earlier versions have no checksum
            facts["model"] = metadata["integrity"]["sha256"]
        if not options.samples:
            return [facts]
        numbers = range(1, options.samples + 1)
        return [{**facts, "seed": options.seed, "sample": number} for number in numbers]


def _are_there(outputs: dict[Path, Facts]) -> bool:
    """Whether all results exist, made of the same image by the same model in the same way.

    Raises:
        UnusableImage: when another file is in the way.
    """
    found = {output: _made_of(output) for output in outputs if output.exists()}
    if not found:
        return False
    others = [output for output, facts in found.items() if facts != outputs[output]]
    if not others and len(found) == len(outputs):
        return True
    other = next(iter(others or found))
    raise UnusableImage(
        f"{other} exists, {_whose(found[other], outputs[other])}; --overwrite replaces it"
    )


def _made_of(path: Path) -> Facts | None:
    """The facts in a result, None where it is none."""
    try:
        with opened(path) as image:
            return facts_of(image)
    except UnusableImage:
        return None


def _whose(facts: Facts | None, expected: Facts) -> str:
    if facts == expected:
        return "the others do not"
    if not facts:
        return "not known to be made of this image by this model"
    if facts.get("source") != expected["source"]:
        return "made of another image"
    return "made by another model or with other options"


def _write(
    path: Path, shape: tuple[int, int, int], strips: Iterable[np.ndarray], facts: Facts
) -> None:
    """Write the image of that shape with a mark in the file that its colors are a model's."""
    (height, width, _), suffix = shape, path.suffix.lower()
    options = save_options(suffix, facts)
    with replacing(path) as temporary:
        if suffix == ".png":
            chunks = [(kind, content) for kind, content, _ in options["pnginfo"].chunks]
            write_png(temporary, height, width, strips, chunks)
            return
        image, top = Image.new("RGB", (width, height)), 0
        for strip in strips:
            image.paste(Image.fromarray(strip), (0, top))
            top += len(strip)
        image.save(temporary, "JPEG", quality=_JPEG_QUALITY, subsampling=0, **options)
