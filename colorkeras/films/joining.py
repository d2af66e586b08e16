"""The result: the colored frames, and all other streams of the film as they are."""

import heapq
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from colorkeras.console.errors import UserError
from colorkeras.films.decoded_film import moving_images, open_container
from colorkeras.films.encoding import CONTAINERS, Encoding, add_video
from colorkeras.films.facts import FilmFacts
from colorkeras.films.parts import Part, packets_of

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
                if self._takes(stream):
                    continue
                what = f"{_KINDS.get(stream.type, 'a stream')} ({_codec(stream)})"
                if stream.type in ("audio", "subtitle") and self._form != "matroska":
                    raise UserError(
                        f"{self._out}: {what} of {self._source.name} cannot be copied into a "
                        f"{self._out.suffix} file; use a name that ends in .mkv."
                    )
                notes.append(f"lost: {what}, which a {self._out.suffix} file does not take")
        return notes

    def write(
        self,
        path: Path,
        parts: list[Part],
        facts: FilmFacts,
        encoding: Encoding,
        comment: str | None,
        span: tuple[float, float] | None = None,
    ) -> None:
        """Write the result.

        Args:
            path: of the file.
            parts: all of them.
            facts: of the film.
            encoding: its `Encoding`.
            comment: the mark; None for none.
            span: (start, end) in seconds of the film that the parts are; None for all.
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
                    copies[stream.index] = copy = _copied(out, stream)
                    if copy is not None:
                        _copy_words(stream, copy)
            self._describe(source, out, comment)
            out.start_encoding()
            offset = _offset(source)
            both = heapq.merge(
                _video(video, parts, facts.time_base, offset),
                _others(source, copies, offset),
                key=lambda item: item[0],
            )
            for _, packet in both:
                out.mux_one(packet)

    def _takes(self, stream: Any) -> bool:
        if stream.type == "attachment":
            return self._form == "matroska"
        if stream.type == "video":
            is_picture = stream.disposition & av.stream.Disposition.attached_pic
            return bool(is_picture) and self._form != "matroska"
        if stream.type not in ("audio", "subtitle"):
            return False
        return (
            _codec(stream)
            in av.open(  # nothing is written
                "/dev/null", "w", format=self._form
            ).supported_codecs
        )

    def _describe(self, source: Any, out: Any, comment: str | None) -> None:
        words = {k: v for k, v in source.metadata.items() if k.lower() not in _OF_FORMAT}
        if comment:
            own = next((k for k in words if k.lower() == "comment"), None)
            words["comment"] = "\n".join([comment, *([words.pop(own)] if own else [])])
        out.metadata.update(words)
        if chapters := source.chapters():
            out.set_chapters(chapters)


_KINDS = {
    "audio": "sound", "subtitle": "subtitles", "attachment": "an attachment", "data": "data",
    "video": "a further video stream",
}  # fmt: skip


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return str(context.codec.canonical_name if context is not None else "unknown")


def _copied(out: Any, stream: Any) -> Any:
    if stream.type == "attachment":
        out.add_attachment(stream.name or "attachment", stream.mimetype or "", stream.data)
        return None
    return out.add_stream_from_template(stream)


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


def _video(stream: Any, parts: list[Part], units: Fraction, offset: Fraction) -> Iterator[Timed]:
    shift = round(offset / units)
    for data, is_key, pts, dts in packets_of(parts):
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, units
        packet.pts, packet.dts, packet.is_keyframe = pts - shift, dts - shift, is_key
        yield packet.dts * units, packet


def _others(source: Any, copies: dict[int, Any], offset: Fraction) -> Iterator[Timed]:
    wanted = [source.streams[index] for index, copy in copies.items() if copy is not None]
    if not wanted:
        return
    last = Fraction(0)
    for packet in source.demux(wanted):
        if not packet.size:
            continue
        units, shift = packet.time_base, round(offset / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = packet.pts if packet.dts is None else packet.dts - shift
        packet.stream = copies[packet.stream_index]
        if packet.dts is not None:
            last = max(last, packet.dts * units)
        yield last, packet
