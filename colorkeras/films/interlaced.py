"""Interlaced films: two half pictures of different times in each frame become one whole picture."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av

NOTE = "interlaced: its fields are joined by FFmpeg's bwdif, so that luma is not the stored one"
_OPTIONS = "mode=send_frame:deint=interlaced"  # one frame for two fields, and others untouched


def deinterlaced(frames: Iterator[Any], time_base: Fraction, notes: list[str]) -> Iterator[Any]:
    """The frames; from the first interlaced one on, they pass through bwdif.

    Args:
        frames: of PyAV.
        time_base: of their time stamps.
        notes: gets `NOTE` where a frame was interlaced.
    """
    graph, before = None, None
    for frame in frames:
        kind = (frame.width, frame.height, frame.format.name)
        if graph is not None and kind != before:  # the size may change within a film
            yield from _drained(graph)
            graph = None
        before = kind
        if graph is None and not frame.interlaced_frame:
            yield frame
            continue
        if graph is None:
            graph = _graph(frame, time_base)
            if NOTE not in notes:
                notes.append(NOTE)
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        yield from _drained(graph)


def _graph(frame: Any, time_base: Fraction) -> Any:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=time_base
    )
    graph.link_nodes(source, graph.add("bwdif", _OPTIONS), graph.add("buffersink")).configure()
    return graph


def _drained(graph: Any) -> Iterator[Any]:
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Any) -> Iterator[Any]:
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
