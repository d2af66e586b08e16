"""Compressed frames that follow each other in a result, from several places."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

Compressed = tuple[bytes, bool]


class Segment(Protocol):
    """Compressed frames whose decoding needs no others.

    Attributes:
        frames: their number.
    """

    @property
    def frames(self) -> int: ...

    def times(self) -> tuple[Sequence[int], Sequence[int]]:
        """Time stamps of the frames in order; and the numbers of the frames, from 0, in the order
        of decoding."""

    def packets(self) -> Iterator[Compressed]:
        """Yield (bytes, whether decoding can begin here) in the order of decoding."""


def timed_packets(segments: Sequence[Segment]) -> Iterator[tuple[bytes, bool, int, int]]:
    """Yield (bytes, whether decoding can begin here, pts, dts) of all segments as one stream.

    Frames are decoded earlier than shown, as others refer to them. The time of decoding the n-th
    packet is the time stamp of the frame that is shown as number n - delay: it grows, and is never
    after the packet's own time stamp.
    """
    delay = max((delay_of(segment.times()[1]) for segment in segments), default=0)
    times: deque[int] = deque(maxlen=delay + 1)
    for segment in segments:
        pts, order = segment.times()
        if not times:
            step = pts[1] - pts[0] if len(pts) > 1 else 1
            times.extend(pts[0] - (delay - number) * step for number in range(delay))
        for number, (data, is_key) in enumerate(segment.packets()):
            times.append(pts[number])
            yield data, is_key, pts[order[number]], times[0]


def delay_of(order: Sequence[int]) -> int:
    """By how many frames decoding is ahead of showing."""
    return max((place - number for place, number in enumerate(order)), default=0)


def packets_in(path: Any, form: str | None = None) -> Iterator[Compressed]:
    """Yield the packets of the first stream of a file."""
    import av

    with av.open(str(path), format=form) as container:
        for packet in container.demux(container.streams.video[0]):
            if packet.size:
                yield bytes(packet), packet.is_keyframe
