"""Video files, decoded frame by frame with PyAV: sound frames only, deinterlaced, without bars.

FFmpeg patches up what is damaged and hands back stale or half grey frames as if nothing were. So
whatever it complains of, its log included, costs the frames from there to the next key frame.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace

from colorkeras.data.images.jpeg import jpeg_damage
from data_prep.film_length import start_seconds, stated_by_file, stated_seconds
from data_prep.frame_checks import BLACK
from data_prep.prepared_image import MIN_SIDE

_BARS_FROM = 12  # frames spread over the film in which a bar must always be black
_MISSING_SHARE = 0.02  # of a film's stated length
_UNSPECIFIED, _HD_ROWS = 2, 720  # of ITU-T H.273; where nothing is said, HD has BT.709's matrix
_HIGH_RANGE = {16: "PQ", 18: "HLG"}  # transfer characteristics of H.273
_MATRICES = {8: "YCgCo", 10: "BT.2020 constant luminance", 14: "ICtCp"}  # those FFmpeg cannot undo
_DEINTERLACE = "mode=send_frame:deint=interlaced"  # one frame for two fields
# Decoders of arithmetic codes that take any bytes; so many zeros no encoder writes.
_WITHOUT_ZEROS, _ZEROS = ("hevc", "vp8", "vp9"), 64
_CODEC_OPTIONS = {"err_detect": "explode"}
av.logging.set_level(av.logging.ERROR)
logging.getLogger("libav").addHandler(logging.NullHandler())  # we tell; it would print as well


@dataclass(frozen=True)
class VideoFacts:
    """What a video file says of itself.

    Attributes:
        frames: number by the header; 0 where it does not say.
        fps: frames a second; 25 where it does not say.
        height, width: in pixels, of the image as shown (upright, square pixels, no bars).
    """

    frames: int
    fps: float
    height: int
    width: int


class Video:
    """An opened video file; use as a context manager.

    Attributes:
        facts: its `VideoFacts`.
        left_out: damaged frames that were not handed out so far.

    Raises:
        ValueError: not a video, no frame in it, or one that sRGB cannot show.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()
        try:
            self._box = self._find_box()
            if self._box is None:
                raise ValueError("no frame could be decoded")
            top, bottom, left, right = self._box
            if min(bottom - top, right - left) < MIN_SIDE:
                size = f"{right - left}x{bottom - top}"
                raise ValueError(f"too small: {size}, shorter side below {MIN_SIDE}")
        except BaseException:
            self._container.close()
            raise
        rate = float(self._stream.average_rate or 0)
        fps = rate if 1 <= rate <= 1000 else 25.0
        # An edit list may show a part of the frames that an MP4 holds.
        counts = self._stream.frames, round(self._stated()[0] * fps)
        frames = min(filter(None, counts), default=0)
        self.facts = VideoFacts(frames, fps, bottom - top, right - left)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._container.close()

    def frames(self) -> Iterator[np.ndarray]:
        """Yield all sound frames from the first: (height, width, 3) uint8 BGR, without bars."""
        self._container.close()
        self._begin()  # anew: not every file can be wound back
        top, bottom, left, right = self._box
        for frame in self._deinterlaced(self._sound()):
            yield self._bgr(frame)[top:bottom, left:right]
        self._is_over = True

    def damage(self) -> str:
        """What is wrong with the film as far as `frames` has come, "" if nothing."""
        told = []
        seconds, allowed = self._stated()
        missing = seconds - self._ended_at if self._is_over else 0.0
        if missing > max(1 / self.facts.fps, min(allowed, _MISSING_SHARE * seconds)):
            of = f" of {self.facts.frames}" if self.facts.frames else ""
            told.append(f"decoding ended at frame {self._decoded}{of}")
        if self.left_out:
            told.append(f"{self.left_out} of {self._decoded} frames left out")
        return f"damaged or cut short: {', '.join(told)}" if told else ""

    def _begin(self):
        self.left_out = self._decoded = 0
        self._ended_at, self._is_over = 0.0, False
        try:
            self._container = av.open(str(self._path), metadata_errors="ignore")
        except (av.FFmpegError, OSError) as error:
            raise ValueError("not a video that FFmpeg can open") from error
        images = [
            stream
            for stream in self._container.streams.video
            if not stream.disposition & av.stream.Disposition.attached_pic
        ]
        if not images:
            self._container.close()
            raise ValueError("not a video: it has no moving images")
        self._stream = images[0]
        # Threads for the parts of one frame only: those that are ahead by frames would complain of
        # packets to come, and their messages can lock PyAV up.
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.options = _CODEC_OPTIONS

    def _sound(self) -> Iterator[av.VideoFrame]:
        """All frames but those from a complaint to the next key frame, that one without any."""
        damaged, broken = False, set()
        for frames, complaint in self._packets():
            damaged, broken = damaged or bool(complaint), broken | complaint
            if complaint and not frames:  # it gives none, now or later
                self._decoded, self.left_out = self._decoded + 1, self.left_out + 1
            for frame in frames:
                self._decoded += 1
                self._ended_at = max(self._ended_at, self._end_of(frame))
                if frame.color_trc in _HIGH_RANGE:
                    kind = _HIGH_RANGE[frame.color_trc]
                    raise ValueError(f"high dynamic range ({kind}): bring it to BT.709 first")
                is_broken = frame.is_corrupt or frame.pts in broken
                damaged = is_broken or (damaged and not frame.key_frame)
                if damaged:
                    self.left_out += 1
                else:
                    yield frame

    def _packets(self) -> Iterator[tuple[list[av.VideoFrame], set]]:
        """The frames of each packet; the packet's time stamps if anything is wrong with it."""
        packets = self._container.demux(self._stream)
        packet = True
        while packet is not None:
            frames, stamps, complained = [], {"unknown"}, False
            with av.logging.Capture(local=False) as log:
                try:
                    packet = next(packets, None)
                    if packet is not None:
                        stamps |= {packet.pts, packet.dts} - {None}
                        complained = self._is_damaged(packet)
                        frames = packet.decode()
                except av.FFmpegError:
                    complained = True
            complained = complained or any(level <= av.logging.ERROR for level, *_ in log)
            yield frames, stamps if complained else set()

    def _is_damaged(self, packet: av.Packet) -> bool:
        """Whether a packet shows damage on which its decoder is silent."""
        codec = self._stream.codec_context.name
        if codec == "mjpeg":
            return packet.size > 0 and jpeg_damage(bytes(packet)) is not None
        return codec in _WITHOUT_ZEROS and bytes(_ZEROS) in bytes(packet)

    def _deinterlaced(self, frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """The frames, from the first that is interlaced on through FFmpeg's bwdif."""
        graph, before = None, None
        for frame in frames:
            kind = (frame.width, frame.height, frame.format.name)
            if graph is not None and kind != before:  # a film may change its size
                yield from _drained(graph)
                graph = None
            before = kind
            if graph is None and not frame.interlaced_frame:
                yield frame
                continue
            if graph is None:
                graph = self._graph(frame)
            graph.push(frame)
            yield from _pulled(graph)
        if graph is not None:
            yield from _drained(graph)

    def _graph(self, frame: av.VideoFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        source = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=self._stream.time_base,
        )
        graph.link_nodes(
            source, graph.add("bwdif", _DEINTERLACE), graph.add("buffersink")
        ).configure()
        return graph

    def _bgr(self, frame: av.VideoFrame) -> np.ndarray:
        """(height, width, 3) uint8 BGR with square pixels, upright."""
        shape = self._stream.sample_aspect_ratio or 1
        square = round(frame.width * shape) if 0.25 <= shape <= 4 else frame.width
        matrix = frame.colorspace
        if matrix == _UNSPECIFIED:
            matrix = Colorspace.ITU709 if frame.height >= _HD_ROWS else Colorspace.ITU601
        try:
            pixels = frame.reformat(
                square, frame.height, "bgr24", src_colorspace=matrix, interpolation="BICUBIC"
            ).to_ndarray()
        except (av.FFmpegError, OSError, ValueError) as error:
            name = _MATRICES.get(matrix, f"{int(matrix)} of H.273")
            raise ValueError(
                f"FFmpeg cannot show its frames ({frame.format.name}, color matrix {name}) as RGB: "
                "bring them to BT.709 first"
            ) from error
        return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))

    def _end_of(self, frame: av.VideoFrame) -> float:
        """Seconds from the film's start to the end of a frame; by counting where it has no time."""
        rate = float(self._stream.average_rate or 25)
        if frame.time is None:
            return self._decoded / rate
        return frame.time - start_seconds(self._stream) + 1 / rate

    def _stated(self) -> tuple[float, float]:
        return stated_seconds(self._container, self._stream)

    def _find_box(self) -> tuple[int, int, int, int] | None:
        """(top, bottom, left, right) without the bars that are black throughout the film."""
        seconds = stated_by_file(self._container, self._stream)
        brightest = None
        for at in np.linspace(0, seconds, _BARS_FROM + 2)[1:-1] if seconds else [0.0]:
            frame = self._frame_near(at)
            if frame is None or (brightest is not None and frame.shape != brightest.shape):
                continue
            brightest = frame if brightest is None else np.maximum(brightest, frame)
        if brightest is None:  # a header that says nothing, or wrong: read from the start
            self._container.close()
            self._begin()
            brightest = next((self._bgr(frame) for frame in self._sound()), None)
            return None if brightest is None else (0, brightest.shape[0], 0, brightest.shape[1])
        lit = cv2.cvtColor(brightest, cv2.COLOR_BGR2GRAY) > BLACK
        rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
        if not len(rows):  # black wherever we looked
            return 0, brightest.shape[0], 0, brightest.shape[1]
        return *_inside(rows, lit.shape[0]), *_inside(columns, lit.shape[1])

    def _frame_near(self, seconds: float) -> np.ndarray | None:
        """The first sound frame from `seconds` after the start on, or the last one before."""
        start = self._container.start_time or 0
        try:
            self._container.seek(start + int(seconds * av.time_base))
        except av.FFmpegError:
            return None
        found = None
        for found in self._sound():
            if self._end_of(found) > seconds:
                break
        return None if found is None else self._bgr(found)


def _pulled(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def _drained(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    graph.push(None)
    yield from _pulled(graph)


def _inside(lit: np.ndarray, size: int) -> tuple[int, int]:
    """First and last + 1 of the lit rows; beside a bar one less, which compression has blurred."""
    first, last = int(lit[0]), int(lit[-1]) + 1
    return first + (first > 0), last - (last < size)
