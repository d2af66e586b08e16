"""The options of `colorize` that are for films, and those that are not."""

import argparse
import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.console.errors import UserError, choose
from colorkeras.data.folders.extensions import FILMS, suffix_of

if TYPE_CHECKING:
    from colorkeras.films.options import FilmOptions

MOST_STILLS = 100
ENCODINGS = ("high", "small", "lossless")
# Options of photographs, and why a film has none of them.
_NOT_OF_FILMS = {
    "tiles": "each frame would be predicted several times",
    "samples": "a film is colored once; give another --seed for other colors",
    "doubt": "it is measured for photographs only",
    "if_color": "a film is colored anew, whatever it shows",
    "format": "the name of the result decides; -o FILM.mp4, .mov or .mkv",
    "quality": "--encoding decides",
    "sheet": "--preview N writes stills",
    "full_range": "a film states its range",
    "jobs": "they are colored one after the other, each on all cores",
}
# A transport stream's ending is also that of TypeScript's files: those of a folder are no films.
_NAMES = FILMS | {".ts"}
_OF_FILMS = ("steady", "encoding", "range", "preview")


def add_film_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of films to the command line of `colorize`."""
    group = parser.add_argument_group(
        "films", "these need the extra: pip install colorkeras[video]"
    )
    group.add_argument(
        "--steady",
        metavar="METHOD",
        help="how the colors of a scene's frames are made alike: steady (default), key, mean, or "
        "plain for each frame by itself; see docs/films-steadiness.md",
    )
    group.add_argument(
        "--encoding",
        choices=ENCODINGS,
        help="high: hardly any loss (default); small: a smaller file; lossless: every sample as it "
        "was made, a large file that few players show",
    )
    group.add_argument(
        "--range",
        metavar="START-END",
        help="only this part, in seconds, m:s or h:m:s. Where OUT is the colored film already, its "
        "scenes in this part are colored anew; else OUT becomes a film of this part",
    )
    group.add_argument(
        "--preview",
        type=int,
        metavar="N",
        help="instead of the film, write N stills of each of its scenes into the folder OUT, "
        "before and after, and a list of the scenes",
    )


def films_among(arguments: list[str]) -> list[Path]:
    """The films that these paths and patterns mean; none where they are photographs.

    Raises:
        UserError: when both kinds are among them, or a pattern means no file.
    """
    named = [a for a in arguments if suffix_of(a) in _NAMES and not os.path.isdir(a)]
    if not named:
        return []
    if others := [a for a in arguments if a not in named]:
        raise UserError(
            f"{named[0]} is a film, {others[0]} is none: color films and photographs by two "
            "commands, and give films by their names, not by their folder."
        )
    found: dict[Path, None] = {}
    for name in named:
        paths = [name]
        if not os.path.lexists(name) and glob.has_magic(name):
            paths = sorted(p for p in glob.glob(name, recursive=True) if os.path.isfile(p))
            if not paths:
                raise UserError(f"{name}: no film matches this pattern.")
        found |= dict.fromkeys(map(Path, paths))
    return list(found)


def refuse_film_options(args: argparse.Namespace) -> None:
    """Refuse options of films where photographs are colored.

    Raises:
        UserError: naming the first.
    """
    for name in _OF_FILMS:
        if getattr(args, name) is not None:
            raise UserError(
                f"--{name}: is for films, and none of the paths is one (an animated GIF counts as "
                "images)."
            )


def film_options(args: argparse.Namespace, parser: argparse.ArgumentParser) -> "FilmOptions":
    """The options for films.

    Raises:
        UserError: for one that films have not.
    """
    for name, reason in _NOT_OF_FILMS.items():
        if getattr(args, name) != parser.get_default(name):
            raise UserError(f"--{name.replace('_', '-')}: not for films: {reason}.")
    if args.keep != "luma":
        raise UserError(
            f"--keep {args.keep}: not for films: they store luma, which stays as it is."
        )
    from colorkeras.films.clock import span_of
    from colorkeras.films.options import FilmOptions
    from colorkeras.films.steadying import METHODS

    if args.preview is not None and not 1 <= args.preview <= MOST_STILLS:
        raise UserError(f"--preview: received {args.preview}, expected 1 to {MOST_STILLS}.")
    if args.steady is not None:
        choose(args.steady, METHODS, "--steady")
    usual = FilmOptions()
    return FilmOptions(
        args.saturation,
        args.temperature,
        args.seed,
        args.steady or usual.steady,
        args.encoding or usual.encoding,
        not args.no_mark,
        args.overwrite,
        args.verify,
        args.max_pixels,
        None if args.range is None else span_of(args.range, "--range"),
        None if args.hints is None else Path(args.hints),
        None if args.reference is None else Path(args.reference),
    )
