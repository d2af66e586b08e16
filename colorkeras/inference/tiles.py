"""Finer color: predictions on overlapping tiles of a photograph at twice the model's size."""

from collections.abc import Iterator

import numpy as np

from colorkeras.inference.colorizer import Colorizer, SeenArray, SeenImage
from colorkeras.photos.reducing import reduced

FACTOR = 2  # how much longer the photograph's longer side is than the model's


def tiled(
    colorizer: Colorizer, image: SeenImage, sample: int | None, name: object, seed: int
) -> np.ndarray | None:
    """Predict the color of a photograph tile by tile.

    Each tile has the model's size and overlaps its neighbors by half or more. Where tiles overlap,
    their colors are mixed, each with less weight towards its edge.

    Args:
        colorizer: of the model.
        image: of any size.
        sample, name, seed: as of `Colorizer.predict`.

    Returns:
        (rows, columns, 3) float32 sRGB in [0, 1]; None where the photograph is not longer than the
        model's side, so that tiles would show no more.

    Raises:
        PredictionError: when the model predicts NaN or infinity.
    """
    side = min(colorizer.size)
    scale = min(FACTOR * side / max(image.height, image.width), 1.0)
    height, width = (max(1, round(length * scale)) for length in (image.height, image.width))
    if max(height, width) <= side:
        return None
    small = reduced(image.seen, (image.height, image.width), height, width)
    small = np.rint(np.clip(small, 0, 255)).astype(np.uint8)
    total, weights = np.zeros((height, width, 3)), np.zeros((height, width, 1))
    for top in _starts(height, side):
        for left in _starts(width, side):
            place = slice(top, top + side), slice(left, left + side)
            color = colorizer.predict(SeenArray(small[place]), sample, name, seed)
            weight = np.outer(*map(_rising, color.shape[:2]))[..., np.newaxis]
            total[place] += color * weight
            weights[place] += weight
    return (total / weights).astype(np.float32)


def _starts(length: int, side: int) -> Iterator[int]:
    """Where the tiles along a length begin, so that they cover it and overlap by half or more."""
    count = 1 if length <= side else 1 + -(-(length - side) // (side // 2))
    for number in range(count):
        yield round(number * (length - side) / max(1, count - 1))


def _rising(length: int) -> np.ndarray:
    """Weights that rise from both ends to the middle."""
    steps = np.arange(1, length + 1)
    return np.minimum(steps, steps[::-1]).astype(np.float64)
