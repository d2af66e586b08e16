"""Which film becomes which file, decided before a model is opened."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.data.folders.extensions import FILMS, is_image_name, suffix_of
from colorkeras.films.encoding import CONTAINERS
from colorkeras.films.facts import UnusableFilm
from colorkeras.records.atomic import check_folder_writable

TABLE = "scenes.csv"  # the list of scenes in a folder of stills


@dataclass(frozen=True)
class Planned:
    """A film and its result.

    Attributes:
        film: its file.
        out: the file of the result.
    """

    film: Path
    out: Path


def plan_films(films: Sequence[Path], out: Path) -> tuple[list[Planned], list[tuple[Path, str]]]:
    """Decide which film becomes which file.

    Args:
        films: their files.
        out: the result of one film, or a folder.

    Returns:
        The jobs, and (film, reason) of those that cannot be colored.

    Raises:
        UserError: when `out` cannot be a result, or cannot be written.
    """
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
            check_film(film)
            FilmFile(film, result).check_streams()
            return result
        except UserError:
            continue
    return last


def _check(film: Path, result: Path, taken: Sequence[Path]) -> None:
    from colorkeras.films.joining import FilmFile
    from colorkeras.films.mark import marked_facts

    check_film(film)
    if result in taken:
        raise UnusableFilm(f"its result would be {result}, as that of another; choose another -o")
    if os.path.realpath(result) == os.path.realpath(film):
        raise UnusableFilm("its result would replace it; choose another -o")
    if marked_facts(film) is not None:
        raise UnusableFilm("a result of colorkeras: color the film that it was made of")
    FilmFile(film, result).check_streams()


def check_film(film: Path) -> None:
    """Refuse what is no file.

    Raises:
        UnusableFilm: when it is none.
    """
    if not film.exists():
        raise UnusableFilm("no such file")
    if not film.is_file():
        raise UnusableFilm("a device or a pipe, no file")
