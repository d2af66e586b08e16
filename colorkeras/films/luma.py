"""The luma plane of a decoded frame, as it is stored wherever that is possible."""

from typing import Any

import av
import numpy as np

from colorkeras.films.facts import BT601, BT709, UnusableFilm

_MSB_FIRST = ("p0", "p2", "p4")  # as p010le: ten bits at the top of sixteen
_LIMITED = 1  # FFmpeg's AVCOL_RANGE_MPEG


def is_rgb(frame: Any) -> bool:
    """Whether a frame has no luma plane at all."""
    name = frame.format.name
    return frame.format.is_rgb or frame.format.has_palette or name.startswith(("xyz", "bayer"))


def is_grey_format(name: str) -> bool:
    """Whether FFmpeg's pixel format has no color planes, so that its samples are full range."""
    return name.startswith(("gray", "mono", "ya"))


def bits_of(frame: Any) -> int:
    """Bits of a luma sample as `luma_of` gives it: 8, 10, 12 or 16."""
    bits = max(component.bits for component in frame.format.components)
    return next(known for known in (8, 10, 12, 16) if bits <= known)


def has_alpha(frame: Any) -> bool:
    """Whether a frame has transparent parts."""
    return any(component.is_alpha for component in frame.format.components)


def luma_of(frame: Any, bits: int) -> np.ndarray:
    """The luma plane.

    A frame whose luma lies in a plane of its own is not converted; RGB frames get the limited
    range and the matrix of BT.709 from 720 rows on, else of BT.601.

    Args:
        frame: of PyAV.
        bits: as of `bits_of`; samples of other depths are shifted.

    Returns:
        (height, width) uint8 for 8 bits, else uint16.

    Raises:
        UnusableFilm: when FFmpeg cannot convert the frame.
    """
    if not _has_own_plane(frame):
        frame = _converted(frame, bits)
    plane, dtype = (
        frame.planes[0],
        np.dtype("u1" if frame.format.components[0].bits <= 8 else "<u2"),
    )
    samples = np.frombuffer(plane, dtype).reshape(-1, plane.line_size // dtype.itemsize)
    luma = samples[: frame.height, : frame.width]
    missing = bits - frame.format.components[0].bits
    if bits == 8:
        return np.ascontiguousarray(luma)
    wide = luma.astype(np.uint16)
    return wide << missing if missing > 0 else wide


def _has_own_plane(frame: Any) -> bool:
    form = frame.format
    if is_rgb(frame) or form.is_big_endian or form.name.startswith((*_MSB_FIRST, "mono")):
        return False
    first, *others = form.components
    return first.bits in (8, 9, 10, 12, 14, 16) and all(o.plane != first.plane for o in others)


def _converted(frame: Any, bits: int) -> Any:
    depth = "" if bits == 8 else f"{bits}le"
    try:
        if is_rgb(frame):
            matrix = BT709 if frame.height >= 720 else BT601
            return frame.reformat(
                format=f"yuv444p{depth}",
                dst_colorspace={BT709: "ITU709", BT601: "ITU601"}[matrix],
                dst_color_range=_LIMITED,
            )
        if is_grey_format(frame.format.name):
            return frame.reformat(format=f"gray{depth}")
        return frame.reformat(format=f"yuv422p{depth}")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnusableFilm(f"FFmpeg cannot convert its frames ({frame.format.name})") from error
