"""Video files, decoded frame by frame through OpenCV, and what a frame is unfit for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from data_prep.picture import MIN_SIDE

EXTENSIONS = frozenset([".mp4", ".m4v", ".mkv", ".avi", ".mov", ".webm", ".mpg", ".mpeg", ".wmv"])
UNFIT = ("black", "plain", "credits")  # what `unfit` says of a frame
# Mean absolute difference of hue, saturation and value of neighbouring frames, of 255, from which
# they belong to two scenes: the detector and the threshold of PySceneDetect's ContentDetector.
SCENE_CHANGE = 27.0
BLACK = 24  # 8-bit luma: a frame nearly all below is black; so is a row of a letterbox's bar
FLAT = 6.0  # standard deviation of luma below which a frame is one plain color
_BARS_FROM = 12  # frames spread over the film in which a bar must always be black
# Credits: small bright or dark shapes on a plain ground.
_GROUND_LEVELS = 10  # luma around the commonest value that counts as the ground
_GROUND_SHARE = 0.7
_LEAST_SHAPES = 12  # letters
_LARGEST_SHAPE = 0.02  # of the frame
_LOOKED_AT = (144, 256)  # height and width of the copy that is judged


@dataclass(frozen=True)
class VideoFacts:
    """What a video file says of itself.

    Attributes:
        frames: number by the header; 0 where it does not say.
        fps: frames a second; 25 where it does not say.
        height, width: in pixels, of the picture as shown (square pixels, no bars).
    """

    frames: int
    fps: float
    height: int
    width: int


class Video:
    """An opened video file; use as a context manager.

    Raises:
        ValueError: when OpenCV cannot open it or finds no frame.
    """

    def __init__(self, path: Path):
        self._path = path
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise ValueError("not a video that OpenCV can open")
        self._columns = self._square_columns()
        self._box = self._find_box()
        if self._box is None:
            self._capture.release()
            raise ValueError("no frame could be decoded")
        frames = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        top, bottom, left, right = self._box
        if min(bottom - top, right - left) < MIN_SIDE:
            self._capture.release()
            size = f"{right - left}x{bottom - top}"
            raise ValueError(f"too small: {size}, shorter side below {MIN_SIDE}")
        self.facts = VideoFacts(
            int(frames) if 0 < frames < 1e9 else 0,
            fps if 1 <= fps <= 1000 else 25.0,
            bottom - top,
            right - left,
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._capture.release()

    def frames(self) -> Iterator[np.ndarray]:
        """Yield all frames from the first: (height, width, 3) uint8 BGR, without black bars."""
        # Anew: not every file can be wound back, above all after its last frame.
        self._capture.release()
        self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        top, bottom, left, right = self._box
        while (frame := self._read()) is not None:
            yield frame[top:bottom, left:right]

    def _read(self) -> np.ndarray | None:
        ok, frame = self._capture.read()
        if not ok:
            return None
        if self._columns and frame.shape[1] != self._columns:
            size = (self._columns, frame.shape[0])
            frame = cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC)
        return frame

    def _square_columns(self) -> int:
        """Columns after pixels that are not square (DVDs) are made so; 0 where they are."""
        num = self._capture.get(cv2.CAP_PROP_SAR_NUM)
        den = self._capture.get(cv2.CAP_PROP_SAR_DEN)
        width = self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)
        if num <= 0 or den <= 0 or num == den or not 0.25 <= num / den <= 4:
            return 0
        return round(width * num / den)

    def _find_box(self) -> tuple[int, int, int, int] | None:
        """(top, bottom, left, right) without the bars that are black throughout the film."""
        total = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        brightest = None
        for at in np.linspace(0, max(total - 1, 0), _BARS_FROM + 2)[1:-1]:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, int(at))
            frame = self._read()
            if frame is not None:
                brightest = frame if brightest is None else np.maximum(brightest, frame)
        if brightest is None:  # a header that says nothing, or wrong: read from the start
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            brightest = self._read()
            return None if brightest is None else (0, brightest.shape[0], 0, brightest.shape[1])
        lit = cv2.cvtColor(brightest, cv2.COLOR_BGR2GRAY) > BLACK
        rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
        if not len(rows):  # black wherever we looked
            return 0, brightest.shape[0], 0, brightest.shape[1]
        return *_inside(rows, lit.shape[0]), *_inside(columns, lit.shape[1])


def _inside(lit: np.ndarray, size: int) -> tuple[int, int]:
    """First and last + 1 of the lit rows; beside a bar one less, which compression has blurred."""
    first, last = int(lit[0]), int(lit[-1]) + 1
    return first + (first > 0), last - (last < size)


def small_hsv(frame: np.ndarray) -> np.ndarray:
    """(36, 64, 3) int16 hue, saturation and value of a BGR frame, to compare neighbours by."""
    small = cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2HSV).astype(np.int16)


def is_scene_change(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether two neighbouring frames (of `small_hsv`) belong to two scenes."""
    return float(np.abs(after - before).mean()) >= SCENE_CHANGE


def unfit(frame: np.ndarray) -> str:
    """Why a BGR frame is no picture to learn from: "black", "plain" or "credits"; "" if it is."""
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
