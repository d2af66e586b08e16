"""Whether an image has colors to learn from; grey, sepia and other one-color images have none."""

import cv2
import numpy as np

from colorkeras.data.images.decode import fit

# Images are measured on a copy with this many pixels on its longer side. In it the chroma noise of
# JPEG averages out; in a larger copy the noise alone can look like color.
GREY_SIDE = 32
# The residual of an image is the root mean square distance, in CIELAB units, between (a, b) and
# their least-squares cubic in L. It is near 0 for grey and every one-color image (sepia, cyanotype,
# duotone), and about 10 for color photographs. Below this limit there are no colors to learn from:
# it is above one-color images saved as JPEG of quality 75, and below nearly every color photograph.
GREY_RESIDUAL = 1.5
# A grey scan may have a colored stamp or a yellowed edge. So this share of its pixels decides: the
# largest residual among them, in units of the limit above.
_SHARE = 0.75
_RIM = 1.0 / GREY_RESIDUAL
# The lightness of that share, from its first tenth to its last, must span more CIELAB units. A
# smaller range is a plain background, and the rest of the image an object, not a stamp.
_LIGHTNESS_RANGE = 15.0
_ROUNDS = 6  # the chosen pixels hardly change after three
RULE = (GREY_SIDE, GREY_RESIDUAL, _SHARE, _RIM, _LIGHTNESS_RANGE, _ROUNDS)


def grey_reason(image: np.ndarray, residual: float = GREY_RESIDUAL) -> str:
    """Why an image counts as grey; "" for an image with colors to learn from.

    Args:
        image: (height, width, 3) uint8 sRGB.
        residual: CIELAB units within which the color must follow from the lightness; with 0 no
            image counts as grey.
    """
    lab = _small_lab(image)
    within = _rms(_distances(lab, np.ones(len(lab), bool)))
    if within < residual:
        return f"grey: color follows from lightness alone within {within:.2f} < {residual:g}"
    rim, lightness_range = _most_of(lab)
    limit = residual * _RIM
    if rim < limit and lightness_range > _LIGHTNESS_RANGE:
        return (
            f"grey: except for a colored part of at most {1 - _SHARE:.0%}, such as a stamp, color "
            f"follows from lightness alone within {rim:.2f} < {limit:.2g}"
        )
    return ""


def mean_chroma(image: np.ndarray) -> float:
    """Mean CIELAB chroma (D65): 0 for a grey image, about 15 for photographs.

    It is measured on a copy with at most `GREY_SIDE` pixels on its longer side.

    Args:
        image: (height, width, 3) uint8 sRGB.
    """
    return float(np.hypot(*_small_lab(image)[:, 1:].T).mean())


def _most_of(lab: np.ndarray) -> tuple[float, float]:
    """The residual and the lightness range of the `_SHARE` of the pixels that fit one curve best.

    Least trimmed squares: fit, keep the pixels that fit best, fit again to them.

    Returns:
        The largest residual among these pixels, and the range of their lightness from the first
        tenth to the last.
    """
    chosen = np.ones(len(lab), bool)
    for _ in range(_ROUNDS):
        distances = _distances(lab, chosen)
        rim = float(np.quantile(distances, _SHARE))
        chosen = distances <= rim
    low, high = np.quantile(lab[chosen, 0], (0.1, 0.9))
    return rim, float(high - low)


def _distances(lab: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """(pixels,) distances of (a, b) from their cubic in L, fitted to the pixels of the mask."""
    powers = np.vander(lab[:, 0] / 50.0 - 1.0, 4)
    coefficients, *_ = np.linalg.lstsq(powers[fitted], lab[fitted, 1:])
    return np.hypot(*(lab[:, 1:] - powers @ coefficients).T)


def _rms(distances: np.ndarray) -> float:
    return float(np.sqrt(np.square(distances).mean()))


def _small_lab(image: np.ndarray) -> np.ndarray:
    """(pixels, 3) float64 CIELAB of a copy of at most `GREY_SIDE` on its longer side."""
    rows, columns = image.shape[:2]
    scale = min(1.0, GREY_SIDE / max(rows, columns))
    height, width = max(1, round(rows * scale)), max(1, round(columns * scale))
    small = fit(image, height, width, rule="stretch").astype(np.float32) / 255.0
    return cv2.cvtColor(small, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float64)
