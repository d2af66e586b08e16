"""Colors of frames steered by hints or a like photograph, carried through their scenes.

The carrying looks at the frames of a scene before and after a hint. So a second decoder runs ahead
of the coloring, and of what it decodes only small greys are held, of one block at a time.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from colorkeras.films.carrying import carried
from colorkeras.films.frames import FrameSource
from colorkeras.films.options import FilmOptions
from colorkeras.films.scenes import ColoredFrame
from colorkeras.films.seeing import ViewedFrame, Viewer
from colorkeras.films.steering_plan import SteeredScene
from colorkeras.inference.colorizer import SeenArray
from colorkeras.inference.steerer import Steerer
from colorkeras.photos.enlarging import enlarged
from colorkeras.photos.reading import Reading
from colorkeras.steering.hints import Hints
from colorkeras.steering.limits import small_size

BLOCK = 1500  # frames whose small greys are held

_Corrections = Generator[tuple[int, np.ndarray], None, None]


def steered_frames(
    frames: Iterator[ColoredFrame],
    scenes: Sequence[SteeredScene],
    source: Path,
    viewer: Viewer,
    options: FilmOptions,
) -> Generator[ColoredFrame, None, None]:
    """The frames with the colors that hints and a reference give them.

    What a frame gets depends on the film and the hints alone, not on where `frames` begin.

    Args:
        frames: colored ones, in order.
        scenes: as of `steering_plan.planned_scenes`.
        source: the film.
        viewer: that shows its frames.
        options: with hints or a reference.

    Yields:
        Each frame; those of other scenes as they are.

    Raises:
        UnusableFilm: when the film cannot be read.
        PredictionError: when a model predicts NaN or infinity.
    """
    first = next(frames, None)
    if first is None:
        return
    wanted = [scene for scene in scenes if scene.first + scene.frames > first.frame.number]
    if not wanted:
        yield first
        yield from frames
        return
    correct = _FrameSteerer(viewer, options)
    with (
        FrameSource(source, options.max_pixels, wanted[0].first) as film,
        closing(_corrections(map(viewer.seen, film.frames()), wanted, correct)) as corrections,
    ):
        yield from _added(first, frames, corrections, viewer)


def _added(
    first: ColoredFrame, frames: Iterator[ColoredFrame], corrections: _Corrections, viewer: Viewer
) -> Iterator[ColoredFrame]:
    colored: ColoredFrame | None = first
    number, change = next(corrections, (None, None))
    while colored is not None:
        while number is not None and number < colored.frame.number:
            number, change = next(corrections, (None, None))
        if number == colored.frame.number and change is not None:
            change = viewer.orientation.stored(change)
            colors = (1 - change[..., 2:]) * colored.colors + change[..., :2]
            colored = replace(colored, colors=colors)
        yield colored
        colored = next(frames, None)


def _corrections(
    frames: Iterator[ViewedFrame], scenes: Sequence[SteeredScene], correct: "_FrameSteerer"
) -> _Corrections:
    """Yield (number of a frame, how its colors change) of the scenes in order."""
    for scene in scenes:
        end = scene.first + scene.frames
        start, known = scene.first, None
        greys, given = list[np.ndarray](), dict[int, np.ndarray]()
        for viewed in frames:
            number = viewed.frame.number
            if number < scene.first:
                continue
            greys.append(viewed.grey)
            if number in scene.hints:
                given[number - start] = correct.correction(viewed, scene.hints[number])
            if len(greys) > BLOCK or number == end - 1:
                is_first = start == scene.first
                for offset, color in enumerate(_block(greys, given, known, is_first)):
                    known = color
                    if offset or is_first:
                        yield start + offset, color
                # The last frame of a block is also the first of the next.
                start, greys, given = number, greys[-1:], {}
            if number == end - 1:
                break


def _block(
    greys: list[np.ndarray],
    given: dict[int, np.ndarray],
    known: np.ndarray | None,
    is_first: bool,
) -> Iterator[np.ndarray]:
    """The corrections of a block; nothing before the first hints of a scene are near.

    A block begins with what the block before ended with, so that colors do not jump.
    """
    if known is not None:
        given = {0: known} | given
    elif given and not is_first:
        given = {0: np.zeros_like(next(iter(given.values())))} | given
    return carried(greys, given) if given else iter(())


class _FrameSteerer:
    """Says how hints and a reference change the models' colors of a frame.

    Colors of hints take the place of the models', rather than being added to them: so they stay
    where the models' color of a thing changes from frame to frame.
    """

    def __init__(self, viewer: Viewer, options: FilmOptions) -> None:
        reading = Reading(options.max_pixels)
        self._viewer = viewer
        self._steerer = Steerer(viewer.colorizers, "luma", options.reference, reading)

    def correction(self, viewed: ViewedFrame, hints: Hints | None) -> np.ndarray:
        """What to add to the colors of a frame once these are weakened, and by how much they are.

        Returns:
            (rows, columns, 3) float32: R - Y' and B - Y', and a share in [0, 1], upright.
        """
        color = viewed.predict()
        shown = SeenArray(self._viewer.small(viewed.frame.luma, *small_size(*self._viewer.size)))
        steered, reach = self._steerer.steered_and_reach(color, shown, hints)
        share = reach.astype(np.float32)[..., np.newaxis]
        kept = (1 - share) * enlarged(color, shown.height, shown.width, 0, shown.height)
        # What is not steered stays exactly, though sRGB may not show the models' color there.
        change = np.concatenate([(steered - kept) * (share > 0), share], axis=-1)
        rows, columns = color.shape[:2]
        shrinks = rows <= shown.height and columns <= shown.width
        way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return cv2.resize(change, (columns, rows), interpolation=way)
