"""One film and its result: the steps of coloring it, and what lies between them on the disk.

Decoding is a process of its own, compressing a thread; the models predict meanwhile. What is done
lies in a work folder beside the result until the result is there.
"""

import contextlib
import errno
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import colorkeras
from colorkeras.console.errors import UserError
from colorkeras.films.encoding import Encoding
from colorkeras.films.facts import FilmFacts, UnusableFilm
from colorkeras.films.frames import Frame, FrameSource
from colorkeras.films.joining import FilmFile
from colorkeras.films.mark import comment_of, facts_of_result, marked_facts
from colorkeras.films.options import FilmOptions
from colorkeras.films.parts import Part, WorkFolder, end_of
from colorkeras.films.scenes import colored_frames
from colorkeras.films.seeing import Viewer
from colorkeras.films.segments import Segment
from colorkeras.films.steered_frames import steered_frames
from colorkeras.films.steering_plan import SteeredScene, planned_scenes
from colorkeras.films.threads import Worker, fetched_ahead
from colorkeras.films.writing import PartsWriter, Report
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.metadata.metadata import copy_times
from colorkeras.records.atomic import remove_leftovers, replacing
from colorkeras.records.checksum import sha256_of
from colorkeras.records.folder_lock import locked

_BUSY = "another command is coloring this film; wait for it, or choose another -o."
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Frames before the first one that is missing: for the memory of steadying, and of finding cuts.
_WARM_STEADYING, _WARM_CUTS = 100, 50


@dataclass
class FilmResult:
    """What became of a film.

    Attributes:
        out: the colored film.
        status: "colorized" or "already there".
        frames, scenes: numbers of those that were colored.
        seconds: that it took.
        notes: what the user should be told.
        change: (largest, mean, largest code value) of luma's change by compression, where it was
            verified.
    """

    out: Path
    status: str = "colorized"
    frames: int = 0
    scenes: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    change: tuple[int, float, int] | None = None


class FilmJob:
    """One film and its result.

    Args:
        source, out, models, options, report, looking: as of `coloring.color_film`.

    Attributes:
        source, out, options: as given.
        facts: what the result is made of; see `mark.facts_of_result`.
        notes: what the user should be told.

    Raises:
        UnusableFilm, UserError: as `coloring.color_film`.
    """

    def __init__(
        self,
        source: Path,
        out: Path,
        models: Sequence[SavedModel],
        options: FilmOptions,
        report: Report,
        looking: Report,
    ) -> None:
        self.source, self.out, self._models = source, out, models
        self.options, self._report, self._looking = options, report, looking
        if marked_facts(source) is not None:
            raise UnusableFilm("a result of colorkeras: color the film that it was made of")
        self.notes = FilmFile(source, out).check_streams()
        self.facts = facts_of_result(sha256_of(source), models, options)

    @contextlib.contextmanager
    def folder(self, facts: dict[str, Any]) -> Iterator[WorkFolder]:
        """The work folder, locked; removed when the block succeeds.

        Args:
            facts: of the result.

        Raises:
            UserError: when another command uses it, or the disk is full.
        """
        made_of = {**facts, "mark": self.options.mark, "version": colorkeras.__version__}
        folder = WorkFolder(self.out)
        with locked(folder.path, _BUSY), _kept(folder):
            folder.begin(made_of)
            try:
                yield folder
            except BaseException:
                if not any(folder.parts()):  # nothing to go on with
                    folder.remove()
                raise
            folder.remove()

    def viewer(self, facts: FilmFacts) -> Viewer:
        """Shows the film to the models."""
        return Viewer(self._models, facts, self.options)

    def colored_parts(
        self, folder: WorkFolder, frames: range | None = None
    ) -> tuple[FilmFacts, Encoding, list[Part]]:
        """Color all frames that are wanted; those of finished parts stay.

        Args:
            folder: of the parts.
            frames: numbers of those that are wanted; None for the options' part of the film.
        """
        options, parts = self.options, list(folder.parts())
        begin, scene, sent = _goes_on(parts, frames.start if frames else 0)
        start, until = _limits(options, frames)
        steered = self._steered_scenes()
        with FrameSource(self.source, options.max_pixels, sent, start) as source:
            encoding = Encoding.of(source.facts, options.encoding, self.out)
            viewer = self.viewer(source.facts)
            writer = PartsWriter(folder, source.facts, encoding, parts, self._report)
            seen = map(viewer.seen, itertools.takewhile(until(source), source.frames()))
            ahead = fetched_ahead(seen)
            try:
                found = colored_frames(ahead, viewer, options.steady, begin, scene)
                if steered:
                    found = steered_frames(found, steered, self.source, viewer, options)
                with Worker(writer.add) as worker, contextlib.closing(found):
                    for colored in found:
                        worker.put(colored)
                writer.finish()
            finally:
                ahead.close()
                writer.abandon()
            self.notes += [n for n in (*source.notes, *encoding.notes) if n not in self.notes]
            return source.facts, encoding, list(folder.parts())

    def _steered_scenes(self) -> list[SteeredScene]:
        """The scenes that hints or a reference steer."""
        if self.options.hints is None and self.options.reference is None:
            return []
        with FrameSource(self.source, self.options.max_pixels) as source:
            viewer = self.viewer(source.facts)
            found = planned_scenes(source, viewer, self.options, self.source, self._looking)
        if count := sum(hints is not None for scene in found for hints in scene.hints.values()):
            self.notes.append(f"hints on {count} of its frames")
        return found

    def write(
        self,
        file: FilmFile,
        segments: Sequence[Segment],
        source: FilmFacts,
        encoding: Encoding,
        facts: dict[str, Any],
        is_part: bool = False,
    ) -> None:
        """Write the result; see `FilmFile.write`."""
        if not segments:
            raise UserError(f"--range: {self.source} has no frame in this part.")
        remove_leftovers(self.out.parent)
        with replacing(self.out) as temporary, _kept(WorkFolder(self.out)):
            comment = comment_of(facts) if self.options.mark else None
            file.write(temporary, segments, source, encoding, comment, is_part)
        with contextlib.suppress(OSError):  # of a file system without times
            copy_times(self.source, self.out)

    def result(self, parts: Sequence[Part]) -> FilmResult:
        """What is told of the result."""
        frames, scenes = sum(part.frames for part in parts), {part.scene for part in parts}
        return FilmResult(self.out, frames=frames, scenes=len(scenes), notes=self.notes)

    def found(self) -> dict[str, Any] | None:
        """The facts of a result that exists and is to stay, or to be changed in part; else None.

        Raises:
            UserError: when another file is there.
        """
        if self.options.overwrite or not self.out.exists():
            return None
        try:
            found = marked_facts(self.out)
        except UnusableFilm:
            found = None
        whose = "not known to be made of this film by this model"
        if found:
            whose = "of another film"
            if found.get("source") == self.facts["source"]:
                whose = "made by another model or with other options"
                is_whole = "span" not in found
                if found == self.facts or (self.options.span and is_whole):
                    return found
        raise UserError(f"{self.out}: exists, {whose}. --overwrite replaces it.")


def _goes_on(parts: list[Part], first: int) -> tuple[int, int, int]:
    """Where coloring goes on: its first frame, the number of its scene, the first frame to see."""
    if not parts:
        begin, scene = first, 1
    elif parts[-1].ends_scene:
        begin, scene = end_of(parts), parts[-1].scene + 1
    else:
        scene = parts[-1].scene
        of_scene = next(part.first for part in parts if part.scene == scene)
        begin = max(of_scene, end_of(parts) - _WARM_STEADYING)
    return begin, scene, max(0, begin - _WARM_CUTS)


def _limits(
    options: FilmOptions, frames: range | None
) -> tuple[float, Callable[[FrameSource], Callable[[Frame], bool]]]:
    """The seconds from which on frames are wanted, and what says whether one is before the end."""
    if frames is not None:
        return 0.0, lambda source: lambda frame: frame.number < frames.stop
    if options.span is None:
        return 0.0, lambda source: lambda frame: True
    start, end = options.span
    return start, lambda source: lambda frame: source.seconds(frame) < end


@contextlib.contextmanager
def _kept(folder: WorkFolder) -> Iterator[None]:
    """Say of a full disk what is not lost."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        kept = "The scenes that are done stay there: free" if any(folder.parts()) else "Free"
        raise UserError(
            f"{folder.path}: cannot be written: {error.strerror or error}. {kept} some space, and "
            "repeat the command."
        ) from error
