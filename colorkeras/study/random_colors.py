"""Images for attention checks: the lightness of one picture with the colors of another.

Zhang, Isola and Efros (2016) call this the Random baseline and use it for the same purpose. Here
the other picture is the one whose colors differ most, so that who looks can tell.
"""

from collections.abc import Mapping

import cv2
import numpy as np

_THUMBNAIL = 32  # pixels a side
MIN_DIFFERENCE = 15.0  # in units of Lab's a and b; far above what is just noticeable


def thumbnail(image: np.ndarray) -> np.ndarray:
    """(32, 32, 2) float32 a and b of CIELAB, from a (height, width, 3) uint8 sRGB image."""
    small = cv2.resize(image, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA)
    return _lab(small)[..., 1:]


def farthest(thumbnails: Mapping[str, np.ndarray], name: str) -> tuple[str, float]:
    """The picture whose colors differ most from those of another, pixel by pixel.

    Args:
        thumbnails: of all pictures, at least two, by name.
        name: the picture that gets the colors.

    Returns:
        The other picture's name, and the mean distance in a and b.
    """
    own = thumbnails[name]
    distances = {
        other: float(np.linalg.norm(colors - own, axis=-1).mean())
        for other, colors in thumbnails.items()
        if other != name
    }
    best = max(distances, key=distances.__getitem__)
    return best, distances[best]


def with_colors_of(image: np.ndarray, other: np.ndarray) -> np.ndarray:
    """An image with its own L and with a and b of another, which is stretched to its size.

    Args:
        image: (height, width, 3) uint8 sRGB.
        other: (any height, any width, 3) uint8 sRGB.

    Returns:
        (height, width, 3) uint8 sRGB; colors outside sRGB are clipped.
    """
    height, width = image.shape[:2]
    colors = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA)
    lab = np.concatenate([_lab(image)[..., :1], _lab(colors)[..., 1:]], axis=-1)
    rgb = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)
    return np.asarray((np.clip(rgb, 0, 1) * 255).round().astype(np.uint8))


def _lab(image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2Lab))
