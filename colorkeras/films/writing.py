"""Write colored frames into the parts of a work folder."""

from collections.abc import Callable

from colorkeras.films.chroma import ChromaMaker
from colorkeras.films.encoding import Encoding
from colorkeras.films.facts import FilmFacts
from colorkeras.films.parts import LONGEST, Part, PartWriter, WorkFolder, end_of
from colorkeras.films.scenes import ColoredFrame

Report = Callable[[int, int | None], None]


class PartsWriter:
    """Compresses frames, one part for each scene, several for a long one.

    Args:
        folder: of the parts.
        facts: of the film.
        encoding: how frames are compressed.
        parts: that are finished.
        report: called with the number of frames that are done, and of all, where it is known.
    """

    def __init__(
        self,
        folder: WorkFolder,
        facts: FilmFacts,
        encoding: Encoding,
        parts: list[Part],
        report: Report,
    ) -> None:
        self._folder, self._facts, self._encoding = folder, facts, encoding
        self._chroma = ChromaMaker(facts, encoding.halved, encoding.bits)
        self._number, self._done = len(parts), end_of(parts)
        self._report, self._scene = report, 0
        self._part: PartWriter | None = None

    def add(self, colored: ColoredFrame) -> None:
        """Add the next frame; those of finished parts are passed over."""
        frame, scene = colored.frame, colored.scene
        if frame.number < self._done:
            return
        if self._part is not None and (scene != self._scene or len(self._part) >= LONGEST):
            self.finish(scene != self._scene)
        if self._part is None:
            self._part = PartWriter(
                self._folder, self._facts, self._encoding, self._number, scene, frame.number
            )
            self._scene = scene
        blue, red = self._chroma.planes(frame.luma, colored.colors)
        self._part.add(frame.luma, blue, red, frame.pts)
        self._report(frame.number + 1, self._facts.frames)

    def finish(self, ends_scene: bool = True) -> None:
        """End the part that is being written."""
        if self._part is not None:
            part, self._part = self._part, None
            part.finish(ends_scene)
            self._number += 1

    def abandon(self) -> None:
        """Leave the part that is being written unfinished."""
        if self._part is not None:
            self._part.abandon()
