"""Make ICC profiles of RGB color spaces from their primaries and curve.

So the colors that a file states in other ways are converted like those of an embedded profile.
"""

import struct
from functools import lru_cache

import numpy as np

# Bradford's cone responses, by which ICC.1:2022, annex E, adapts colors to its white, D50.
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_D50 = np.array([0.9642, 1.0, 0.8249])


@lru_cache(maxsize=32)
def rgb_profile(
    primaries: tuple[float, ...], curve: tuple[float, ...], name: str = ""
) -> bytes | None:
    """Make an ICC profile of version 4.

    Args:
        primaries: x, y of red, green, blue and white.
        curve: one or five numbers; see `SRGB_CURVE`.
        name: for a profile that is written into files, which needs one.

    Returns:
        The bytes of the profile; None where the primaries are impossible, or a number is too large
        to be stored.
    """
    xy = np.reshape(primaries, (4, 2))
    if (xy[:, 1] <= 0).any():
        return None
    xyz = np.stack([xy[:, 0], xy[:, 1], 1 - xy.sum(axis=1)]) / xy[:, 1]
    white = xyz[:, 3]
    try:
        colorants = xyz[:, :3] * np.linalg.solve(xyz[:, :3], white)
        cones = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
        colorants = np.linalg.solve(_BRADFORD, cones @ _BRADFORD @ colorants)
        return _assembled(colorants, curve, name)
    except (np.linalg.LinAlgError, struct.error, ValueError, OverflowError):
        return None


def _assembled(colorants: np.ndarray, curve: tuple[float, ...], name: str) -> bytes:
    kind = 0 if len(curve) == 1 else 3
    response = struct.pack(">4sIHH", b"para", 0, kind, 0) + b"".join(map(_fixed, curve))
    tags = [(b"wtpt", _xyz(_D50))]
    for channel, colorant in zip((b"r", b"g", b"b"), colorants.T, strict=True):
        tags += [(channel + b"XYZ", _xyz(colorant)), (channel + b"TRC", response)]
    if name:
        tags += [(b"desc", _text(name)), (b"cprt", _text("No copyright"))]
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for key, content in tags:
        table += struct.pack(">4sII", key, offset + len(body), len(content))
        body += content
    header = struct.pack(
        ">I4sI4s4s4s12x4s4s28x", offset + len(body), b"", 0x04300000, b"mntr", b"RGB ", b"XYZ ",
        b"acsp", b"",
    )  # fmt: skip
    header += b"".join(map(_fixed, _D50))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _text(text: str) -> bytes:
    """A text in English (type multiLocalizedUnicode, ICC.1:2022, 10.15)."""
    content = text.encode("utf-16-be")
    head = struct.pack(">4s4xIIHHII", b"mluc", 1, 12, 0x656E, 0x5553, len(content), 28)
    return head + content + bytes(-len(content) % 4)


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))


def _fixed(value: float) -> bytes:
    """A signed fixed-point number: 16 bits before the point and 16 after it."""
    return struct.pack(">i", round(value * 65536))
