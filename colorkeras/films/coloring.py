"""Color a film: all of it, the scenes of a part in a result that is there, or a part by itself."""

import time
from collections.abc import Sequence
from pathlib import Path

from colorkeras.films.film_job import FilmJob, FilmResult
from colorkeras.films.joining import FilmFile
from colorkeras.films.options import FilmOptions
from colorkeras.films.recoloring import recolored
from colorkeras.films.verifying import luma_change
from colorkeras.films.writing import Report
from colorkeras.inference.saved_model import SavedModel


def color_film(
    source: Path,
    out: Path,
    models: Sequence[SavedModel],
    options: FilmOptions | None = None,
    report: Report | None = None,
    looking: Report | None = None,
) -> FilmResult:
    """Color a film. A call that was ended goes on where it was when it is repeated.

    Args:
        source: the film.
        out: the result; ends in .mp4, .m4v, .mov or .mkv.
        models: one, or those of an ensemble.
        options: how; None for the usual ones.
        report: called in another thread with the number of frames that are done, and of all frames
            where it is known, else None.
        looking: called likewise, in this thread, while the frames that hints or a reference steer
            are looked for, before any is colored.

    Raises:
        UnusableFilm: when the film cannot be colored; the message does not name it.
        UserError: when the result cannot be written, or another file is in its place.
        PredictionError: when a model predicts NaN or infinity.
    """
    began, options = time.monotonic(), options or FilmOptions()
    job = FilmJob(source, out, models, options, report or _silent, looking or _silent)
    found, span = job.found(), options.span
    if found == job.facts:
        result = FilmResult(out, "already there")
    elif found is not None:
        result, span = recolored(job, found), None  # of a whole film
    else:
        result = _colored(job)
    if options.verify:
        result.change = luma_change(source, out, options.max_pixels, span)
    result.seconds = time.monotonic() - began
    return result


def _silent(done: int, total: int | None) -> None:
    """Report nothing."""


def _colored(job: FilmJob) -> FilmResult:
    with job.folder(job.facts) as folder:
        source, encoding, parts = job.colored_parts(folder)
        file, is_part = FilmFile(job.source, job.out), job.options.span is not None
        job.write(file, parts, source, encoding, job.facts, is_part)
    return job.result(parts)
