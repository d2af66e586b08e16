"""Color a film: decode, see, predict, compress, join.

Decoding is a process of its own, compressing a thread; the models predict meanwhile. What is done
lies in a work folder beside the result until the result is there.
"""

import contextlib
import errno
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import colorkeras
from colorkeras.console.errors import UserError
from colorkeras.films.encoding import Encoding
from colorkeras.films.facts import UnusableFilm
from colorkeras.films.frames import FrameSource
from colorkeras.films.joining import FilmFile
from colorkeras.films.mark import comment_of, facts_of_result, marked_facts
from colorkeras.films.options import FilmOptions
from colorkeras.films.parts import Part, WorkFolder
from colorkeras.films.scenes import colored_frames
from colorkeras.films.seeing import Viewer
from colorkeras.films.threads import Worker, fetched_ahead
from colorkeras.films.verifying import luma_change
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
        frames, scenes: their numbers.
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


def color_film(
    source: Path,
    out: Path,
    models: Sequence[SavedModel],
    options: FilmOptions | None = None,
    report: Report | None = None,
) -> FilmResult:
    """Color a film. A call that was ended goes on where it was when it is repeated.

    Args:
        source: the film.
        out: the result; ends in .mp4, .m4v, .mov or .mkv.
        models: one, or those of an ensemble.
        options: how; None for the usual ones.
        report: called in another thread with the number of frames that are done, and of all frames
            where it is known, else None.

    Raises:
        UnusableFilm: when the film cannot be colored; the message does not name it.
        UserError: when the result cannot be written, or another file is in its place.
        PredictionError: when a model predicts NaN or infinity.
    """
    began, options = time.monotonic(), options or FilmOptions()
    job = _Job(source, out, models, options, report or (lambda done, total: None))
    result = job.color()
    if options.verify:
        result.change = luma_change(source, out, options.max_pixels)
    result.seconds = time.monotonic() - began
    return result


class _Job:
    """One film."""

    def __init__(
        self,
        source: Path,
        out: Path,
        models: Sequence[SavedModel],
        options: FilmOptions,
        report: Report,
    ) -> None:
        self._source, self._out, self._models = source, out, models
        self._options, self._report = options, report
        self._file = FilmFile(source, out)

    def color(self) -> FilmResult:
        if marked_facts(self._source) is not None:
            raise UnusableFilm("a result of colorkeras: color the film that it was made of")
        result = FilmResult(self._out, notes=self._file.check_streams())
        facts = facts_of_result(sha256_of(self._source), self._models, self._options)
        if self._is_there(facts):
            return FilmResult(self._out, "already there")
        made_of = {**facts, "mark": self._options.mark, "version": colorkeras.__version__}
        folder = WorkFolder(self._out)
        with locked(folder.path, _BUSY), _kept(folder):
            folder.begin(made_of)
            self._color(folder, facts, result)
            folder.remove()
        return result

    def _color(self, folder: WorkFolder, facts: dict[str, Any], result: FilmResult) -> None:
        options, parts = self._options, list(folder.parts())
        begin, scene, sent = _goes_on(parts)
        with FrameSource(self._source, options.max_pixels, sent) as source:
            encoding = Encoding.of(source.facts, options.encoding, self._out)
            viewer = Viewer(self._models, source.facts, options)
            writer = PartsWriter(folder, source.facts, encoding, parts, self._report)
            seen = fetched_ahead(map(viewer.seen, source.frames()))
            try:
                with Worker(writer.add) as worker:
                    for colored in colored_frames(seen, viewer, options.steady, begin, scene):
                        worker.put(colored)
                writer.finish()
            finally:
                writer.abandon()
        result.notes += [*source.notes, *encoding.notes]
        parts = list(folder.parts())
        remove_leftovers(self._out.parent)
        with replacing(self._out) as temporary:
            comment = comment_of(facts) if options.mark else None
            self._file.write(temporary, parts, source.facts, encoding, comment)
        with contextlib.suppress(OSError):  # of a file system without times
            copy_times(self._source, self._out)
        result.frames, result.scenes = sum(part.frames for part in parts), parts[-1].scene

    def _is_there(self, facts: dict[str, Any]) -> bool:
        """Whether the result exists, made of the same film by the same model in the same way."""
        if self._options.overwrite or not self._out.exists():
            return False
        try:
            found = marked_facts(self._out)
        except UnusableFilm:
            found = None
        if found == facts:
            return True
        whose = "not known to be made of this film by this model"
        if found:
            same = found.get("source") == facts["source"]
            whose = "made by another model or with other options" if same else "of another film"
        raise UserError(f"{self._out}: exists, {whose}. --overwrite replaces it.")


def _goes_on(parts: list[Part]) -> tuple[int, int, int]:
    """Where coloring goes on: its first frame, the number of its scene, the first frame to see."""
    done = sum(part.frames for part in parts)
    if not parts or parts[-1].ends_scene:
        begin, scene = done, parts[-1].scene + 1 if parts else 1
    else:
        scene = parts[-1].scene
        first = next(part.first for part in parts if part.scene == scene)
        begin = max(first, done - _WARM_STEADYING)
    return begin, scene, max(0, begin - _WARM_CUTS)


@contextlib.contextmanager
def _kept(folder: WorkFolder) -> Iterator[None]:
    """Say of a full disk that what is done is not lost."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise UserError(
            f"{folder.path}: cannot be written: {error.strerror or error}. The scenes that are "
            "done stay there: free some space, and repeat the command."
        ) from error
