"""One frame of a film as an image: upright, with square pixels."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from colorkeras.films.chroma import shown
from colorkeras.films.decoded_film import moving_images, open_container
from colorkeras.films.facts import FilmFacts, Orientation, UnusableFilm
from colorkeras.films.frames import FrameSource

_EXACT = 2e-6  # seconds by which a browser's clock, in whole microseconds, may be late


def frame_at(film: Path, seconds: float) -> int:
    """The number, from 0, of the frame that a player shows at a time.

    Nothing is decoded.

    Args:
        film: one that this package wrote, in which each packet is a frame.
        seconds: of the player's clock, which need not begin at 0 with the first frame: sound may
            begin earlier. Before the first frame and after the last, that one is meant.

    Raises:
        UnusableFilm: when the film cannot be read.
    """
    with open_container(film) as container:
        stream = moving_images(container)
        times = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(stream)
            if packet.pts is not None
        ]
    return max(0, sum(time <= seconds + _EXACT for time in times) - 1)


def grey_still(
    source: Path, number: int, max_pixels: int, check: Callable[[], None] = lambda: None
) -> tuple[int, np.ndarray]:
    """A frame without color.

    Args:
        source: the film.
        number: of the frame, from 0; after the end, the last frame is meant.
        max_pixels: largest width × height.
        check: called for each frame that is decoded; what it raises ends the work.

    Returns:
        The frame's number, and (height, width, 3) uint8.

    Raises:
        UnusableFilm: when the film cannot be read, or is too large.
    """
    found = None
    with FrameSource(source, max_pixels) as film:
        for found in film.frames():
            check()
            if found.number >= number:
                break
    if found is None:
        raise UnusableFilm("has no frames")
    grey = np.full_like(found.luma, 128 << (film.facts.bits - 8))
    return found.number, upright(film.facts, shown(film.facts, found.luma, grey, grey))


def upright(facts: FilmFacts, stored: np.ndarray) -> np.ndarray:
    """A frame upright, with square pixels.

    Args:
        facts: of the film.
        stored: (height, width, 3) uint8, as it is stored.
    """
    pixels = cv2.resize(stored, facts.square, interpolation=cv2.INTER_CUBIC)
    return Orientation(facts.orientation).upright(pixels)
