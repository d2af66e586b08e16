"""Hints: places of a photograph whose color a person knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from colorkeras.steering.hints_csv import read_csv
from colorkeras.steering.hints_image import read_strokes
from colorkeras.steering.limits import MOST_RADIUS, RADIUS


@dataclass(frozen=True, eq=False)  # arrays have no single answer to ==
class Hints:
    """Places and their colors.

    Of a color its hue and chroma count (CIELAB a*, b*), at the lightness that the photograph has
    there. A grey color makes the place grey. Where hints cover each other, their mean is taken.

    Args:
        positions: (hints, 2) x and y as shares of width and height, in [0, 1].
        colors: (hints, 3) uint8 sRGB.
        radius: (hints,) shares of the longer side, from 0 (one pixel) to `MOST_RADIUS`;
            one number for all, if not given `RADIUS`.
        confidence: (hints,) in (0, 1], how firmly a hint holds against the prediction.

    Raises:
        ValueError: when a shape, a type or a value is another.
    """

    positions: np.ndarray
    colors: np.ndarray
    radius: np.ndarray = field(default_factory=lambda: np.asarray(RADIUS))
    confidence: np.ndarray = field(default_factory=lambda: np.ones(()))

    def __post_init__(self) -> None:
        count = len(self.positions)
        fixed = object.__setattr__
        fixed(self, "positions", np.asarray(self.positions, np.float64))
        for name in ("radius", "confidence"):  # one for all is allowed
            values = np.asarray(getattr(self, name), np.float64)
            fixed(self, name, np.full(count, values) if values.ndim == 0 else values)
        if self.colors.dtype != np.uint8:
            raise ValueError(f"colors are {self.colors.dtype}; expected uint8.")
        for name, shape, most in (
            ("positions", (count, 2), 1.0),
            ("colors", (count, 3), 255),
            ("radius", (count,), MOST_RADIUS),
            ("confidence", (count,), 1.0),
        ):
            values = getattr(self, name)
            if values.shape != shape:
                raise ValueError(f"{name}: shape {values.shape}; expected {shape}.")
            if count and not (values.min() >= 0 and values.max() <= most):  # NaN too
                raise ValueError(f"{name}: expected values from 0 to {most:g}.")

    def __len__(self) -> int:
        return len(self.positions)


def joined(hints: Sequence[Hints]) -> Hints:
    """Several lists of hints as one."""
    if not hints:
        return Hints(np.zeros((0, 2)), np.zeros((0, 3), np.uint8))
    names = ("positions", "colors", "radius", "confidence")
    return Hints(*(np.concatenate([getattr(x, name) for x in hints]) for name in names))


def read_hints(path: str | Path, size: tuple[int, int]) -> Hints:
    """Read the hints for a photograph.

    Args:
        path: a CSV file (see `hints_csv`), or a PNG with strokes (see `hints_image`).
        size: (height, width) of the photograph in pixels, upright.

    Raises:
        UserError: when the file cannot be read, has no hints, or one that is wrong.
    """
    read = read_csv if Path(path).suffix.lower() == ".csv" else read_strokes
    return Hints(*read(Path(path), size))
