"""Colors of a like photograph: matched place by place, then spread over the prediction.

After Gupta, Chia, Rajan, Ng and Huang, "Image colorization using similar images", ACM Multimedia
2012: places of both images are compared by luminance, its deviation and texture; matched colors
become hints, which Levin's optimisation spreads. Deviations: the places are cells of a grid, not
superpixels; the texture is that of gradients, not of Gabor filters and SURF; what the model
predicts for both images is compared too; colors of several matches vote by their median.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from colorkeras.steering.chroma import at_size, lab_of, with_chroma
from colorkeras.steering.spread import smoothed, spread

_CELL = 6  # pixels between the middles of cells
_VOTES = 7  # matches of a cell
_CHROMA = (
    10.0  # a difference in predicted a*, b* that counts as one deviation of the other features
)
# Trust falls as exp(-x²/2): with the distance of a cell's matches, with the deviation of their
# colors, and with the median distance of the whole image, in these units. Chosen on pairs of
# photographs of one scene, and on pairs with nothing in common, whose colors were to stay.
_NEAR, _AGREE, _ALIKE = 0.6, 12.0, 0.4
_FIRM = 0.02  # of a trusted color, as a share of a hint's
_PULL = 0.1  # to the prediction


@dataclass(frozen=True)
class Reference:
    """A like photograph.

    Attributes:
        features: (cells, n) float32, as of `features_of`.
        chroma: (cells, 2) float32, its own a*, b*.
        light: mean and deviation of its grey.
    """

    features: np.ndarray
    chroma: np.ndarray
    light: tuple[float, float]


def reference_of(photo: np.ndarray, grey: np.ndarray, color: np.ndarray) -> Reference:
    """Prepare a like photograph.

    Args:
        photo: (height, width, 3) float32 sRGB in [0, 1], at most `MOST_SIDE` pixels a side.
        grey: (height, width) float32 in [0, 1], its grey.
        color: (rows, columns, 3) float32 sRGB in [0, 1], what the model predicts for its grey.
    """
    light = float(grey.mean()), float(grey.std())
    chroma = cv2.blur(lab_of(photo)[..., 1:], (_CELL, _CELL))[_middles(grey)]
    return Reference(_features(grey, color, light), chroma.reshape(-1, 2), light)


def like_reference_and_reach(
    color: np.ndarray, grey: np.ndarray, reference: Reference
) -> tuple[np.ndarray, np.ndarray]:
    """Change predicted colors to those of a like photograph, where places match.

    Args:
        color: (rows, columns, 3) float32 sRGB in [0, 1], as `Colorizer.predict` returns.
        grey: (height, width) float32 in [0, 1], of at most `MOST_SIDE` pixels a side.
        reference: the like photograph.

    Returns:
        color: (height, width, 3) float32 sRGB in [0, 1] with the luma of `grey`.
        reach: (height, width) float64 in [0, 1], how far it is that of the photograph.
    """
    base = at_size(color, grey)
    chroma, trust = _matched(_features(grey, base, _light(grey)), reference)
    shape = grey[_middles(grey)].shape
    height, width = grey.shape
    large = [cv2.resize(x.reshape(*shape, -1), (width, height)) for x in (chroma, trust)]
    given, share = spread(smoothed(grey), _FIRM * large[1], large[0].astype(np.float64), _PULL)
    predicted = lab_of(base)[..., 1:]
    mixed = (1 - share[..., np.newaxis]) * predicted + given
    return with_chroma(grey, mixed.astype(np.float32)), share


def _light(grey: np.ndarray) -> tuple[float, float]:
    return float(grey.mean()), float(grey.std())


def _middles(grey: np.ndarray) -> tuple[slice, slice]:
    """The middles of the cells of a grid."""
    height, width = grey.shape
    top, left = min(_CELL // 2, height - 1), min(_CELL // 2, width - 1)
    return slice(top, None, _CELL), slice(left, None, _CELL)


def _features(grey: np.ndarray, color: np.ndarray, light: tuple[float, float]) -> np.ndarray:
    """What cells are compared by: (cells, 7) float32.

    Grey and its texture are taken of the image at mean 0 and deviation 1, so that exposure and
    contrast do not matter (Welsh, Ashikhmin and Mueller, "Transferring color to greyscale images",
    2002).
    """
    even = (grey - light[0]) / max(light[1], 1e-3)
    across = np.abs(cv2.Sobel(even, -1, 1, 0, scale=0.25))
    down = np.abs(cv2.Sobel(even, -1, 0, 1, scale=0.25))
    mean = cv2.GaussianBlur(even, (0, 0), 3)
    textures = [
        _deviation(even, 2),
        _deviation(even, 6),
        *(cv2.GaussianBlur(x, (0, 0), 5) for x in (across, down)),
    ]
    chroma = cv2.GaussianBlur(lab_of(at_size(color, grey))[..., 1:] / _CHROMA, (0, 0), 3)
    parts = [2 * mean, *(np.log(0.05 + x) for x in textures), chroma[..., 0], chroma[..., 1]]
    found = np.stack(parts, axis=-1)[_middles(grey)]
    return found.reshape(-1, found.shape[-1]).astype(np.float32)


def _deviation(even: np.ndarray, sigma: float) -> np.ndarray:
    mean = cv2.GaussianBlur(even, (0, 0), sigma)
    return np.sqrt(np.maximum(cv2.GaussianBlur(even**2, (0, 0), sigma) - mean**2, 0))


def _matched(features: np.ndarray, reference: Reference) -> tuple[np.ndarray, np.ndarray]:
    """Colors that matching cells of the reference have, (cells, 2), and the trust in them."""
    from scipy.spatial import cKDTree

    votes = min(_VOTES, len(reference.features))
    distance, found = cKDTree(reference.features).query(features, k=range(1, votes + 1))
    chroma = reference.chroma[found]
    median = np.median(chroma, axis=1)
    spread_of = np.median(np.linalg.norm(chroma - median[:, np.newaxis], axis=-1), axis=1)
    near = np.exp(-((distance.mean(axis=1) / _NEAR) ** 2) / 2)
    agree = np.exp(-((spread_of / _AGREE) ** 2) / 2)
    alike = np.exp(-((np.median(distance.mean(axis=1)) / _ALIKE) ** 2) / 2)
    return median.astype(np.float32), (near * agree * alike).astype(np.float32)
