"""Motion between two frames of a scene, how far it may be trusted, and what moves along it.

Everything is done at the small size at which a model predicts color. Positions are absolute:
`places[y, x]` is the (x, y) in the other frame of what is at (x, y) in this one.
"""

import cv2
import numpy as np

# Film grain is finer than this blur, in pixels of the small size: the flow then follows objects.
_GRAIN_SIGMA = 1.2
# Grey levels by which a pixel may differ from where it came from: fully trusted up to this many
# times the median difference of the frame (which is grain), and no longer at twice that.
_TIMES_MEDIAN = 3.0
_LEAST, _MOST = 3.0, 8.0  # bounds of that limit
_LEAST_SIDE = 12  # pixels: OpenCV searches for no motion in smaller frames


def without_grain(grey: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """A frame as the flow sees it.

    Args:
        grey: (h, w) uint8.
        rows, columns: of the result.

    Returns:
        (rows, columns) uint8.
    """
    shrinks = rows <= grey.shape[0] and columns <= grey.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    small = cv2.resize(grey, (columns, rows), interpolation=way)
    return cv2.GaussianBlur(small, (0, 0), _GRAIN_SIGMA)


def still_places(rows: int, columns: int) -> np.ndarray:
    """The places of a frame in itself: (rows, columns, 2) float32 positions (x, y)."""
    return np.dstack(np.meshgrid(np.arange(columns), np.arange(rows))).astype(np.float32)


class Motion:
    """Finds where things were in another frame, by dense inverse search (Kroeger et al., 2016).

    Args:
        rows, columns: of all frames.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self.still = still_places(rows, columns)

    def places(self, here: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Where what is in `here` is in `there`.

        Args:
            here, there: (rows, columns) uint8, as of `without_grain`.

        Returns:
            (rows, columns, 2) float32 positions (x, y), which may lie outside. In frames with
            less than 12 rows or columns nothing moves.
        """
        if min(here.shape) < _LEAST_SIDE:
            return self.still
        return self.still + self._flow.calc(here, there, np.zeros_like(self.still))


def moved(image: np.ndarray, places: np.ndarray) -> np.ndarray:
    """An image as it is seen from a frame whose pixels are at `places` in it.

    Args:
        image: (rows, columns) or (rows, columns, channels), uint8 or float32.
        places: (rows, columns, 2) float32.
    """
    x, y = places[..., 0], places[..., 1]
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def followed(first: np.ndarray, second: np.ndarray, still: np.ndarray) -> np.ndarray:
    """Places two frames away: along the first motion, then along the second.

    Args:
        first: (rows, columns, 2) places of this frame in the next one.
        second: places of the next one in the one after.
        still: places of a frame in itself, `Motion.still`.
    """
    return first + moved(second - still, first)


def trust(here: np.ndarray, there: np.ndarray, places: np.ndarray) -> np.ndarray:
    """How far a pixel of `here` is the same thing as that at its place in `there`.

    A pixel is trusted whose grey value is that of its place, but for a change of light of the
    whole frame (a gain and an offset, as of a fade) and for grain.

    Args:
        here, there: (rows, columns) uint8, as of `without_grain`.
        places: of `here` in `there`.

    Returns:
        (rows, columns) float32 in [0, 1]; 0 where the place is outside.
    """
    seen, grey = moved(there, places).astype(np.float32), here.astype(np.float32)
    (mean, spread), (mean_seen, spread_seen) = _mean_and_spread(grey), _mean_and_spread(seen)
    gain = np.clip(spread / max(spread_seen, 1.0), 0.25, 4.0)
    difference = np.abs(grey - mean - gain * (seen - mean_seen))
    limit = np.clip(_TIMES_MEDIAN * np.median(difference), _LEAST, _MOST)
    trusted = np.clip(2 - cv2.blur(difference, (3, 3)) / limit, 0, 1)
    return np.asarray(trusted * inside(places), np.float32)


def inside(places: np.ndarray) -> np.ndarray:
    """Which places lie in the frame: (rows, columns) bool."""
    rows, columns = places.shape[:2]
    x, y = places[..., 0], places[..., 1]
    return (x > -0.5) & (y > -0.5) & (x < columns - 0.5) & (y < rows - 0.5)


def _mean_and_spread(values: np.ndarray) -> tuple[float, float]:
    mean, spread = cv2.meanStdDev(values)
    return float(mean[0, 0]), float(spread[0, 0])
