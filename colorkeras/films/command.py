"""Films as `colorize` colors them: what becomes which file, and what the user is told."""

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.extensions import FILMS, is_image_name, suffix_of
from colorkeras.films.encoding import CONTAINERS
from colorkeras.films.facts import UnusableFilm
from colorkeras.films.options import FilmOptions
from colorkeras.records.atomic import check_folder_writable

if TYPE_CHECKING:
    from colorkeras.films.film_job import FilmResult
    from colorkeras.inference.saved_model import SavedModel

EXIT_INCOMPLETE = 1


@dataclass(frozen=True)
class Planned:
    """A film and its result."""

    film: Path
    out: Path


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
    if args.preview is not None:
        return _preview(films, Path(args.out), args, options, open_models)
    jobs, problems = _plan(films, Path(args.out))
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


def _plan(films: Sequence[Path], out: Path) -> tuple[list[Planned], list[tuple[Path, str]]]:
    """The jobs, and (film, reason) of those that cannot be colored."""
    is_file = is_image_name(out.name) and not out.is_dir()
    if is_file and suffix_of(out.name) not in CONTAINERS:
        kind = "a film" if suffix_of(out.name) in FILMS else "an image"
        raise UserError(
            f"{out}: the name of {kind}; a colored film is one of {', '.join(CONTAINERS)}, or give "
            "a folder."
        )
    if is_file and len(films) > 1:
        raise UserError(f"{out}: names one file, {len(films)} films were given; give a folder.")
    if not is_file and out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder for the results.")
    check_folder_writable(out.parent if is_file else out)
    jobs: list[Planned] = []
    problems: list[tuple[Path, str]] = []
    for film in films:
        try:
            result = out if is_file else _result_in(out, film)
            _check(film, result, [job.out for job in jobs])
            jobs.append(Planned(film, result))
        except (UnusableFilm, UserError) as error:
            problems.append((film, str(error).rstrip(".")))
    return jobs, problems


def _result_in(folder: Path, film: Path) -> Path:
    """The result below a folder: in the film's own kind of file, else the first that holds it."""
    from colorkeras.films.joining import FilmFile

    own = [suffix_of(film.name)] if suffix_of(film.name) in CONTAINERS else []
    *first, last = (folder / (film.stem + suffix) for suffix in (*own, ".mp4", ".mkv"))
    for result in first:
        try:
            _check_film(film)
            FilmFile(film, result).check_streams()
            return result
        except UserError:
            continue
    return last


def _check(film: Path, result: Path, taken: Sequence[Path]) -> None:
    from colorkeras.films.joining import FilmFile
    from colorkeras.films.mark import marked_facts

    _check_film(film)
    if result in taken:
        raise UnusableFilm(f"its result would be {result}, as that of another; choose another -o")
    if os.path.realpath(result) == os.path.realpath(film):
        raise UnusableFilm("its result would replace it; choose another -o")
    if marked_facts(film) is not None:
        raise UnusableFilm("a result of colorkeras: color the film that it was made of")
    FilmFile(film, result).check_streams()


def _check_film(film: Path) -> None:
    if not film.exists():
        raise UnusableFilm("no such file")
    if not film.is_file():
        raise UnusableFilm("a device or a pipe, no file")


def _color(job: Planned, models: list["SavedModel"], options: FilmOptions) -> "FilmResult":
    from colorkeras.films.coloring import color_film

    progress = _Progress(job.film.name)
    try:
        return color_film(job.film, job.out, models, options, progress.update)
    except KeyboardInterrupt:
        print(
            printable(f"{job.film}: the scenes that are done stay; the same command goes on."),
            file=sys.stderr,
        )
        raise
    finally:
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
    from colorkeras.films.preview import TABLE, write_preview
    from colorkeras.records.checksum import sha256_of

    if len(films) > 1:
        raise UserError(f"--preview: {len(films)} films were given; expected one.")
    if is_image_name(out.name) or out.is_file():
        raise UserError(f"{out}: names a file; with --preview, OUT is a folder for the stills.")
    if options.span:
        raise UserError("--preview: shows all scenes; leave --range out.")
    (film,) = films
    try:
        _check_film(film)
        if marked_facts(film) is not None:
            raise UnusableFilm("a result of colorkeras: color the film that it was made of")
        check_folder_writable(out)
        if (out / TABLE).exists() and not options.overwrite:
            raise UserError(f"{out / TABLE}: exists; --overwrite replaces it and the stills.")
        if args.dry_run:
            print(f"{printable(film)} -> {printable(out)}")
            return 0
        models = open_models()
        facts = facts_of_result(sha256_of(film), models, options)
        with ProgressReport(f"scenes of {film.name}", unit="frame") as progress:
            scenes = write_preview(
                film, out, models, options, args.preview, facts,
                lambda done, total: progress.update_of(done, total or done),
            )  # fmt: skip
    except UnusableFilm as error:
        raise UserError(f"{film}: {error}.") from error
    print(f"{printable(out)}: {len(scenes)} scenes")
    return 0


class _Progress:
    """Shows how far a film is; the first report may be of frames that were done before."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._report: ProgressReport | None = None

    def update(self, done: int, total: int | None) -> None:
        if self._report is None:
            self._first, self._began = done, time.monotonic()
            self._report = ProgressReport(f"coloring {self._name}", total, done, unit="frame")
            self._report.__enter__()
        seconds = time.monotonic() - self._began
        rate = (done - self._first) / seconds if seconds else 0.0
        self._report.update(done, f"{rate:.1f} frames/s")

    def close(self) -> None:
        if self._report is not None:
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
    print(f"{printable(job.out)}: {result.frames} frames, {result.scenes} scenes, in {minutes}")


def _tell_skipped(film: Path, reason: str) -> None:
    print(f"skipped {printable(film)}: {printable(reason)}", file=sys.stderr)
