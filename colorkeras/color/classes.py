"""Color classes: the cells of a grid in the CIELAB ab plane, and how a color belongs to them.

Zhang, Isola, Efros, "Colorful Image Colorization", 2016, section 2.1: the ab plane divided by a
grid of 10, of which the Q = 313 cells that sRGB can show are kept.
"""

from typing import Any

import numpy as np
from keras import ops

from colorkeras.color.srgb import rgb_to_lab

GRID = 10  # CIELAB units between neighbours
# a* → first and last b* of its classes: the authors' `pts_in_hull.npy`, in its order.
_B_OF_A = {
    -90: (50, 90),
    -80: (20, 90),
    -70: (0, 90),
    -60: (-20, 90),
    -50: (-30, 100),
    -40: (-40, 100),
    -30: (-50, 100),
    -20: (-50, 100),
    -10: (-60, 100),
    0: (-70, 100),
    10: (-80, 90),
    20: (-80, 90),
    30: (-90, 90),
    40: (-100, 90),
    50: (-100, 80),
    60: (-110, 80),
    70: (-110, 80),
    80: (-110, 70),
    90: (-110, 70),
    100: (-90, 0),
}
# (313, 2) float32: a* and b* of the classes, in CIELAB units.
CLASSES = np.array(
    [(a, b) for a, (first, last) in _B_OF_A.items() for b in range(first, last + 1, GRID)],
    np.float32,
)


def _classes_of_cells() -> tuple[np.ndarray, np.ndarray]:
    """The class of each cell of the grid, (a* cells, b* cells) int32, and its first cell."""
    first, last = (CLASSES.min(axis=0) // GRID, CLASSES.max(axis=0) // GRID)
    sides = [GRID * np.arange(low, high + 1) for low, high in zip(first, last, strict=True)]
    centres = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1)
    distances = np.square(centres[:, :, np.newaxis] - CLASSES).sum(axis=-1)
    return distances.argmin(axis=-1).astype(np.int32), first.astype(np.int32)


_CLASS_OF_CELL, _FIRST_CELL = _classes_of_cells()


def nearest_class(ab: Any) -> Any:
    """The class of each color: its cell on the grid, a rounding instead of 313 distances.

    All colors of sRGB lie in the cells of the 313 classes (tried for each 8-bit color), so this is
    the nearest class. A color outside of them gets the class nearest to the centre of its cell.

    Args:
        ab: (..., 2) float32 CIELAB a*, b*, finite.

    Returns:
        (...) int32, an index of `CLASSES`.
    """
    rows, columns = _CLASS_OF_CELL.shape
    cells = ops.cast(ops.round(ab / GRID), "int32")
    row = ops.clip(cells[..., 0] - int(_FIRST_CELL[0]), 0, rows - 1)
    column = ops.clip(cells[..., 1] - int(_FIRST_CELL[1]), 0, columns - 1)
    return ops.take(_CLASS_OF_CELL.reshape(-1), row * columns + column)


def srgb_classes(least_share: float = 0.0) -> np.ndarray:
    """Those of the `CLASSES` that sRGB colors really have, in the same order.

    The authors' 313 reach beyond sRGB. Here a class counts when it is the nearest one of some
    color of a 52×52×52 grid of the RGB cube.

    Args:
        least_share: leave out classes with a smaller share of the cube's colors; rare ones.

    Returns:
        (Q, 2) float32, CIELAB units: 260 classes for 0.0, 206 for 0.002.
    """
    levels = np.arange(0, 256, 5, dtype=np.float32)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    ab = np.array(rgb_to_lab(cube))[:, 1:]
    counts = np.bincount(np.asarray(nearest_class(ab)), minlength=len(CLASSES))
    return CLASSES[(counts > 0) & (counts >= least_share * len(cube))]
