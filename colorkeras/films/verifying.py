"""What compression changed of a film's luma."""

import itertools
import math
from pathlib import Path

import numpy as np

from colorkeras.films.facts import UnusableFilm
from colorkeras.films.frames import FrameSource


def luma_change(
    source: Path, result: Path, max_pixels: int, span: tuple[float, float] | None = None
) -> tuple[int, float, int]:
    """Compare the luma of a film and its result, frame by frame.

    Args:
        source: the film.
        result: in color.
        max_pixels: largest width × height.
        span: seconds of the start and the end of the part that the result is of; None for all.

    Returns:
        The largest and the mean absolute difference in code values of the result's depth; and the
        largest code value.

    Raises:
        UnusableFilm: when one of them cannot be read, or they have not the same frames.
    """
    largest, total, samples = 0, 0, 0
    start, end = span or (0.0, math.inf)
    with (
        FrameSource(source, max_pixels, start=start) as before,
        FrameSource(result, max_pixels) as after,
    ):
        surplus = before.facts.bits - after.facts.bits
        part = itertools.takewhile(lambda x: before.seconds(x) < end, before.frames())
        pairs = zip(part, after.frames(), strict=True)
        try:
            for one, other in pairs:
                luma = one.luma.astype(np.int32)
                if surplus > 0:
                    top = (1 << after.facts.bits) - 1
                    luma = np.minimum((luma + (1 << (surplus - 1))) >> surplus, top)
                change = np.abs(luma - other.luma)
                largest = max(largest, int(change.max()))
                total, samples = total + int(change.sum()), samples + change.size
        except ValueError as error:
            if isinstance(error, UnusableFilm):
                raise
            raise UnusableFilm("its result has not as many frames as it has") from error
        return largest, total / max(samples, 1), 2**after.facts.bits - 1
