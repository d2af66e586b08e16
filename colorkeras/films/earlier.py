"""A result that was made before, of which a part is colored anew."""

import bisect
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from colorkeras.films.decoded_film import moving_images, open_container
from colorkeras.films.segments import Compressed, Segment

# What turns packets of a container into those of an encoder.
_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}


class EarlierResult:
    """The compressed frames of a result.

    Args:
        path: of the file.

    Attributes:
        codec, form: names of its codec and pixel format.
        time_base: seconds of a unit of its time stamps.
        pts: time stamps of its frames in order.

    Raises:
        UnusableFilm: when it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        shown = array("q")
        keys = []
        with open_container(path) as container:
            stream = moving_images(container)
            self.codec, self.form = stream.codec_context.codec.name, stream.codec_context.pix_fmt
            self.time_base: Fraction = stream.time_base
            for packet in container.demux(stream):
                if packet.size:
                    if packet.is_keyframe:
                        keys.append(packet.pts)
                    shown.append(packet.pts)
        self.pts = array("q", sorted(shown))
        numbers = {pts: number for number, pts in enumerate(self.pts)}
        self._order = array("q", (numbers[pts] for pts in shown))
        self._keys = [numbers[pts] for pts in keys]

    def widened(self, first: int, end: int) -> tuple[int, int]:
        """The frames [first, end), with those before and after up to where decoding can begin."""
        before = self._keys[max(0, bisect.bisect_right(self._keys, first) - 1)]
        after = bisect.bisect_left(self._keys, end)
        return before, self._keys[after] if after < len(self._keys) else len(self.pts)

    def segment(self, first: int, end: int) -> Segment:
        """The frames [first, end), whose ends are as of `widened`."""
        order = [number - first for number in self._order[first:end]]
        return _Copied(self, first, end - first, self.pts[first:end], order)

    def packets(self, first: int, count: int) -> Iterator[Compressed]:
        """Yield packets in the order of decoding, as an encoder makes them."""
        from av.bitstream import BitStreamFilterContext

        with open_container(self._path) as container:
            stream = moving_images(container)
            name = _FILTERS.get(self.codec)
            change = BitStreamFilterContext(name, in_stream=stream) if name else None
            for packet in islice((p for p in container.demux(stream) if p.size), first + count):
                # All pass through the filter, which remembers what it has seen.
                for made in change.filter(packet) if change else [packet]:
                    if first > 0:
                        first -= 1
                    else:
                        yield bytes(made), made.is_keyframe


@dataclass(frozen=True)
class _Copied:
    """Frames of an earlier result."""

    result: EarlierResult
    first: int
    frames: int
    pts: Sequence[int]
    order: Sequence[int]

    def times(self) -> tuple[Sequence[int], Sequence[int]]:
        return self.pts, self.order

    def packets(self) -> Iterator[Compressed]:
        return self.result.packets(self.first, self.frames)


@dataclass(frozen=True)
class Retimed:
    """A segment with other time stamps.

    Attributes:
        segment: the segment.
        pts: time stamps of its frames in order.
    """

    segment: Any
    pts: Sequence[int]

    @property
    def frames(self) -> int:
        """Their number."""
        return len(self.pts)

    def times(self) -> tuple[Sequence[int], Sequence[int]]:
        """As of `segments.Segment`."""
        return self.pts, self.segment.times()[1]

    def packets(self) -> Iterator[Compressed]:
        """As of `segments.Segment`."""
        packets: Iterator[Compressed] = self.segment.packets()
        return packets
