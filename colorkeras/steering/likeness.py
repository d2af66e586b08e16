"""How like a pixel is to the places of hints: whether a hint may have been meant for it too."""

import cv2
import numpy as np

# What counts as one step of unlikeness: of grey, and of predicted a*, b*. Up to one step a pixel is
# like a hint's, from three on it is not.
_GREY, _CHROMA = 0.08, 12.0
_LIKE, _UNLIKE = 1.0, 3.0


def unlikeness(
    smooth: np.ndarray, predicted: np.ndarray, places: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """How unlike each pixel is to the hint that it is most like.

    As in An and Pellacini, "AppProp: all-pairs appearance-space edit propagation", SIGGRAPH 2008,
    an edit is for what looks alike.

    Args:
        smooth: (height, width) float32 in [0, 1], grey without texture.
        predicted: (height, width, 2) a*, b* of the model.
        places: rows and columns of the hints, at least one.

    Returns:
        (height, width) float64: 0 for like, 1 for unlike.
    """
    from scipy.spatial import cKDTree

    mean = cv2.GaussianBlur(smooth, (0, 0), 2)
    look = np.dstack([mean / _GREY, predicted / _CHROMA]).astype(np.float64)
    known = np.unique(np.round(look[places], 1), axis=0)
    distance, _ = cKDTree(known).query(look.reshape(-1, 3), distance_upper_bound=_UNLIKE)
    return smoothstep((distance.reshape(smooth.shape) - _LIKE) / (_UNLIKE - _LIKE))


def smoothstep(x: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, and smooth between: 3x² - 2x³."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)
