"""What a frame of a film is unfit for, and where one scene ends and the next begins."""

import cv2
import numpy as np

UNFIT = ("black", "plain", "credits")  # what `unfit` says of a frame
# Mean absolute difference of hue, saturation and value of neighbouring frames, of 255, from which
# they belong to two scenes: the detector and the threshold of PySceneDetect's ContentDetector.
SCENE_CHANGE = 27.0
BLACK = 24  # 8-bit luma: a frame nearly all below is black
FLAT = 6.0  # standard deviation of luma below which a frame is one plain color
# Credits: small bright or dark shapes on a plain ground.
_GROUND_LEVELS = 10  # luma around the commonest value that counts as the ground
_GROUND_SHARE = 0.7
_LEAST_SHAPES = 12  # letters
_LARGEST_SHAPE = 0.02  # of the frame
_LOOKED_AT = (144, 256)  # height and width of the copy that is judged


def small_hsv(frame: np.ndarray) -> np.ndarray:
    """(36, 64, 3) int16 hue, saturation and value of a BGR frame, to compare neighbours by."""
    small = cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2HSV).astype(np.int16)


def is_scene_change(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether two neighbouring frames (of `small_hsv`) belong to two scenes."""
    return float(np.abs(after - before).mean()) >= SCENE_CHANGE


def unfit(frame: np.ndarray) -> str:
    """Why a BGR frame is no image to learn from: "black", "plain" or "credits"; "" if it is."""
    height, width = _LOOKED_AT
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
