"""A look through a film before anything is colored: its scenes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from colorkeras.films.clock import clock
from colorkeras.films.frames import FrameSource
from colorkeras.films.scenes import scenes_of
from colorkeras.films.seeing import Viewer
from colorkeras.records.csv_file import csv_text

HEADER = ("scene", "first_frame", "frames", "start", "end")


@dataclass(frozen=True)
class Scene:
    """A scene.

    Attributes:
        number: from 1.
        first: number of its first frame in the film, from 0.
        frames: their number.
        start, end: seconds from the film's first frame to its first and last frame.
    """

    number: int
    first: int
    frames: int
    start: float
    end: float

    def spread(self, count: int) -> list[int]:
        """The numbers of `count` frames at equal distances, or of all where there are fewer."""
        count = min(count, self.frames)
        return [self.first + self.frames * (2 * place + 1) // (2 * count) for place in range(count)]


def survey(
    source: FrameSource, viewer: Viewer, report: Callable[[int, int | None], None]
) -> Iterator[Scene]:
    """Yield the scenes of a film.

    Args:
        source: the film, from its first frame on.
        viewer: that shows its frames.
        report: called with the number of frames that were looked at, and of all.
    """
    for number, scene in enumerate(scenes_of(map(viewer.seen, source.frames())), start=1):
        first = last = next(scene).frame
        for viewed in scene:
            last = viewed.frame
            report(last.number + 1, source.facts.frames)
        frames, times = last.number - first.number + 1, map(source.seconds, (first, last))
        yield Scene(number, first.number, frames, *times)


def scenes_table(scenes: list[Scene]) -> str:
    """The scenes as CSV."""
    rows = (
        (scene.number, scene.first, scene.frames, clock(scene.start), clock(scene.end))
        for scene in scenes
    )
    return csv_text(HEADER, rows)
