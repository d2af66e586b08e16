"""Where one scene of a film ends and the next begins."""

import cv2
import numpy as np

_SIZE = (16, 16)
_CHANGE = 30.0  # levels of 255


class SceneCuts:
    """Finds cuts frame by frame."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None

    def is_cut(self, grey: np.ndarray) -> bool:
        """Whether a scene begins with this frame; true for the first.

        Args:
            grey: (h, w) uint8, the luma of the frame at a small size.
        """
        now = cv2.resize(grey, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
        before, self._before = self._before, now
        return before is None or float(np.abs(now - before).mean()) > _CHANGE
