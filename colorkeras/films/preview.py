"""Stills of every scene, before and after: to choose model and options before a film is colored."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from colorkeras.data.images.mark import save_options
from colorkeras.films.chroma import ChromaMaker, shown
from colorkeras.films.film_plan import TABLE
from colorkeras.films.frames import Frame, FrameSource
from colorkeras.films.options import FilmOptions
from colorkeras.films.seeing import Viewer
from colorkeras.films.still import upright
from colorkeras.films.survey import Scene, scenes_table, survey
from colorkeras.inference.saved_model import SavedModel
from colorkeras.records.atomic import replacing, write_text


def write_preview(
    source: Path,
    folder: Path,
    models: Sequence[SavedModel],
    options: FilmOptions,
    count: int,
    facts: dict[str, Any],
    report: Callable[[int, int | None], None],
) -> list[Scene]:
    """Write stills of every scene, each frame colored by itself, and the list of scenes.

    Args:
        source: the film.
        folder: for the stills, sceneNNNN-frameNNNNNNN-TIME-before.png and -after.png, and
            `TABLE`.
        models: one, or those of an ensemble.
        options: how.
        count: stills of a scene.
        facts: what the stills are made of, for their mark.
        report: called with the number of frames that were looked at, and of all.

    Returns:
        The scenes.

    Raises:
        UnusableFilm: when the film cannot be read.
        UserError: when a file cannot be written.
        PredictionError: when a model predicts NaN or infinity.
    """
    with FrameSource(source, options.max_pixels) as film:
        viewer = Viewer(models, film.facts, options)
        scenes = list(survey(film, viewer, report))
    wanted = {number: scene for scene in scenes for number in scene.spread(count)}
    write_text(folder / TABLE, scenes_table(scenes))
    with FrameSource(source, options.max_pixels) as film:
        stills = _Stills(folder, film, viewer, facts if options.mark else None)
        for frame in film.frames():
            stills.see(frame, wanted.pop(frame.number, None))
            if not wanted:
                break
    return scenes


class _Stills:
    """Writes the stills of one film."""

    def __init__(
        self, folder: Path, film: FrameSource, viewer: Viewer, facts: dict[str, Any] | None
    ) -> None:
        self._folder, self._source, self._film = folder, film, film.facts
        self._viewer, self._facts = viewer, facts
        self._chroma = ChromaMaker(film.facts, halved=False, bits=film.facts.bits)

    def see(self, frame: Frame, scene: Scene | None) -> None:
        """Write the stills of a frame that is wanted, of which `scene` is the scene."""
        if scene is None:
            return
        seconds = self._source.seconds(frame)
        time = f"{int(seconds) // 3600}h{int(seconds) // 60 % 60:02d}m{seconds % 60:06.3f}s"
        name = f"scene{scene.number:04d}-frame{frame.number:07d}-{time}"
        colors = self._viewer.orientation.stored(self._viewer.seen(frame).predict())
        planes = self._chroma.planes(frame.luma, colors)
        grey = [np.full_like(plane, 128 << (self._film.bits - 8)) for plane in planes]
        marks = {} if self._facts is None else save_options(".png", self._facts)
        for kind, (blue, red), extra in (("before", grey, {}), ("after", planes, marks)):
            self._write(f"{name}-{kind}.png", shown(self._film, frame.luma, blue, red), extra)

    def _write(self, name: str, stored: np.ndarray, extra: dict[str, Any]) -> None:
        with replacing(self._folder / name) as temporary:
            Image.fromarray(upright(self._film, stored)).save(temporary, **extra)
