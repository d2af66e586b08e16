"""How long a film is by its header, against which its last frame is held."""

import av

# Formats whose header states how long the film is; of others FFmpeg guesses from what is there.
_STATE_LENGTH = frozenset(["mov", "matroska", "avi", "asf"])
# Of these FFmpeg's own files state when the film ends, wherever it starts; others its length.
_STATE_END = frozenset(["matroska", "asf"])
_AVI = frozenset(["avi"])
# How much may be missing at the end: the stated length is that of this stream, or of the longest.
_MISSING_SECONDS, _MISSING_SECONDS_OF_FILE = 1.0, 5.0


def start_seconds(stream: av.VideoStream) -> float:
    """When the first frame is due, in seconds."""
    return float((stream.start_time or 0) * stream.time_base)


def stated_seconds(container, stream: av.VideoStream) -> tuple[float, float]:
    """Length of a film by its header, and how much may be missing of it.

    Args:
        container: the opened file.
        stream: the images in it.

    Returns:
        Seconds from the first frame to the end, 0 where the header does not say; seconds.
    """
    if not _is_one_of(container, _STATE_LENGTH):
        return 0.0, 0.0
    if stream.duration:
        seconds = float(stream.duration * stream.time_base)
        if _is_one_of(container, _AVI):  # of a cut one that which is there, but frames are counted
            seconds = max(seconds, stream.frames / float(stream.average_rate or 25))
        return _length(container, stream, seconds), _MISSING_SECONDS
    if tag := _seconds(stream.metadata.get("DURATION", "")):  # Matroska's, of one stream
        return _length(container, stream, tag), _MISSING_SECONDS
    return stated_by_file(container, stream), _MISSING_SECONDS_OF_FILE


def stated_by_file(container, stream: av.VideoStream) -> float:
    """Seconds from the first frame to the end of the longest stream; 0 where nothing says."""
    return _length(container, stream, (container.duration or 0) / av.time_base)


def _length(container, stream, stated: float) -> float:
    start = start_seconds(stream)
    states_end = _is_one_of(container, _STATE_END) and 0 < start < stated
    return stated - start if states_end else stated


def _is_one_of(container, formats: frozenset[str]) -> bool:
    return bool(formats & set(container.format.name.split(",")))


def _seconds(text: str) -> float:
    """ "00:01:02.5" in seconds; 0 for anything else."""
    try:
        hours, minutes, seconds = text.split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except ValueError:
        return 0.0
