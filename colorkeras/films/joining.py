"""The result: the colored frames, and all other streams of the film as they are."""

import functools
import heapq
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from colorkeras.console.errors import UserError
from colorkeras.data.images.mark import is_mark
from colorkeras.films.decoded_film import moving_images, open_container
from colorkeras.films.encoding import CONTAINERS, Encoding, add_video
from colorkeras.films.facts import FilmFacts
from colorkeras.films.segments import Segment, timed_packets

_OF_FORMAT = {"encoder", "major_brand", "minor_version", "compatible_brands", "duration"}
_SHIFTED = ("mpegts", "mpeg")  # whose time stamps begin anywhere
_AT_FRONT = {"movflags": "+faststart"}  # so that a browser can begin before it has all


class FilmFile:
    """The film whose other streams are copied, and what a container takes of them.

    Args:
        source: the film.
        out: the result, whose extension is one of `encoding.CONTAINERS`.
    """

    def __init__(self, source: Path, out: Path) -> None:
        self._source, self._out = source, out
        self._form = CONTAINERS[out.suffix.lower()]

    def check_streams(self) -> list[str]:
        """What is not kept, for the user.

        Raises:
            UserError: when sound or subtitles cannot be copied into this kind of file.
        """
        notes = []
        with open_container(self._source) as container:
            film = moving_images(container)
            for stream in container.streams:
                if stream.index == film.index:
                    continue
                if self._takes(stream) or _is_written_anew(container, stream):
                    continue
                what = f"{_KINDS.get(stream.type, 'a stream')} ({_codec(stream)})"
                if stream.type in ("audio", "subtitle") and (other := _taken_by(_names(stream))):
                    raise UserError(
                        f"{self._out}: {what} of {self._source.name} cannot be copied into a "
                        f"{self._out.suffix} file; use a name that ends in {other}."
                    )
                why = f"which a {self._out.suffix} file does not take"
                if stream.type == "video":
                    why = "as one is colored, the first"
                notes.append(f"lost: {what}, {why}")
            self._try_sound(container)
        return notes

    def _try_sound(self, container: Any) -> None:
        """Write a header with the sound alone, as some codecs are listed that FFmpeg refuses."""
        sound = [x for x in container.streams.audio if self._takes(x)]
        if sound:
            with av.open(os.devnull, "w", format=self._form) as nothing:
                for stream in sound:
                    self._copied(nothing, stream)
                self._begin(nothing)

    def write(
        self,
        path: Path,
        segments: Sequence[Segment],
        facts: FilmFacts,
        encoding: Encoding,
        comment: str | None,
        is_part: bool = False,
    ) -> None:
        """Write the result.

        Args:
            path: of the file.
            segments: the colored frames.
            facts: of the film.
            encoding: its `Encoding`.
            comment: the mark; None for none.
            is_part: whether the segments are a part of the film: time then begins with them, and
                the other streams are cut to their length. Chapters are left out.
        """
        options = _AT_FRONT if self._form in ("mp4", "mov") else {}
        with (
            open_container(self._source) as source,
            av.open(str(path), "w", format=self._form, options=options) as out,
        ):
            film = moving_images(source)
            video = add_video(out, facts, encoding)
            video.time_base = facts.time_base
            if facts.orientation:
                video.set_display_matrix(facts.orientation)
            _copy_words(film, video)
            copies = {}
            for stream in source.streams:
                if stream.index != film.index and self._takes(stream):
                    copies[stream.index] = copy = self._copied(out, stream)
                    if copy is not None:
                        _copy_words(stream, copy)
            self._describe(source, out, comment, with_chapters=not is_part)
            self._begin(out)
            window = _window(segments, facts) if is_part else (_offset(source), None)
            both = heapq.merge(
                _video(video, segments, facts.time_base, window[0]),
                _others(source, copies, window),
                key=lambda item: item[0],
            )
            for _, packet in both:
                out.mux_one(packet)

    def _begin(self, out: Any) -> None:
        try:
            out.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(
                f"{self._out}: FFmpeg cannot write these streams into a {self._out.suffix} file "
                f"({reason}). Use a name that ends in .mkv."
            ) from error

    def _takes(self, stream: Any) -> bool:
        if stream.type == "attachment":
            return self._form == "matroska"
        if stream.type == "video":
            return _is_picture(stream)
        if stream.type not in ("audio", "subtitle"):
            return False
        return bool(_names(stream) & supported_in(self._form))

    def _copied(self, out: Any, stream: Any) -> Any:
        """A stream of the result for a stream of the film; None for an attachment."""
        if stream.type == "attachment":
            out.add_attachment(stream.name or "attachment", stream.mimetype or "", stream.data)
            return None
        if self._form == "matroska" and _is_picture(stream):  # which has its covers as attachments
            with open_container(self._source) as container:
                picture = next(container.demux(container.streams[stream.index]))
                suffix, kind = _PICTURES.get(_codec(stream), ("", ""))
                out.add_attachment(f"cover{suffix}", kind, bytes(picture))
            return None
        return out.add_stream_from_template(stream)

    def _describe(self, source: Any, out: Any, comment: str | None, with_chapters: bool) -> None:
        words = {k: v for k, v in source.metadata.items() if k.lower() not in _OF_FORMAT}
        if comment:
            own = next((k for k in words if k.lower() == "comment"), None)
            lines = words.pop(own).splitlines() if own else []
            lines = [line for line in lines if not is_mark(line)]
            words["comment"] = "\n".join([comment, *lines])
        out.metadata.update(words)
        if with_chapters and (chapters := source.chapters()):
            out.set_chapters(chapters)


@functools.cache
def supported_in(form: str) -> frozenset[str]:
    """The codecs that a container takes, by FFmpeg's names of their implementations."""
    with av.open(os.devnull, "w", format=form) as nothing:
        return frozenset(nothing.supported_codecs)


def _taken_by(names: set[str]) -> str | None:
    """The extension of a container that takes a codec with these names; None for none."""
    suffixes = (".mkv", ".mov", ".mp4")
    return next((s for s in suffixes if names & supported_in(CONTAINERS[s])), None)


_KINDS = {
    "audio": "sound", "subtitle": "subtitles", "attachment": "an attachment", "data": "data",
    "video": "a further video stream",
}  # fmt: skip
_PICTURES = {
    "png": (".png", "image/png"), "mjpeg": (".jpg", "image/jpeg"), "webp": (".webp", "image/webp"),
}  # fmt: skip


def _is_picture(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _is_written_anew(container: Any, stream: Any) -> bool:
    """Whether a stream has only what metadata says too: a time code, or the titles of chapters."""
    if stream.type != "data":
        return False
    return "timecode" in stream.metadata or bool(container.chapters() and stream.name == "bin_data")


def _names(stream: Any) -> set[str]:
    """The names of a stream's codec: of FFmpeg's implementation, and of the standard."""
    context = stream.codec_context
    return set() if context is None else {context.codec.name, context.codec.canonical_name}


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return str(context.codec.canonical_name if context is not None else "unknown")


def _copy_words(stream: Any, copy: Any) -> None:
    for name, value in stream.metadata.items():
        if name.lower() not in _OF_FORMAT:
            copy.metadata[name] = value
    copy.disposition = stream.disposition


def _offset(source: Any) -> Fraction:
    """Seconds that are taken from all time stamps."""
    if source.format.name in _SHIFTED and source.start_time:
        return Fraction(source.start_time, av.time_base)
    return Fraction(0)


Timed = tuple[Fraction, Any]
Window = tuple[Fraction, Fraction | None]  # seconds of the start and the end


def _window(segments: Sequence[Segment], facts: FilmFacts) -> Window:
    first, last = segments[0].times()[0][0], segments[-1].times()[0][-1]
    return first * facts.time_base, last * facts.time_base + 1 / facts.rate


def _video(
    stream: Any, segments: Sequence[Segment], units: Fraction, offset: Fraction
) -> Iterator[Timed]:
    shift = round(offset / units)
    for data, is_key, pts, dts in timed_packets(segments):
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, units
        packet.pts, packet.dts, packet.is_keyframe = pts - shift, dts - shift, is_key
        yield packet.dts * units, packet


def _others(source: Any, copies: dict[int, Any], window: Window) -> Iterator[Timed]:
    wanted = [source.streams[index] for index, copy in copies.items() if copy is not None]
    if not wanted:
        return
    (start, end), last = window, None
    for packet in source.demux(wanted):
        stamp = packet.pts if packet.dts is None else packet.dts
        if not packet.size:
            continue
        time = start if stamp is None else stamp * packet.time_base
        if end is not None and not start <= time < end:
            continue
        units, shift = packet.time_base, round(start / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if stamp is None else stamp - shift
        packet.stream = copies[packet.stream_index]
        if packet.dts is not None:
            # In the order of the file, whatever the stamps are.
            last = packet.dts * units if last is None else max(last, packet.dts * units)
        yield last or Fraction(0), packet
