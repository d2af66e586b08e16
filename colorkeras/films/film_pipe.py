"""Messages between the process that decodes a film and the one that colors it.

Each is a length, a line of JSON, and bytes: of a frame its luma plane.
"""

import json
import struct
from typing import Any, BinaryIO

import numpy as np

_LENGTHS = struct.Struct("<IQ")


def send(stream: BinaryIO, facts: dict[str, Any], plane: np.ndarray | None = None) -> None:
    """Write a message; `plane` is any contiguous array."""
    line = json.dumps(facts).encode()
    stream.write(_LENGTHS.pack(len(line), 0 if plane is None else plane.nbytes))
    stream.write(line)
    if plane is not None:
        stream.write(plane.data.cast("B"))
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytearray] | None:
    """The next message and its bytes; None at the end, also in the middle of a message."""
    start = stream.read(_LENGTHS.size)
    if len(start) < _LENGTHS.size:
        return None
    length, size = _LENGTHS.unpack(start)
    line, plane = stream.read(length), bytearray(size)
    if len(line) < length or stream.readinto(plane) < size:  # type: ignore[attr-defined]
        return None
    return json.loads(line), plane
