"""The frames of a film, scene by scene, with their colors."""

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from colorkeras.films.frames import Frame
from colorkeras.films.scene_cuts import SceneCuts
from colorkeras.films.seeing import ViewedFrame, Viewer
from colorkeras.films.steadying import steadied


@dataclass(frozen=True)
class ColoredFrame:
    """A frame with its colors.

    Attributes:
        frame: the frame.
        scene: number of its scene, from 1.
        colors: (rows, columns, 2) float32, R - Y' and B - Y', as the frame is stored.
    """

    frame: Frame
    scene: int
    colors: np.ndarray


def scenes_of(frames: Iterator[ViewedFrame], begin: int = 0) -> Iterator[Iterator[ViewedFrame]]:
    """Yield the scenes: iterators over their frames, each of which must be used up in turn.

    Args:
        frames: of the film.
        begin: number of the first frame of the first scene; frames before it are only looked at
            to find cuts.
    """
    walk = _Walk(frames, begin)
    while walk.next is not None:
        yield walk.scene()


def colored_frames(
    frames: Iterator[ViewedFrame], viewer: Viewer, method: str, begin: int = 0, scene: int = 1
) -> Generator[ColoredFrame, None, None]:
    """Yield all frames in order with the colors that they get.

    Args:
        frames: of the film.
        viewer: that shows them.
        method: of `steadying`.
        begin: as of `scenes_of`.
        scene: number of the first scene.
    """
    for number, found in enumerate(scenes_of(frames, begin), start=scene):
        shown: deque[Frame] = deque()
        for colors in steadied(_noted(found, shown), method):
            yield ColoredFrame(shown.popleft(), number, viewer.orientation.stored(colors))


def _noted(frames: Iterator[ViewedFrame], shown: deque[Frame]) -> Iterator[ViewedFrame]:
    """The frames, each of which is also noted: steadying runs ahead of what it yields."""
    for viewed in frames:
        shown.append(viewed.frame)
        yield viewed


class _Walk:
    """A walk through the frames; `next` is the one after those that were yielded."""

    def __init__(self, frames: Iterator[ViewedFrame], begin: int) -> None:
        self._frames, self._cuts = frames, SceneCuts()
        self.next: ViewedFrame | None = None
        self._advance()
        while self.next is not None and self.next.frame.number < begin:
            self._advance()

    def scene(self) -> Iterator[ViewedFrame]:
        """The frames up to the next cut."""
        is_cut = False
        while self.next is not None and not is_cut:
            yield self.next
            is_cut = self._advance()

    def _advance(self) -> bool:
        """Go on by a frame; whether a scene begins with it."""
        self.next = next(self._frames, None)
        return self.next is not None and self._cuts.is_cut(self.next.grey)
