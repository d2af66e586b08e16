"""Color the scenes of one part of a film anew, in a result that is there; the rest is copied."""

from dataclasses import replace
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.films.earlier import EarlierResult, Retimed
from colorkeras.films.film_job import FilmJob, FilmResult
from colorkeras.films.frames import FrameSource
from colorkeras.films.joining import FilmFile
from colorkeras.films.survey import Scene, survey


def recolored(job: FilmJob, found: dict[str, Any]) -> FilmResult:
    """Color the scenes that the options' part touches anew.

    Args:
        job: the film and its result.
        found: the facts of the result.

    Raises:
        UserError: when the part is behind the film's end, or the result is compressed in another
            way than it would be now.
    """
    # The rest stays as it is compressed.
    job.options = replace(job.options, encoding=found["encoding"])
    entry = {**job.facts, "encoding": found["encoding"]}
    if found.get("recolored", [])[-1:] == [entry]:
        return FilmResult(job.out, "already there")
    facts = {**found, "recolored": [*found.get("recolored", []), entry]}
    earlier = EarlierResult(job.out)
    with job.folder(facts) as folder:
        scenes = _touched(job)
        first, end = earlier.widened(scenes[0].first, scenes[-1].first + scenes[-1].frames)
        source, encoding, parts = job.colored_parts(folder, range(first, end))
        if (earlier.codec, earlier.form) != (encoding.stream_codec, encoding.form):
            raise UserError(
                f"{job.out}: is compressed in another way ({earlier.codec}, {earlier.form}) than "
                f"colorkeras does now ({encoding.stream_codec}, {encoding.form}); make all of it "
                "anew with --overwrite and without --range."
            )
        segments = [
            *([earlier.segment(0, first)] if first else []),
            *(Retimed(p, earlier.pts[p.first : p.first + p.frames]) for p in parts),
            *([earlier.segment(end, len(earlier.pts))] if end < len(earlier.pts) else []),
        ]
        file = FilmFile(job.out, job.out)
        job.write(file, segments, replace(source, time_base=earlier.time_base), encoding, facts)
    return job.result(parts)


def _touched(job: FilmJob) -> list[Scene]:
    """The scenes of which some frame is in the options' part."""
    start, end = job.options.span or (0.0, 0.0)
    touched = []
    with FrameSource(job.source, job.options.max_pixels) as source:
        for scene in survey(source, job.viewer(source.facts), lambda done, total: None):
            if scene.start >= end:
                break
            if scene.end >= start:
                touched.append(scene)
    if not touched:
        raise UserError(f"--range: {job.source} ends before this part.")
    return touched
