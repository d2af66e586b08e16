"""Colors of a scene that stay the same along the motion of what they belong to.

A model that colors each frame alone gives the same thing another color in each: the film flickers.
Here the model colors key frames. The colors of a key frame are the mean of its own prediction and
of the colors of the key frame before, moved along the optical flow. Each frame between two key
frames gets the colors of both, moved along the flow, the nearer ones weighing more. Where the flow
cannot be trusted towards one of them, the other counts; where it cannot be trusted over much of the
frame, the frame becomes a key frame itself.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from colorkeras.films.motion import Motion, followed, moved, trust, without_grain


class SeenFrame(Protocol):
    """A frame of a scene.

    Attributes:
        grey: (h, w) uint8, the small luma, of one size in a scene.
    """

    grey: np.ndarray

    def predict(self) -> np.ndarray:
        """What the model colors the frame: (rows, columns, 2) float32 R - Y', B - Y'."""


@dataclasses.dataclass(frozen=True)
class Method:
    """A way to steady colors.

    Attributes:
        stride: most frames from one key frame to the next.
        memory: of how many key frames a color is the mean, at most, beside its own.
        purpose: in words, for the help of a command.
    """

    stride: int
    memory: int
    purpose: str


BEST = "steady"
METHODS = {
    BEST: Method(8, 4, "a mean over key frames, moved along the motion between them"),
    "key": Method(8, 0, "colors of key frames, moved along the motion between them"),
    "mean": Method(1, 8, "a running mean of the colors of all frames along the motion"),
    "plain": Method(1, 0, "each frame alone"),
}
# Frames that `steadied` holds back, at most, before it yields the first of them.
AHEAD = max(method.stride for method in METHODS.values())
_TRUSTED_SHARE = 0.6  # of a frame; where less is known from the last key frame, a new one is made
_LEAST_WEIGHT = 1e-3  # of a color along a flow that is not trusted: counts where nothing else does


def steadied(frames: Iterable[SeenFrame], method: str = BEST) -> Iterator[np.ndarray]:
    """The colors of all frames of a scene.

    Args:
        frames: of one scene, in order. At most `AHEAD` of them are read before the colors of the
            first of these are yielded.
        method: a name of `METHODS`.

    Yields:
        (rows, columns, 2) float32 R - Y', B - Y' of each frame, in order.
    """
    chosen = METHODS[method]
    if chosen == METHODS["plain"]:
        return (frame.predict() for frame in frames)
    return _Scene(chosen).colors(frames)


@dataclasses.dataclass
class _Seen:
    """A frame without grain, with what leads from it to the last key frame.

    Attributes:
        grey: (rows, columns) uint8.
        places: of its pixels in the last key frame.
        trusted: (rows, columns) float32 in [0, 1], how far to trust these.
    """

    grey: np.ndarray
    places: np.ndarray
    trusted: np.ndarray


class _Scene:
    """Steadies one scene."""

    def __init__(self, method: Method) -> None:
        self._method = method

    def colors(self, frames: Iterable[SeenFrame]) -> Iterator[np.ndarray]:
        """See `steadied`."""
        waiting: list[_Seen] = []
        last: SeenFrame | None = None
        for frame in frames:
            if last is None:
                yield self._begin(frame)
            else:
                waiting.append(self._seen(frame, waiting[-1] if waiting else self._key))
                if len(waiting) >= self._method.stride or self._is_lost(waiting[-1]):
                    yield from self._between(waiting, frame.predict())
                    waiting = []
            last = frame
        if waiting and last is not None:
            yield from self._between(waiting, last.predict())

    def _begin(self, frame: SeenFrame) -> np.ndarray:
        """The first frame is a key frame."""
        self._color = frame.predict()
        rows, columns = self._color.shape[:2]
        self._motion = Motion(rows, columns)
        self._count = np.ones((rows, columns), np.float32)
        grey = without_grain(frame.grey, rows, columns)
        self._key = _Seen(grey, self._motion.still, self._count)
        return self._color

    def _seen(self, frame: SeenFrame, before: _Seen) -> _Seen:
        """The next frame, followed back to the last key frame."""
        grey = without_grain(frame.grey, *before.grey.shape)
        step = self._motion.places(grey, before.grey)
        places = followed(step, before.places, self._motion.still)
        return _Seen(grey, places, trust(grey, self._key.grey, places))

    def _is_lost(self, seen: _Seen) -> bool:
        return float(seen.trusted.mean()) < _TRUSTED_SHARE

    def _between(self, waiting: list[_Seen], predicted: np.ndarray) -> Iterator[np.ndarray]:
        """The colors of the frames after the last key frame; the last of them is the next one."""
        old, last = self._color, waiting[-1]
        self._color, self._count = self._new_key(last, predicted)
        colors, places = [self._color], self._motion.still
        for step in range(len(waiting) - 2, -1, -1):
            seen, after = waiting[step], waiting[step + 1]
            forward = self._motion.places(seen.grey, after.grey)
            places = followed(forward, places, self._motion.still)
            share = (step + 1) / len(waiting)
            back = (1 - share) * (seen.trusted + _LEAST_WEIGHT)
            ahead = share * (trust(seen.grey, last.grey, places) + _LEAST_WEIGHT)
            weight = (ahead / (back + ahead))[..., np.newaxis]
            earlier = moved(old, seen.places)
            colors.append(earlier + weight * (moved(self._color, places) - earlier))
        self._key = _Seen(last.grey, self._motion.still, last.trusted)
        yield from reversed(colors)

    def _new_key(self, seen: _Seen, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The colors of a key frame, and of how many predictions each of them is the mean."""
        known = seen.trusted * np.minimum(moved(self._count, seen.places), self._method.memory)
        weight = (1 / (known + 1))[..., np.newaxis]
        earlier = moved(self._color, seen.places)
        return earlier + weight * (predicted - earlier), known + 1
