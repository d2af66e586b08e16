"""ICC profiles at more than 8 bits: curves and a matrix, from samples to linear light of sRGB.

Pillow's color management converts 8-bit samples alone. Most profiles of scans are three curves and
a matrix, or one curve for grey (ICC.1:2022, 8.3.3 and 8.4); those are evaluated here. Profiles that
are made of tables are not.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from colorkeras.color.srgb_curve import encoded
from colorkeras.data.images.color_meaning import SRGB_CURVE, SRGB_PRIMARIES
from colorkeras.data.images.icc import rgb_profile

_STEPS = 65536
_SAME = 2 / 255  # a profile that changes no probe by more is sRGB, as in `data.images.modes`
# Of a parametric curve of each type: how many numbers it has.
_PARAMETERS = (1, 3, 4, 5, 7)
_TABLE_TAGS = (b"A2B0", b"A2B1", b"D2B0")


@dataclass(frozen=True)
class Curves:
    """How samples become linear light.

    Attributes:
        tables: (65536,) float32 for each channel: light by sample.
        matrix: (3, 3) to linear sRGB; None for grey.
    """

    tables: tuple[np.ndarray, ...]
    matrix: np.ndarray | None

    def to_srgb(self, samples: np.ndarray) -> np.ndarray:
        """Convert samples.

        Args:
            samples: (rows, columns) grey or (rows, columns, 3), float32 in [0, 1].

        Returns:
            The same shape, float32 sRGB in [0, 1]; colors outside of sRGB are clipped.
        """
        steps = np.rint(samples * (_STEPS - 1)).astype(np.uint16)
        if self.matrix is None:
            return encoded(np.clip(self.tables[0][steps], 0, 1))
        light = np.stack([t[steps[..., i]] for i, t in enumerate(self.tables)], axis=-1)
        return encoded(np.clip(light @ self.matrix.T.astype(np.float32), 0, 1))


@lru_cache(maxsize=32)
def read_curves(profile: bytes, channels: int) -> Curves | None:
    """Read a profile.

    Args:
        profile: its bytes, from anywhere.
        channels: 1 for a grey image, 3 for a color image.

    Returns:
        `Curves`; None for a profile that is damaged, made of tables or for other channels.
    """
    try:
        return _read(profile, channels)
    except (struct.error, KeyError, ValueError, IndexError, OverflowError, np.linalg.LinAlgError):
        return None


def is_srgb(curves: Curves) -> bool:
    """Whether the curves change no sample visibly: the profile is sRGB, whatever its name."""
    levels = np.linspace(0, 1, 18, dtype=np.float32)
    probes = levels[np.newaxis]
    if curves.matrix is not None:
        probes = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    return bool(np.abs(curves.to_srgb(probes) - probes).max() <= _SAME)


def _read(profile: bytes, channels: int) -> Curves | None:
    space, connection = profile[16:20], profile[20:24]
    tags = _tags(profile)
    if connection != b"XYZ " or any(tag in tags for tag in _TABLE_TAGS):
        return None
    if space == b"GRAY" and channels == 1:
        return Curves((_curve(tags[b"kTRC"]),), None)
    if space != b"RGB ":
        return None
    tables = tuple(_curve(tags[name + b"TRC"]) for name in (b"r", b"g", b"b"))
    if channels == 1:  # grey has three equal channels
        alike = all(np.array_equal(tables[0], table) for table in tables)
        return Curves(tables[:1], None) if alike else None
    return Curves(tables, np.linalg.solve(_srgb_colorants(), _colorants(tags)))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    tags = {}
    for index in range(min(count, 200)):
        name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        tags[name] = profile[offset : offset + size]
    return tags


def _colorants(tags: dict[bytes, bytes]) -> np.ndarray:
    """(3, 3): a column of XYZ for each of red, green and blue."""
    columns = [struct.unpack_from(">3i", tags[c + b"XYZ"], 8) for c in (b"r", b"g", b"b")]
    return np.array(columns).T / 65536


def _srgb_colorants() -> np.ndarray:
    profile = rgb_profile(SRGB_PRIMARIES, SRGB_CURVE)
    return _colorants(_tags(profile or b""))


def _curve(tag: bytes) -> np.ndarray:
    """(65536,) float32: what the curve makes of each 16-bit sample."""
    x = np.linspace(0, 1, _STEPS)
    if tag[:4] == b"para":
        return _parametric(tag, x).astype(np.float32)
    if tag[:4] != b"curv":
        raise ValueError("another kind of curve")
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return x.astype(np.float32)
    if count == 1:
        (gamma,) = struct.unpack_from(">H", tag, 12)
        return (x ** (gamma / 256)).astype(np.float32)
    points = np.frombuffer(tag, ">u2", count, 12) / 65535
    return np.interp(x, np.linspace(0, 1, count), points).astype(np.float32)


def _parametric(tag: bytes, x: np.ndarray) -> np.ndarray:
    """ICC.1:2022, 10.18, table 68."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    count = _PARAMETERS[kind]
    numbers = np.array(struct.unpack_from(f">{count}i", tag, 12)) / 65536
    g, a, b, c, d, e, f = np.pad(numbers, (0, 7 - count)).tolist()
    if kind == 0:
        return x**g
    power = np.maximum(a * x + b, 0) ** g
    if kind in (1, 2):  # the power from -b / a on, before it a constant
        return np.where(x >= -b / a, power + c, c)
    return np.where(x >= d, power + e, c * x + f)
