"""Checks of film frames: which are unfit to learn from, and where a new scene begins."""

import cv2
import numpy as np

UNFIT = ("black", "plain", "credits")  # the reasons that `unfit` gives
# Mean absolute difference of hue, saturation and value (0 to 255) from which two neighbouring
# frames belong to two scenes: the detector and threshold of PySceneDetect's ContentDetector.
SCENE_CHANGE = 27.0
BLACK = 24  # 8-bit luma: a frame in which 99 % of the pixels are below it is black
FLAT = 6.0  # standard deviation of luma below which a frame is one plain color
# Credits: many small bright or dark shapes on a plain background.
_GROUND_LEVELS = 10  # distance in luma from the commonest value that counts as background
_GROUND_SHARE = 0.7
_LEAST_SHAPES = 12  # letters
_LARGEST_SHAPE = 0.02  # of the frame
_CHECKED_SIZE = (144, 256)  # height and width of the copy that is checked


def small_hsv(frame: np.ndarray) -> np.ndarray:
    """A small copy of a frame, by which neighbouring frames are compared.

    Args:
        frame: (height, width, 3) uint8 BGR.

    Returns:
        (36, 64, 3) int16 hue in [0, 179], saturation and value in [0, 255].
    """
    small = cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2HSV).astype(np.int16)


def is_scene_change(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether two neighbouring frames (of `small_hsv`) belong to two scenes."""
    return float(np.abs(after - before).mean()) >= SCENE_CHANGE


def unfit(frame: np.ndarray) -> str:
    """Why a frame is unfit to learn from: "black", "plain" or "credits"; "" for a fit frame.

    Args:
        frame: (height, width, 3) uint8 BGR.
    """
    height, width = _CHECKED_SIZE
    luma = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    luma = cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA)
    if np.percentile(luma, 99) < BLACK:
        return "black"
    if luma.std() < FLAT:
        return "plain"
    return "credits" if _has_credits(luma) else ""


def _has_credits(luma: np.ndarray) -> bool:
    counts = np.bincount(luma.ravel(), minlength=256)
    ground = np.abs(luma.astype(np.int16) - int(counts.argmax())) <= _GROUND_LEVELS
    if ground.mean() < _GROUND_SHARE:
        return False
    shapes = cv2.connectedComponentsWithStats((~ground).astype(np.uint8), connectivity=8)[2][1:]
    areas = shapes[:, cv2.CC_STAT_AREA]
    return len(areas) >= _LEAST_SHAPES and areas.max() <= _LARGEST_SHAPE * luma.size
