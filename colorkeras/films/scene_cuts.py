"""Where a new scene of a film begins, seen frame by frame.

A frame belongs to the scene if what it shows can be found, moved, in one of the frames before:
structure is compared, not brightness, after the motion of the whole frame (phase correlation) and
of its parts (optical flow) has been taken out. So pans, zooms, fades, flashes and grain are no
cuts. A dissolve is none either: each frame resembles the one before. Frames that show next to
nothing, as the black ones between two scenes, are passed over: the first frame after them that
shows something is compared with the last before them.
"""

from collections import deque

import cv2
import numpy as np

from colorkeras.films.motion import inside, moved, still_places

_SIDE = 64  # pixels of the longer side: what is finer is grain
_BLUR = 1.0  # sigma in these pixels
_WINDOW = 9  # pixels of the window in which structure is compared
_FAINT = 15.0  # grey levels²: variance of a window below which noise decides
_SAME = 0.7  # mean correlation of windows from which on two frames show the same scene
_FLAT = 3.0  # grey levels: the standard deviation of a frame that shows next to nothing
_CONTRAST = 40.0  # grey levels: the standard deviation to which all others are brought
_REMEMBERED = 3  # frames: after a flash or a torn frame of up to two, the scene goes on
_LEAST_COMMON = 0.3  # of a frame: less than this seen in both is no evidence


class SceneCuts:
    """Tells of each frame of a film whether a new scene begins with it."""

    def __init__(self) -> None:
        self._seen: deque[np.ndarray] = deque(maxlen=_REMEMBERED)
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def is_cut(self, grey: np.ndarray) -> bool:
        """Whether a new scene begins with the next frame.

        Args:
            grey: (h, w) uint8, the small luma of the frame; of one size in a film.

        Returns:
            False for the first frame.
        """
        small = _small(grey)
        spread = float(small.std())
        if spread < _FLAT:
            return False
        small = _brought_to(small, spread)
        # the last frame first: mostly one comparison is enough
        cut = bool(self._seen) and not any(self._alike(small, old) for old in reversed(self._seen))
        self._seen.append(small)
        return cut

    def _alike(self, here: np.ndarray, there: np.ndarray) -> bool:
        """Whether both frames show the same scene."""
        rows, columns = here.shape
        still = still_places(rows, columns)
        shift = _shift(here, there)
        for start in (still, still + shift) if np.abs(shift).max() >= 1 else (still,):
            flow = self._flow.calc(here, moved(there, start), np.zeros_like(still))
            places = start + flow
            common = inside(places)
            if common.mean() < _LEAST_COMMON:
                continue
            if _correlation(here, moved(there, places))[common].mean() >= _SAME:
                return True
        return False


def _small(grey: np.ndarray) -> np.ndarray:
    scale = _SIDE / max(grey.shape)
    rows, columns = (max(16, round(side * scale)) for side in grey.shape)
    exact = grey.astype(np.float32)
    small = cv2.resize(exact, (columns, rows), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), _BLUR)


def _brought_to(small: np.ndarray, spread: float) -> np.ndarray:
    """uint8 with the standard deviation `_CONTRAST`: a faded frame counts as its bright one."""
    levels = 128 + (_CONTRAST / spread) * (small - small.mean())
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def _shift(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """By how much (x, y) the whole of `here` lies elsewhere in `there`: phase correlation."""
    window = cv2.createHanningWindow(here.shape[::-1], cv2.CV_32F)
    first, second = (image.astype(np.float32) - np.float32(image.mean()) for image in (here, there))
    shift, _ = cv2.phaseCorrelate(first, second, window)
    return np.asarray(shift, np.float32)


def _correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlation of two images in a window around each pixel, near 1 where both are flat.

    Args:
        first, second: (rows, columns) uint8.

    Returns:
        (rows, columns) float32 in [-1, 1].
    """
    x, y = first.astype(np.float32), second.astype(np.float32)
    mean_x, mean_y, xx, yy, xy = (
        cv2.blur(values, (_WINDOW, _WINDOW)) for values in (x, y, x * x, y * y, x * y)
    )
    variances = np.maximum(xx - mean_x**2, 0) * np.maximum(yy - mean_y**2, 0)
    return (xy - mean_x * mean_y + _FAINT) / (np.sqrt(variances) + _FAINT)
