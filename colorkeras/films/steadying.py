"""Colors of a scene that stay the same along the motion of what they belong to.

A model that colors each frame alone gives the same thing another color in each: the film flickers.
Here the model colors key frames. The colors of a key frame are the mean of its own prediction and
of the colors of the key frame before, moved along the optical flow. Each frame between two key
frames gets the colors of both, moved along the flow, the nearer ones weighing more. Where the flow
cannot be trusted towards one of them, the other counts; where it cannot be trusted over much of the
frame, the frame becomes a key frame itself, unless what was before goes on after a flash or damage.
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
        """What the model colors the frame: (rows, columns, 2) float32 R - Y', B - Y'.

        It is called at most once, and while the frame is one of the `AHEAD` that are held.
        """


@dataclasses.dataclass(frozen=True)
class Method:
    """A way to steady colors.

    Attributes:
        stride: most frames from one key frame to the next.
        memory: of how many key frames a color is the mean, at most, beside its own.
    """

    stride: int
    memory: int


BEST = "steady"
METHODS = {
    BEST: Method(8, 4),  # a mean over key frames, moved along the motion between them
    "key": Method(8, 0),  # colors of key frames, moved along the motion between them
    "mean": Method(1, 8),  # a running mean of the colors of all frames along the motion
    "plain": Method(1, 0),  # each frame alone
}
_TORN = 2  # frames: so long may a flash or damage last without ending what was followed before
# Frames that `steadied` holds back, at most: so many are read before the first of them is yielded.
AHEAD = max(method.stride for method in METHODS.values()) + _TORN
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


@dataclasses.dataclass(frozen=True)
class _Seen:
    """A frame, with what leads from it to the last key frame.

    Attributes:
        frame: itself.
        grey: (rows, columns) uint8, without grain.
        places: of its pixels in the last key frame.
        trusted: (rows, columns) float32 in [0, 1], how far to trust these.
        is_torn: whether nothing leads to it, though what was before goes on after it.
    """

    frame: SeenFrame
    grey: np.ndarray
    places: np.ndarray
    trusted: np.ndarray
    is_torn: bool = False


class _Scene:
    """Steadies one scene."""

    def __init__(self, method: Method) -> None:
        self._method = method
        self._waiting = list[_Seen]()  # since the last key frame
        self._lost = list[_Seen]()  # since these: flashes, or something new

    def colors(self, frames: Iterable[SeenFrame]) -> Iterator[np.ndarray]:
        """See `steadied`."""
        for number, frame in enumerate(frames):
            if number == 0:
                yield self._begin(frame)
            else:
                yield from self._take(frame)
        while self._lost:
            yield from self._change()
        if self._waiting:
            yield from self._between()

    def _begin(self, frame: SeenFrame) -> np.ndarray:
        """The first frame is a key frame."""
        self._color = frame.predict()
        rows, columns = self._color.shape[:2]
        self._motion = Motion(rows, columns)
        self._count = np.ones((rows, columns), np.float32)
        grey = without_grain(frame.grey, rows, columns)
        self._key = _Seen(frame, grey, self._motion.still, self._count)
        return self._color

    def _take(self, frame: SeenFrame) -> Iterator[np.ndarray]:
        """The next frame; the colors that are now known."""
        before = self._waiting[-1] if self._waiting else self._key
        grey = without_grain(frame.grey, *before.grey.shape)
        step = self._motion.places(grey, before.grey)
        places = followed(step, before.places, self._motion.still)
        seen = _Seen(frame, grey, places, trust(grey, self._key.grey, places))
        if float(seen.trusted.mean()) < _TRUSTED_SHARE:
            self._lost.append(seen)
            if len(self._lost) > _TORN:
                yield from self._change()
            return
        none = np.zeros_like(seen.trusted)
        self._waiting += [
            dataclasses.replace(lost, places=before.places, trusted=none, is_torn=True)
            for lost in self._lost
        ]
        self._waiting.append(seen)
        self._lost = []
        if len(self._waiting) >= self._method.stride:
            yield from self._between()

    def _change(self) -> Iterator[np.ndarray]:
        """Something new begins with the first lost frame: it is a key frame."""
        first, *others = self._lost
        self._waiting.append(first)
        self._lost = []
        yield from self._between()
        for seen in others:
            yield from self._take(seen.frame)

    def _between(self) -> Iterator[np.ndarray]:
        """The colors of the frames that wait; the last of them is the next key frame."""
        waiting, earlier, key = self._waiting, self._color, self._waiting[-1]
        self._color, self._count = self._new_key(key)
        colors, places, after = [self._color], self._motion.still, key
        for number in range(len(waiting) - 1, 0, -1):
            seen = waiting[number - 1]
            trusted = seen.trusted
            if not seen.is_torn:
                forward = self._motion.places(seen.grey, after.grey)
                places = followed(forward, places, self._motion.still)
                trusted, after = trust(seen.grey, key.grey, places), seen
            share = number / len(waiting)
            back = (1 - share) * (seen.trusted + _LEAST_WEIGHT)
            ahead = share * (trusted + _LEAST_WEIGHT)
            weight = (ahead / (back + ahead))[..., np.newaxis]
            old = moved(earlier, seen.places)
            colors.append(old + weight * (moved(self._color, places) - old))
        self._waiting = []
        self._key = dataclasses.replace(key, places=self._motion.still)
        yield from reversed(colors)

    def _new_key(self, seen: _Seen) -> tuple[np.ndarray, np.ndarray]:
        """The colors of a key frame, and of how many predictions each of them is the mean."""
        known = seen.trusted * np.minimum(moved(self._count, seen.places), self._method.memory)
        weight = (1 / (known + 1))[..., np.newaxis]
        earlier = moved(self._color, seen.places)
        return earlier + weight * (seen.frame.predict() - earlier), known + 1
