"""The process that decodes a film: a hostile file may crash it, and nothing else.

`python -m colorkeras.films.decoder_process FILE MAX_PIXELS FIRST START` writes messages of
`film_pipe` to standard output: the film's facts, each frame from number FIRST and from START
seconds on, what was found, and the end.
"""

import contextlib
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from colorkeras.films.facts import UnusableFilm
from colorkeras.films.film_pipe import send


def main(argv: list[str]) -> None:
    """Decode the film; the arguments are those above."""
    # Ctrl-C is for the parent, which ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the messages
    with contextlib.suppress(BrokenPipeError):  # nobody reads on
        _decode(Path(argv[0]), int(argv[1]), int(argv[2]), float(argv[3]), out)


def _decode(path: Path, max_pixels: int, first: int, start: float, out: BinaryIO) -> None:
    import logging

    import av

    from colorkeras.films.decoded_film import DecodedFilm
    from colorkeras.films.luma import luma_of

    av.logging.set_level(av.logging.ERROR)
    logging.getLogger("libav").addHandler(logging.NullHandler())  # it would print its messages
    try:
        film = DecodedFilm(path, max_pixels)
        facts = {k: _plain(v) for k, v in asdict(film.facts).items()}
        begin: int | None = None
        for number, (frame, pts) in enumerate(film.frames()):
            if begin is None:
                begin = pts
                send(out, {"facts": facts, "start": begin})
            if number >= first and (pts - begin) * film.facts.time_base >= start:
                send(out, {"frame": number, "pts": pts}, luma_of(frame, film.facts.bits))
            elif number % 100 == 0:
                send(out, {"passed": number})
        send(out, {"end": True, "notes": film.notes})
    except UnusableFilm as error:
        send(out, {"refused": str(error)})


def _plain(value: object) -> object:
    from fractions import Fraction

    return [value.numerator, value.denominator] if isinstance(value, Fraction) else value


if __name__ == "__main__":
    main(sys.argv[1:])
