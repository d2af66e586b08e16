"""A film's frames as they come from FFmpeg: in order, deinterlaced, damage told with its time."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from colorkeras.data.images.color_meaning import HIGH_RANGE
from colorkeras.films.clock import clock
from colorkeras.films.facts import FULL_RANGE, FilmFacts, UnusableFilm, matrix_of
from colorkeras.films.film_length import start_seconds, stated_seconds
from colorkeras.films.interlaced import deinterlaced
from colorkeras.films.luma import bits_of, has_alpha, is_grey_format, is_rgb

_MOST_NOTES = 5
_SAME_PLACE = 2.0  # seconds within which damage is told once
_MISSING_SHARE = 0.02  # of a film's stated length


def moving_images(container: Any) -> Any:
    """The video stream that is the film: the first that is no cover picture.

    Raises:
        UnusableFilm: when there is none.
    """
    for stream in container.streams.video:
        pictures = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
        if not stream.disposition & pictures:
            return stream
    what = "it has only a cover picture" if container.streams.video else "it has no video stream"
    raise UnusableFilm(f"not a film: {what}")


def open_container(path: Path) -> Any:
    """Open a film's file.

    Raises:
        UnusableFilm: when FFmpeg cannot.
    """
    try:
        return av.open(str(path), metadata_errors="ignore")
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnusableFilm(f"not a film that FFmpeg can open ({reason})") from error


def _check_size(width: int, height: int, max_pixels: int, how: str = "") -> None:
    pixels = width * height
    if pixels > max_pixels:
        raise UnusableFilm(
            f"{width}x{height}{how} is larger than {max_pixels} pixels; --max-pixels {pixels} "
            "allows it"
        )


class DecodedFilm:
    """A film that is decoded once from its beginning.

    Args:
        path: of the file.
        max_pixels: largest width × height, as stored and with square pixels.

    Attributes:
        facts: its `FilmFacts`, which need its first frame.
        notes: what was found on the way, such as damage.

    Raises:
        UnusableFilm: when it cannot be colored.
    """

    def __init__(self, path: Path, max_pixels: int) -> None:
        self._container = open_container(path)
        self._stream = moving_images(self._container)
        context = self._stream.codec_context
        if context is None:
            raise UnusableFilm("FFmpeg has no decoder for the codec of its video stream")
        # Threads that decode frames ahead would report errors of later packets.
        self._stream.thread_type = "SLICE"
        self.notes: list[str] = []
        self._damaged = 0
        self._told_at: float | None = None
        self._ended_at: float | None = None
        _check_size(context.width, context.height, max_pixels)
        self._frames = deinterlaced(self._decoded(), self._stream.time_base, self.notes)
        first = next(self._frames, None)
        if first is None:
            raise UnusableFilm("no frame of it could be decoded")
        self._first = first
        self.facts = self._facts_of(first)
        _check_size(*self.facts.square, max_pixels, " with square pixels")

    def frames(self) -> Iterator[tuple[Any, int]]:
        """Yield each frame with its time stamp, which grows, in units of the stream's time base."""
        units, before, size = self._stream.time_base, None, (self._first.width, self._first.height)
        step = max(1, round(1 / (self.facts.rate * units)))
        for frame in self._with_first():
            pts = before + step if before is not None else 0
            if frame.pts is not None:
                pts = round(frame.pts * frame.time_base / units)
            if before is not None and pts <= before:
                pts = before + 1
            before = pts
            if (frame.width, frame.height) != size:
                self._note(f"the size of the frames changes, to {frame.width}x{frame.height}", pts)
                frame = frame.reformat(*size)
            self._check(frame)
            yield frame, pts
        self._tell_end()

    def _with_first(self) -> Iterator[Any]:
        yield self._first
        yield from self._frames

    def _decoded(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        packet: Any
        time = 0.0
        while True:
            with av.logging.Capture(local=False) as log:
                try:
                    packet = next(packets, None)
                    frames, failed = [] if packet is None else packet.decode(), False
                except av.FFmpegError:
                    packet, frames, failed = True, [], True
            if packet is None:
                return
            damaged = (
                failed
                or bool(getattr(packet, "is_corrupt", False))
                or any(level <= av.logging.ERROR for level, *_ in log)
            )
            for frame in frames:
                time = frame.time if frame.time is not None else time
                self._ended_at = time
                damaged = damaged or frame.is_corrupt
                yield frame
            if damaged:
                self._tell_damage(time - start_seconds(self._stream))

    def _tell_damage(self, time: float) -> None:
        if self._told_at is not None and time - self._told_at < _SAME_PLACE:
            return
        self._told_at = time
        self._damaged += 1
        if self._damaged <= _MOST_NOTES:
            self.notes.append(f"damaged at {clock(time)}: what FFmpeg makes of it is colored")
        elif self._damaged == _MOST_NOTES + 1:
            self.notes.append("damaged at more places")

    def _tell_end(self) -> None:
        seconds, allowed = stated_seconds(self._container, self._stream)
        end = (self._ended_at or 0.0) - start_seconds(self._stream) + float(1 / self.facts.rate)
        if seconds - end > max(float(1 / self.facts.rate), min(allowed, _MISSING_SHARE * seconds)):
            self.notes.append(f"cut short: it ends at {clock(end)} of {clock(seconds)}")

    def _note(self, text: str, pts: int) -> None:
        if not any(note.startswith(text) for note in self.notes):
            seconds = float(pts * self._stream.time_base) - start_seconds(self._stream)
            self.notes.append(f"{text} at {clock(seconds)}")

    def _check(self, frame: Any) -> None:
        if frame.color_trc in HIGH_RANGE:
            raise UnusableFilm(
                f"high dynamic range ({HIGH_RANGE[frame.color_trc]}), which the models do not "
                "know: convert it to BT.709 first"
            )

    def _facts_of(self, frame: Any) -> FilmFacts:
        self._check(frame)
        stream, name = self._stream, frame.format.name
        converted = is_rgb(frame)
        matrix = matrix_of(2 if converted else frame.colorspace, frame.height, frame.width)
        full = not converted and (
            frame.color_range == FULL_RANGE
            or name.startswith("yuvj")
            or (is_grey_format(name) and frame.color_range == 0)
        )
        rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
        rate = rate if 0 < rate <= 1000 else Fraction(25)
        notes = [f"it has no luma plane ({name}): luma is computed"] if converted else []
        if has_alpha(frame):
            notes.append("transparent parts are lost")
        found = FilmFacts(
            frame.width, frame.height, bits_of(frame), full, matrix,
            frame.color_primaries, frame.color_trc,
            stream.sample_aspect_ratio or Fraction(1), stream.time_base, rate,
            stream.frames or None, _display_matrix(frame), tuple(notes),
        )  # fmt: skip
        seconds, _ = stated_seconds(self._container, stream)
        if found.frames is None and seconds:
            found = replace(found, frames=round(seconds * rate))
        return found


def _display_matrix(frame: Any) -> tuple[int, ...] | None:
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return None
    return struct.unpack("=9i", bytes(data)[:36])
