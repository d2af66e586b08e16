"""Make a small copy of an image that is read a few rows at a time."""

from collections.abc import Callable

import cv2
import numpy as np

from colorkeras.data.images.decode import fit, strips

REDUCED_WHOLE = 2**24  # pixels from which on an image is reduced strip by strip


def reduced(
    rows: Callable[[int, int], np.ndarray], size: tuple[int, int], height: int, width: int
) -> np.ndarray:
    """The whole image in another size, by area averaging where it shrinks.

    Args:
        rows: gives the rows from one number to another: (rows, columns) or (rows, columns, 3),
            uint8 or float32.
        size: (height, width) of the image.
        height, width: of the result.

    Returns:
        (height, width) or (height, width, 3), float32 on the scale of `rows`.
    """
    if size[0] * size[1] <= REDUCED_WHOLE:
        whole = np.concatenate([rows(*strip) for strip in strips(*size)])
        return fit(whole, height, width, rule="stretch").astype(np.float32)
    step = size[0] / height
    edges, parts = np.arange(height + 1) * step, list[np.ndarray]()
    for top, bottom in strips(*size):
        narrow = cv2.resize(rows(top, bottom), (width, bottom - top), interpolation=cv2.INTER_AREA)
        first = np.arange(top, bottom)
        # How much of each row lies in each row of the result.
        overlap = np.minimum(edges[1:, np.newaxis], first + 1)
        overlap -= np.maximum(edges[:-1, np.newaxis], first)
        parts.append(np.tensordot(np.maximum(overlap, 0), narrow.astype(np.float64), 1))
    return np.asarray(sum(parts) / step, np.float32)


def small_copy(
    rows: Callable[[int, int], np.ndarray], size: tuple[int, int], side: int
) -> np.ndarray:
    """A copy with at most `side` pixels on its longer side.

    Args:
        rows: gives the rows from one number to another: (rows, columns, 3) uint8.
        size: (height, width) of the image.
        side: in pixels.

    Returns:
        (height, width, 3) uint8 of the same proportions.
    """
    scale = min(1.0, side / max(size))
    height, width = (max(1, round(length * scale)) for length in size)
    return np.rint(np.clip(reduced(rows, size, height, width), 0, 255)).astype(np.uint8)
