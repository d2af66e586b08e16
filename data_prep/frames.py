"""Frames of films: from each scene, no two alike, without black frames and credits.

python -m data_prep.frames FILM.mp4 -o OUT
"""

import argparse
import sys
from dataclasses import replace

from colorkeras.console.errors import UserError
from data_prep import command
from data_prep.film_source import Films, open_films
from data_prep.frame_sampling import Sampling
from data_prep.prepared_image import Recipe
from data_prep.specification import BY_FOLDER, DatasetSpec, Division, Grouping, Licence

MOST_SECONDS = 100_000  # longer than any film
BY_FILM = Grouping("film", lambda name: name.split("/")[0])

SPEC = DatasetSpec(
    name="frames",
    title="Prepare frames of animated or other films.",
    licence=Licence("Those of the films; they are not known to the suite."),
    # Zhang and Mao: 6000 images, 160×256. Three quarters of them are 4,500 images; in batches of
    # 16 these make the 282 iterations of their log.
    size=(160, 256),
    division=Division(shares=(0.75, 0.125, 0.125), grouping=BY_FOLDER),
    guide="SOURCE is a video file or a folder of video files. The frames of a scene stay in one "
    "split.",
    limit=6000,
)


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = command.build_parser(SPEC)
    default = Sampling()
    parser.add_argument(
        "--interval",
        type=float,
        default=default.interval,
        metavar="S",
        help="seconds between the frames of a scene that are looked at (default: %(default)s)",
    )
    for end in ("start", "end"):
        parser.add_argument(
            f"--skip-{end}",
            type=float,
            default=0.0,
            metavar="S",
            help=f"seconds at the {end} of each film to skip, such as credits over images",
        )
    parser.add_argument(
        "--by-film", action="store_true", help="keep all frames of a film in one split"
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return command.run(SPEC, argv, build_parser(), _by_film, _open)


def _by_film(spec: DatasetSpec, args: argparse.Namespace) -> DatasetSpec:
    if not args.by_film:
        return spec
    return replace(spec, division=replace(spec.division, grouping=BY_FILM))


def _open(args: argparse.Namespace, recipe: Recipe) -> Films:
    if not 0 < args.interval <= MOST_SECONDS:
        raise UserError(
            f"--interval: received {args.interval}, expected seconds above 0, at most "
            f"{MOST_SECONDS:,}."
        )
    for end in ("start", "end"):
        value = getattr(args, f"skip_{end}")
        if not 0 <= value <= MOST_SECONDS:
            raise UserError(
                f"--skip-{end}: received {value}, expected seconds from 0 to {MOST_SECONDS:,}."
            )
    return open_films(args.source, Sampling(args.interval, args.skip_start, args.skip_end), recipe)


if __name__ == "__main__":
    sys.exit(main())
