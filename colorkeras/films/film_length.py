"""The length of a film that its header states, to compare with the time of its last frame."""

from typing import Any

import av

# Formats whose header states the length of the film. For others FFmpeg guesses it from the file.
_STATE_LENGTH = frozenset(["mov", "matroska", "avi", "asf"])
# In these formats FFmpeg writes the time of the end, not the length, where the start is not 0.
_STATE_END = frozenset(["matroska", "asf"])
_AVI = frozenset(["avi"])
# How much may be missing at the end, where the length is that of this stream or of the longest.
_MISSING_SECONDS, _MISSING_SECONDS_OF_FILE = 1.0, 5.0


def start_seconds(stream: av.VideoStream) -> float:
    """The time stamp of the first frame in seconds."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def stated_seconds(container: Any, stream: av.VideoStream) -> tuple[float, float]:
    """The length of a film that its header states, and how much of it may be missing.

    Args:
        container: the opened file.
        stream: its video stream.

    Returns:
        Seconds from the first frame to the end, 0 where the header does not state them; and the
        seconds that may be missing.
    """
    if not _is_one_of(container, _STATE_LENGTH):
        return 0.0, 0.0
    if stream.duration:
        seconds = float(stream.duration * (stream.time_base or 0))
        # For a truncated AVI file FFmpeg gives the length that is left; the frame count is stated.
        if _is_one_of(container, _AVI):
            seconds = max(seconds, stream.frames / float(stream.average_rate or 25))
        return _length(container, stream, seconds), _MISSING_SECONDS
    if tag := _seconds(stream.metadata.get("DURATION", "")):  # Matroska's, of one stream
        return _length(container, stream, tag), _MISSING_SECONDS
    return stated_by_file(container, stream), _MISSING_SECONDS_OF_FILE


def stated_by_file(container: Any, stream: av.VideoStream) -> float:
    """Seconds from the first frame to the end of the longest stream; 0 where not stated."""
    return _length(container, stream, (container.duration or 0) / av.time_base)


def _length(container: Any, stream: av.VideoStream, stated: float) -> float:
    start = start_seconds(stream)
    states_end = _is_one_of(container, _STATE_END) and 0 < start < stated
    return stated - start if states_end else stated


def _is_one_of(container: Any, formats: frozenset[str]) -> bool:
    return bool(formats & set(container.format.name.split(",")))


def _seconds(text: str) -> float:
    """The seconds of a time such as 00:01:02.5; 0 for any other text."""
    try:
        hours, minutes, seconds = text.split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except ValueError:
        return 0.0
