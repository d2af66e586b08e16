"""Hints → what they say of each pixel of a small photograph."""

import cv2
import numpy as np

from colorkeras.steering.chroma import lab_of
from colorkeras.steering.hints import Hints

_LIKE = 0.06  # of grey: a pixel of a hint's disc that differs more is taken for another object


def places_of(hints: Hints, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels of an image of this (height, width) in which hints lie."""
    height, width = shape
    rows = np.minimum((hints.positions[:, 1] * height).astype(int), height - 1)
    return rows, np.minimum((hints.positions[:, 0] * width).astype(int), width - 1)


def marked(hints: Hints, grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw the hints as discs.

    Of a disc, pixels whose grey differs from that in the middle are left out: a hint beside an edge
    does not reach over it.

    Args:
        hints: the hints.
        grey: (height, width) float32 in [0, 1], best without texture.

    Returns:
        weight: (height, width) float64 in [0, 1]: how firmly a pixel is known.
        chroma: (height, width, 2) float64 a*, b*: the mean of the hints on a pixel; 0 where the
            weight is 0.
    """
    height, width = grey.shape
    rows, columns = places_of(hints, grey.shape)
    chroma = lab_of(hints.colors.astype(np.float32) / np.float32(255))[:, 1:]
    reach = np.rint(hints.radius * max(height, width)).astype(int)
    # Of each pixel: sums of confidence, and of confidence times a*, b*, grey and its square.
    total = np.zeros((height, width, 5))
    for radius in np.unique(reach):
        own = reach == radius
        places = rows[own] * width + columns[own]
        values = grey.ravel()[places]
        parts = [np.ones(len(places)), *chroma[own].T, values, values**2]
        sums = [np.bincount(places, hints.confidence[own] * part, height * width) for part in parts]
        total += _discs(np.stack(sums, axis=-1).reshape(height, width, 5), int(radius))
    count = np.maximum(total[..., 0], 1e-12)
    mean = total[..., 3] / count
    spread = np.maximum(total[..., 4] / count - mean**2, 0) + _LIKE**2
    unlike = (grey - mean) ** 2 > spread
    weight = np.minimum(total[..., 0], 1)
    weight[unlike | (total[..., 0] < 1e-9)] = 0
    return weight, np.where(weight[..., np.newaxis] > 0, total[..., 1:3] / count[..., None], 0)


def _discs(sums: np.ndarray, radius: int) -> np.ndarray:
    """The sums of all pixels within a radius."""
    if radius == 0:
        return sums
    steps = np.arange(-radius, radius + 1)
    disc = (steps[:, np.newaxis] ** 2 + steps**2 <= (radius + 0.5) ** 2).astype(np.float64)
    parts = cv2.split(sums)
    found = [cv2.filter2D(x, -1, disc, borderType=cv2.BORDER_CONSTANT) for x in parts]
    return np.stack(found, axis=-1)
