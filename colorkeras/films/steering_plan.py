"""Which frames of a film are steered, and to which scenes what they show is carried."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from colorkeras.console.counted import counted
from colorkeras.console.errors import UserError
from colorkeras.films.clock import clock
from colorkeras.films.film_hints import ROUNDED, Place, read_film_hints
from colorkeras.films.frames import FrameSource
from colorkeras.films.options import FilmOptions
from colorkeras.films.scenes import scenes_of
from colorkeras.films.seeing import ViewedFrame, Viewer
from colorkeras.films.writing import Report
from colorkeras.steering.hints import Hints, joined


@dataclass(frozen=True)
class SteeredScene:
    """A scene whose colors are steered.

    Attributes:
        first: number of its first frame in the film, from 0.
        frames: their number.
        hints: number of a frame in the film → its hints; None where a reference alone steers it.
    """

    first: int
    frames: int
    hints: dict[int, Hints | None] = field(default_factory=dict)


def planned_scenes(
    source: FrameSource, viewer: Viewer, options: FilmOptions, path: Path, report: Report
) -> list[SteeredScene]:
    """The scenes of a film that hints or a reference steer. The film is decoded once for this.

    Hints steer the scene that they lie in. A reference steers the frames that have hints, and of
    each other scene the middle frame.

    Args:
        source: the film, from its first frame on.
        viewer: that shows its frames.
        options: with hints or a reference.
        path: of the film, for messages.
        report: called with the number of frames that were looked at, and of all.

    Raises:
        UserError: when hints are not as expected, or lie outside of the film.
        UnusableFilm: when the film cannot be read.
    """
    given = [] if options.hints is None else read_film_hints(options.hints, viewer.size)
    walk = _Walk(source, viewer, report)
    scenes = []
    for scene in walk.scenes():
        scenes.append(scene)
        if options.reference is None and all(walk.has_passed(place) for place, _ in given):
            break
    hints = defaultdict[int, list[Hints]](list)
    for place, found in given:
        hints[_number(place, walk, path)].append(found)
    for scene in scenes:
        own = [n for n in hints if scene.first <= n < scene.first + scene.frames]
        scene.hints.update((number, joined(hints[number])) for number in sorted(own))
        if not own and options.reference is not None:
            scene.hints[scene.first + scene.frames // 2] = None
    return [scene for scene in scenes if scene.hints]


class _Walk:
    """A walk through a film; `times` are those of the frames that were seen."""

    def __init__(self, source: FrameSource, viewer: Viewer, report: Report) -> None:
        self._source, self._viewer, self._report = source, viewer, report
        self.times = array("d")

    def scenes(self) -> Iterator[SteeredScene]:
        """The scenes, of which nothing is steered yet."""
        for scene in scenes_of(self._seen()):
            first = next(scene).frame.number
            yield SteeredScene(first, 1 + sum(1 for _ in scene))

    def has_passed(self, place: Place) -> bool:
        """Whether a place is before the last frame that was seen."""
        if place.seconds is not None:
            return place.seconds + ROUNDED < self.times[-1]
        return place.number is not None and place.number < len(self.times) - 1

    @property
    def end(self) -> float:
        """Seconds at which the last frame that was seen is over."""
        return self.times[-1] + float(1 / self._source.facts.rate)

    def _seen(self) -> Iterator[ViewedFrame]:
        for frame in self._source.frames():
            self.times.append(self._source.seconds(frame))
            self._report(len(self.times), self._source.facts.frames)
            yield self._viewer.seen(frame)


def _number(place: Place, walk: _Walk, path: Path) -> int:
    """The number of the frame that is shown at a place."""
    number = place.number
    if place.seconds is not None and place.seconds < walk.end + ROUNDED:
        number = max(0, bisect_right(walk.times, place.seconds + ROUNDED) - 1)
    if number is None or number >= len(walk.times):
        raise UserError(
            f"{place.where}: {place.text}: {path} ends before; it has "
            f"{counted(len(walk.times), 'frame')}, 0 to {len(walk.times) - 1}, and ends at "
            f"{clock(walk.end)}."
        )
    return number
