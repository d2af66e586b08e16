"""Films as `colorize` colors them: what becomes which file, and what the user is told."""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.console.counted import counted
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.extensions import is_image_name
from colorkeras.films.facts import UnusableFilm
from colorkeras.films.film_plan import TABLE, Planned, check_film, plan_films
from colorkeras.films.options import FilmOptions
from colorkeras.records.atomic import check_folder_writable

if TYPE_CHECKING:
    from colorkeras.films.film_job import FilmResult
    from colorkeras.inference.saved_model import SavedModel

EXIT_INCOMPLETE = 1


def color_films(
    films: Sequence[Path],
    args: argparse.Namespace,
    options: FilmOptions,
    open_models: Callable[[], list["SavedModel"]],
) -> int:
    """Color films one after the other; return the exit code: 1 where some were skipped.

    Args:
        films: their files.
        args: of the command; `out` and `dry_run` are used.
        options: how to color.
        open_models: opens the model, or those of an ensemble.

    Raises:
        UserError: when there is nothing to color, or PyAV is missing.
    """
    require_pyav()
    _check_steering(films, options, args.preview is not None)
    if args.preview is not None:
        return _preview(films, Path(args.out), args, options, open_models)
    jobs, problems = plan_films(films, Path(args.out))
    if not jobs:
        raise UserError("; ".join(f"{film}: {reason}" for film, reason in problems) + ".")
    for film, reason in problems:
        _tell_skipped(film, reason)
    if args.dry_run:
        for job in jobs:
            there = " (exists)" if job.out.exists() and not options.overwrite else ""
            print(f"{printable(job.film)} -> {printable(job.out)}{there}")
        return EXIT_INCOMPLETE if problems else 0
    models, skipped = open_models(), len(problems)
    for job in jobs:
        try:
            _tell(job, _color(job, models, options))
        except UnusableFilm as error:
            if len(films) == 1:
                raise UserError(f"{job.film}: {error}.") from error
            _tell_skipped(job.film, str(error))
            skipped += 1
    return EXIT_INCOMPLETE if skipped else 0


def require_pyav() -> None:
    """Check that films can be read.

    Raises:
        UserError: when PyAV is not installed.
    """
    if importlib.util.find_spec("av") is None:
        raise UserError(
            "films are read and written with the library PyAV, which is not installed. Install it "
            'with `pip install "colorkeras[video]"` (or `pip install av`).'
        )


def _check_steering(films: Sequence[Path], options: FilmOptions, is_preview: bool) -> None:
    """Refuse hints and a reference that cannot be used, before a model is opened.

    Raises:
        UserError: when there are none, hints are given for several films, or only stills are made.
    """
    if is_preview and (options.hints or options.reference):
        name = "hints" if options.hints else "reference"
        raise UserError(f"--preview: shows the colors of the model; leave --{name} out.")
    if options.hints is not None:
        if not options.hints.exists():
            raise UserError(f"--hints: {options.hints}: no such file or folder.")
        if len(films) > 1:
            raise UserError(
                f"--hints {options.hints}: has the hints of one film, {len(films)} were given. "
                "Color each by a command of its own."
            )
    if options.reference is not None:
        from colorkeras.inference.steering_files import check_reference
        from colorkeras.photos.reading import Reading

        check_reference(options.reference, Reading(options.max_pixels))


def _color(job: Planned, models: list["SavedModel"], options: FilmOptions) -> "FilmResult":
    from colorkeras.films.coloring import color_film

    progress = _Progress(f"coloring {job.film.name}")
    looking = _Progress(f"scenes of {job.film.name}")

    def update(done: int, total: int | None) -> None:
        looking.close()
        progress.update(done, total)

    try:
        return color_film(job.film, job.out, models, options, update, looking.update)
    except KeyboardInterrupt:
        print(
            printable(f"{job.film}: the scenes that are done stay; the same command goes on."),
            file=sys.stderr,
        )
        raise
    finally:
        looking.close()
        progress.close()


def _preview(
    films: Sequence[Path],
    out: Path,
    args: argparse.Namespace,
    options: FilmOptions,
    open_models: Callable[[], list["SavedModel"]],
) -> int:
    """Write stills of one film's scenes."""
    from colorkeras.films.mark import facts_of_result, marked_facts
    from colorkeras.records.checksum import sha256_of

    if len(films) > 1:
        raise UserError(f"--preview: {len(films)} films were given; expected one.")
    if is_image_name(out.name) or out.is_file():
        raise UserError(f"{out}: names a file; with --preview, OUT is a folder for the stills.")
    if options.span:
        raise UserError("--preview: shows all scenes; leave --range out.")
    (film,) = films
    try:
        check_film(film)
        if marked_facts(film) is not None:
            raise UnusableFilm("a result of colorkeras: color the film that it was made of")
        check_folder_writable(out)
        if (out / TABLE).exists() and not options.overwrite:
            raise UserError(f"{out / TABLE}: exists; --overwrite replaces it and the stills.")
        if args.dry_run:
            print(f"{printable(film)} -> {printable(out)}")
            return 0
        models = open_models()
        from colorkeras.films.preview import write_preview

        facts = facts_of_result(sha256_of(film), models, options)
        with ProgressReport(f"scenes of {film.name}", unit="frame") as progress:
            scenes = write_preview(
                film, out, models, options, args.preview, facts,
                lambda done, total: progress.update_of(done, total or done),
            )  # fmt: skip
    except UnusableFilm as error:
        raise UserError(f"{film}: {error}.") from error
    print(f"{printable(out)}: {counted(len(scenes), 'scene')}")
    return 0


class _Progress:
    """Shows how far a film is; the first report may be of frames that were done before."""

    def __init__(self, name: str) -> None:
        self._name, self._is_over = name, False
        self._report: ProgressReport | None = None

    def update(self, done: int, total: int | None) -> None:
        if self._report is None:
            self._first, self._began = done, time.monotonic()
            self._report = ProgressReport(self._name, total, done, unit="frame")
            self._report.__enter__()
        seconds = time.monotonic() - self._began
        rate = (done - self._first) / seconds if seconds else 0.0
        self._report.update(done, f"{rate:.1f} frames/s")

    def close(self) -> None:
        if self._report is not None and not self._is_over:
            self._is_over = True
            self._report.__exit__(None)


def _tell(job: Planned, result: "FilmResult") -> None:
    for note in result.notes:
        print(f"note on {printable(job.film)}: {printable(note)}", file=sys.stderr)
    if result.change is not None:
        largest, mean, top = result.change
        print(
            f"{printable(job.film)}: luma changed by at most {largest} of {top} code values, "
            f"by {mean:.3f} on average"
        )
    if result.status != "colorized":
        print(f"{printable(job.out)}: {result.status}")
        return
    minutes = f"{int(result.seconds) // 60}:{int(result.seconds) % 60:02d}"
    size = f"{counted(result.frames, 'frame')}, {counted(result.scenes, 'scene')}"
    print(f"{printable(job.out)}: {size}, in {minutes}")


def _tell_skipped(film: Path, reason: str) -> None:
    print(f"skipped {printable(film)}: {printable(reason)}", file=sys.stderr)
