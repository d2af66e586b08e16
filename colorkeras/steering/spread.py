"""Spread known values over an image along what its luminance says is one object.

After Levin, Lischinski and Weiss, "Colorization using optimization", SIGGRAPH 2004. Deviations:
the weights are symmetric, and every pixel is pulled to zero. So the values of a pixel are a mean of
those of the hints, none with a weight below 0, and the matrix can be factorized without pivots.
"""

import cv2
import numpy as np

_EDGE = 0.02  # a difference of grey that weakens the link of two neighbors to 0.6
_TEXTURE = 0.3  # share of the variance of a texture that is added to the square of it
_WINDOW = 7  # pixels a side in which texture is measured
_LEAST = 1e-6  # weight of a link, so that no pixel is alone
_FIRM = 100.0  # weight of a hint beside those of the four neighbors, which are at most 1 each


def spread(
    grey: np.ndarray, weight: np.ndarray, values: np.ndarray, pull: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solve for the values of all pixels.

    Minimised over U is Σ w_rs (U_r - U_s)² + Σ k_r (U_r - h_r)² + Σ p U_r², for all neighbors r
    and s, with hints h of firmness k and a pull p to zero. Solved once with U = values and once
    with 1 as the value of every hint: the second says how much of a pixel the hints decide.

    Args:
        grey: (height, width) float32 in [0, 1]; best without texture, as of `smoothed`.
        weight: (height, width) in [0, 1], how firmly a pixel is known.
        values: (height, width, n), read where weight is above 0.
        pull: above 0, one number or (height, width).

    Returns:
        found: (height, width, n) float64.
        share: (height, width) float64 in [0, 1].
    """
    from scipy.sparse import csc_array, diags_array
    from scipy.sparse.linalg import splu

    height, width = grey.shape
    count = height * width
    first, second, links = _links(grey)
    of_link = csc_array((-links, (first, second)), shape=(count, count))
    of_link = of_link + of_link.T
    firm = _FIRM * weight.ravel()
    diagonal = firm + np.broadcast_to(pull, grey.shape).ravel() - of_link.sum(axis=0)
    system = (of_link + diags_array(diagonal)).tocsc()
    # The matrix is symmetric and dominated by its diagonal: no pivots are needed, so that the
    # order of all operations depends on the size of the image alone.
    factors = splu(
        system,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    known = np.concatenate([values, np.ones((height, width, 1))], axis=-1).reshape(count, -1)
    solved = factors.solve(np.ascontiguousarray(firm[:, np.newaxis] * known))
    solved = solved.reshape(height, width, -1)
    return solved[..., :-1], np.clip(solved[..., -1], 0, 1)


def smoothed(grey: np.ndarray) -> np.ndarray:
    """Grey without noise and fine texture, edges kept: Tomasi and Manduchi, "Bilateral filtering
    for gray and color images", ICCV 1998."""
    return cv2.bilateralFilter(grey, -1, 0.08, 3)


def _links(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of neighbors and their weights in (0, 1], from the likeness of their grey."""
    grey = grey.astype(np.float64)
    texture = _EDGE**2 + _TEXTURE * _texture(grey)
    number = np.arange(grey.size).reshape(grey.shape)
    firsts, seconds, weights = [], [], []
    for a, b in (
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:-1, :-1], np.s_[1:, 1:]),
        (np.s_[:-1, 1:], np.s_[1:, :-1]),
    ):
        firsts.append(number[a].ravel())
        seconds.append(number[b].ravel())
        weights.append(np.exp((grey[a] - grey[b]) ** 2 / -(texture[a] + texture[b])).ravel())
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(weights) + _LEAST


def _texture(grey: np.ndarray) -> np.ndarray:
    """The variance of grey around each pixel, the least of all windows that hold the pixel.

    A window that does not reach over an edge has only the variance of one side: so an edge is no
    texture.
    """
    window = (_WINDOW, _WINDOW)
    mean = cv2.blur(grey, window)
    variance = np.maximum(cv2.blur(grey**2, window) - mean**2, 0)
    return cv2.erode(variance, np.ones(window, np.uint8))
