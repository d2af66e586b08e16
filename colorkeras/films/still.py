"""One frame of a film as an image: upright, with square pixels."""

from pathlib import Path

import cv2
import numpy as np

from colorkeras.films.chroma import shown
from colorkeras.films.facts import FilmFacts, Orientation, UnusableFilm
from colorkeras.films.film_hints import ROUNDED
from colorkeras.films.frames import FrameSource


def grey_still(source: Path, seconds: float, max_pixels: int) -> tuple[int, np.ndarray]:
    """The frame that is shown at a time, without color.

    Args:
        source: the film.
        seconds: from its first frame; after the end, the last frame is meant.
        max_pixels: largest width × height.

    Returns:
        The frame's number, from 0, and (height, width, 3) uint8.

    Raises:
        UnusableFilm: when the film cannot be read.
    """
    found = None
    with FrameSource(source, max_pixels) as film:
        for frame in film.frames():
            if found is not None and film.seconds(frame) > seconds + ROUNDED:
                break
            found = frame
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
    height, width = stored.shape[:2]
    square = (max(1, round(width * facts.shape)), height)
    pixels = cv2.resize(stored, square, interpolation=cv2.INTER_CUBIC)
    return Orientation(facts.orientation).upright(pixels)
