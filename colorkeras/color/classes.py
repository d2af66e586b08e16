"""Color classes: the cells of a grid in the CIELAB ab plane, and how a color belongs to them.

Zhang, Isola, Efros, "Colorful Image Colorization", 2016, section 2.1: the ab plane divided by a
grid of 10, of which the Q = 313 cells that sRGB can show are kept.
"""

import numpy as np

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
    distances = np.square(CLASSES).sum(axis=1) - 2 * (ab @ CLASSES.T)
    counts = np.bincount(distances.argmin(axis=1), minlength=len(CLASSES))
    return CLASSES[(counts > 0) & (counts >= least_share * len(cube))]
