"""Ways to bring the color of a small image to the size of a photograph whose luminance is kept.

A way takes a small image and the photograph, and returns the photograph with the color of the small
one. Two edge-aware ways let the color follow the edges of the luminance, their *guide*.
"""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from colorkeras.color.srgb import lab_to_rgb, rgb_to_lab
from colorkeras.inference.colorizer import differences
from colorkeras.photos.enlarging import enlarged
from colorkeras.photos.luminance import colored, grey_of

Bring = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
Way = Callable[[np.ndarray, np.ndarray], np.ndarray]

LIGHTNESS, LUMA = "CIELAB a, b", "R-Y', B-Y'"
_REACH = 2  # pixels of the small image: joint bilateral upsampling looks at 5×5
_LEAST = -80.0  # exponent of a weight that float32 still holds


def ways(
    radius: int, eps: float, sigma_space: float, sigma_range: float
) -> dict[tuple[str, str], Way]:
    """All ways, by the colors that are enlarged and the name of the way.

    Args:
        radius, eps: of `guided_filter`.
        sigma_space, sigma_range: of `joint_bilateral`.
    """
    plain: dict[str, Bring] = {
        "bilinear": partial(_interpolated, cv2.INTER_LINEAR),
        "bicubic": _bicubic,
        "lanczos4": partial(_interpolated, cv2.INTER_LANCZOS4),
    }
    guided: dict[str, Bring] = {
        f"guided filter, radius {radius}, eps {eps:g}": partial(
            guided_filter, radius=radius, eps=eps
        ),
        f"joint bilateral, sigmas {sigma_space:g} and {sigma_range:g}": partial(
            joint_bilateral, sigma_space=sigma_space, sigma_range=sigma_range
        ),
    }
    found: dict[tuple[str, str], Way] = {
        (LIGHTNESS, name): partial(_with_lightness, bring) for name, bring in plain.items()
    }
    return found | {(LUMA, name): partial(_with_luma, b) for name, b in (plain | guided).items()}


def guided_filter(
    small: np.ndarray, small_guide: np.ndarray, guide: np.ndarray, *, radius: int, eps: float
) -> np.ndarray:
    """Color as a linear function of the guide, fitted in windows of the small image.

    He, Sun, Tang, "Guided Image Filtering", 2010; the fit at the small size and its coefficients
    enlarged are He, Sun, "Fast Guided Filter", 2015.

    Args:
        small: (rows, columns, 2) float32 colors.
        small_guide: (rows, columns) float32 in [0, 1].
        guide: (height, width) float32 in [0, 1].
        radius: of the windows, in pixels of the small image.
        eps: how far the guide must vary in a window to be followed: a variance.

    Returns:
        (height, width, 2) float32.
    """

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, (2 * radius + 1, 2 * radius + 1))

    of_guide, of_color = mean(small_guide), mean(small)
    variance = mean(small_guide * small_guide) - of_guide * of_guide
    covariance = mean(small * small_guide[..., None]) - of_color * of_guide[..., None]
    slope = covariance / (variance[..., None] + np.float32(eps))
    offset = of_color - slope * of_guide[..., None]
    size = guide.shape[::-1]
    slope, offset = (cv2.resize(mean(x), size) for x in (slope, offset))
    return slope * guide[..., None] + offset


def joint_bilateral(
    small: np.ndarray,
    small_guide: np.ndarray,
    guide: np.ndarray,
    *,
    sigma_space: float,
    sigma_range: float,
) -> np.ndarray:
    """Color as a mean of the nearest 5×5 small pixels, by their distance and likeness in the guide.

    Kopf, Cohen, Lischinski, Uyttendaele, "Joint Bilateral Upsampling", 2007. A small pixel's guide
    is the mean over its area, where the paper takes one pixel of the large guide.

    Args:
        small: (rows, columns, 2) float32 colors.
        small_guide: (rows, columns) float32 in [0, 1].
        guide: (height, width) float32 in [0, 1].
        sigma_space: of the Gaussian of distances, in pixels of the small image.
        sigma_range: of that of differences in the guide.

    Returns:
        (height, width, 2) float32.
    """
    down, across = (
        (np.arange(long, dtype=np.float32) + 0.5) * short / long - 0.5
        for long, short in zip(guide.shape, small_guide.shape, strict=True)
    )
    total = np.zeros(guide.shape, np.float32)
    result = np.zeros((*guide.shape, small.shape[-1]), np.float32)
    for step in np.ndindex(2 * _REACH + 1, 2 * _REACH + 1):
        row, column = (np.rint(x) + k - _REACH for x, k in zip((down, across), step, strict=True))
        distance = (row - down)[:, None] ** 2 + (column - across) ** 2
        taps = np.ix_(*(_inside(x, n) for x, n in zip((row, column), small.shape, strict=False)))
        unlike = (guide - small_guide[taps]) ** 2
        exponent = -distance / (2 * sigma_space**2) - unlike / (2 * sigma_range**2)
        weight = np.exp(np.maximum(exponent, _LEAST), dtype=np.float32)
        total += weight
        result += weight[..., None] * small[taps]
    return result / total[..., None]


def _inside(places: np.ndarray, count: int) -> np.ndarray:
    return np.clip(places, 0, count - 1).astype(int)


def _interpolated(
    kernel: int, small: np.ndarray, small_guide: np.ndarray, guide: np.ndarray
) -> np.ndarray:
    return cv2.resize(small, guide.shape[::-1], interpolation=kernel)


def _bicubic(small: np.ndarray, small_guide: np.ndarray, guide: np.ndarray) -> np.ndarray:
    height, width = guide.shape
    return enlarged(small, height, width, 0, height)


def _with_luma(bring: Bring, small: np.ndarray, photograph: np.ndarray) -> np.ndarray:
    """The photograph, its luma kept, in the colors of a small image; as `colorize` does it.

    Args:
        bring: enlarges colors.
        small: (rows, columns, 3) float32 sRGB in [0, 1].
        photograph: (height, width, 3) uint8 sRGB.

    Returns:
        (height, width, 3) uint8 sRGB.
    """
    luma = grey_of(photograph)
    red, blue = cv2.split(bring(differences(small), grey_of(small), luma))
    return colored(luma, red, blue, 255)


def _with_lightness(bring: Bring, small: np.ndarray, photograph: np.ndarray) -> np.ndarray:
    """The photograph, its CIE L* kept, in the colors of a small image; see `_with_luma`."""
    lightness = np.asarray(rgb_to_lab(photograph))[..., :1]
    of_small = np.asarray(rgb_to_lab(small * 255))
    chroma = bring(of_small[..., 1:], of_small[..., 0] / 100, lightness[..., 0] / 100)
    found = lab_to_rgb(np.concatenate([lightness, chroma], axis=-1), "desaturate")
    return np.rint(np.clip(np.asarray(found), 0, 255)).astype(np.uint8)
