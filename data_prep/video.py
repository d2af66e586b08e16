"""Video files, decoded frame by frame with PyAV: undamaged frames, deinterlaced, without bars.

FFmpeg conceals damage: it returns repeated or partly grey frames without an error. So after each
error or message in its log, the frames up to the next key frame are left out.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace

from colorkeras.data.folders.examine import MIN_SIDE
from colorkeras.data.images.color_meaning import HIGH_RANGE
from colorkeras.data.images.jpeg import jpeg_damage
from colorkeras.films.film_length import start_seconds, stated_by_file, stated_seconds
from colorkeras.films.interlaced import deinterlaced
from data_prep.frame_checks import BLACK

_BARS_FROM = 12  # frames spread over the film in which a bar must always be black
_MISSING_SHARE = 0.02  # of a film's stated length
# Of ITU-T H.273. Where a film states no matrix, HD films have that of BT.709.
_UNSPECIFIED, _HD_ROWS = 2, 720
# Matrices that FFmpeg cannot convert.
_MATRICES = {8: "YCgCo", 10: "BT.2020 constant luminance", 14: "ICtCp"}
# Arithmetic decoders accept any bytes; but no encoder writes this many zeros.
_WITHOUT_ZEROS, _ZEROS = ("hevc", "vp8", "vp9"), 64
_CODEC_OPTIONS = {"err_detect": "explode"}
av.logging.set_level(av.logging.ERROR)
logging.getLogger("libav").addHandler(logging.NullHandler())  # it would also print its messages


@dataclass(frozen=True)
class VideoFacts:
    """What the header of a video file states.

    Attributes:
        frames: their number; 0 where it is not stated.
        fps: frames per second; 25 where it is not stated.
        height, width: in pixels, of the frames as shown (upright, square pixels, no bars).
    """

    frames: int
    fps: float
    height: int
    width: int


class Video:
    """An opened video file; use as a context manager.

    Attributes:
        facts: its `VideoFacts`.
        left_out: number of damaged frames left out so far.

    Raises:
        ValueError: when it is not a video, has no frame, or has frames that sRGB cannot show.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()
        try:
            box = self._find_box()
            if box is None:
                raise ValueError("no frame could be decoded")
            top, bottom, left, right = self._box = box
            if min(bottom - top, right - left) < MIN_SIDE:
                size = f"{right - left}x{bottom - top}"
                raise ValueError(f"too small: {size}, shorter side below {MIN_SIDE}")
        except BaseException:
            self._container.close()
            raise
        rate = float(self._stream.average_rate or 0)
        fps = rate if 1 <= rate <= 1000 else 25.0
        # The edit list of an MP4 file may show only a part of its frames.
        counts = self._stream.frames, round(self._stated()[0] * fps)
        frames = min(filter(None, counts), default=0)
        self.facts = VideoFacts(frames, fps, bottom - top, right - left)

    def __enter__(self) -> "Video":
        return self

    def __exit__(self, *exception: object) -> None:
        self._container.close()

    def frames(self) -> Iterator[np.ndarray]:
        """Yield all undamaged frames from the first: (height, width, 3) uint8 BGR, without bars."""
        self._container.close()
        self._begin()  # open the file again: not every file can be rewound
        top, bottom, left, right = self._box
        for frame in deinterlaced(self._undamaged(), self._stream.time_base, []):
            yield self._bgr(frame)[top:bottom, left:right]
        self._is_over = True

    def damage(self) -> str:
        """What is wrong with the part of the film that `frames` has read; "" for nothing."""
        found = []
        seconds, allowed = self._stated()
        missing = seconds - self._ended_at if self._is_over else 0.0
        if missing > max(1 / self.facts.fps, min(allowed, _MISSING_SHARE * seconds)):
            of = f" of {self.facts.frames}" if self.facts.frames else ""
            found.append(f"decoding ended at frame {self._decoded}{of}")
        if self.left_out:
            found.append(f"{self.left_out} of {self._decoded} frames left out")
        return f"damaged or truncated: {', '.join(found)}" if found else ""

    def _begin(self) -> None:
        self.left_out = self._decoded = 0
        self._ended_at, self._is_over = 0.0, False
        try:
            self._container: Any = av.open(str(self._path), metadata_errors="ignore")
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
        self._stream: Any = images[0]
        # Threads for the parts of one frame only. Threads that decode frames ahead would report
        # errors of later packets, and their messages can make PyAV hang.
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.options = _CODEC_OPTIONS

    def _undamaged(self) -> Iterator[av.VideoFrame]:
        """All frames except those from an error up to the next key frame without an error."""
        damaged, broken = False, set[object]()
        for frames, complaint in self._packets():
            damaged, broken = damaged or bool(complaint), broken | complaint
            if complaint and not frames:  # this packet gives no frame, now or later
                self._decoded, self.left_out = self._decoded + 1, self.left_out + 1
            for frame in frames:
                self._decoded += 1
                self._ended_at = max(self._ended_at, self._end_of(frame))
                if frame.color_trc in HIGH_RANGE:
                    kind = HIGH_RANGE[frame.color_trc]
                    raise ValueError(f"high dynamic range ({kind}): convert it to BT.709 first")
                is_broken = frame.is_corrupt or frame.pts in broken
                damaged = is_broken or (damaged and not frame.key_frame)
                if damaged:
                    self.left_out += 1
                else:
                    yield frame

    def _packets(self) -> Iterator[tuple[list[av.VideoFrame], set[object]]]:
        """The frames of each packet, and the packet's time stamps if anything is wrong with it."""
        packets = self._container.demux(self._stream)
        packet: Any = True
        while packet is not None:
            frames: list[av.VideoFrame] = []
            stamps: set[object] = {"unknown"}
            complained = False
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
        """Whether a packet shows damage that its decoder does not report."""
        codec = self._stream.codec_context.name
        if codec == "mjpeg":
            return packet.size > 0 and jpeg_damage(bytes(packet)) is not None
        return codec in _WITHOUT_ZEROS and bytes(_ZEROS) in bytes(packet)

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
                f"FFmpeg cannot convert its frames ({frame.format.name}, color matrix {name}) to "
                "RGB: convert the film to BT.709 first"
            ) from error
        return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))

    def _end_of(self, frame: av.VideoFrame) -> float:
        """Seconds from the film's start to the end of a frame."""
        rate = float(self._stream.average_rate or 25)
        if frame.time is None:  # without a time stamp: count the frames
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
        if brightest is None:  # the stated length is missing or wrong: read from the start
            self._container.close()
            self._begin()
            brightest = next((self._bgr(frame) for frame in self._undamaged()), None)
            return None if brightest is None else (0, brightest.shape[0], 0, brightest.shape[1])
        lit = cv2.cvtColor(brightest, cv2.COLOR_BGR2GRAY) > BLACK
        rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
        if not len(rows):  # all these frames are black
            return 0, brightest.shape[0], 0, brightest.shape[1]
        return *_inside(rows, lit.shape[0]), *_inside(columns, lit.shape[1])

    def _frame_near(self, seconds: float) -> np.ndarray | None:
        """The first undamaged frame from `seconds` after the start on, or the last one before."""
        start = self._container.start_time or 0
        try:
            self._container.seek(start + int(seconds * av.time_base))
        except av.FFmpegError:
            return None
        found = None
        for found in self._undamaged():
            if self._end_of(found) > seconds:
                break
        return None if found is None else self._bgr(found)


def _inside(lit: np.ndarray, size: int) -> tuple[int, int]:
    """First and last + 1 of the lit rows, without the row beside a bar: compression blurs it."""
    first, last = int(lit[0]), int(lit[-1]) + 1
    return first + (first > 0), last - (last < size)
