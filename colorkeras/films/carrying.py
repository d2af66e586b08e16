"""A correction of the colors of some frames, carried along the motion to the rest of their scene.

A hint or a reference changes the colors of one frame. What it changes there, the correction, moves
with what it belongs to, forward and backward, and fades where the flow cannot be trusted: things
that come into view later keep the colors of the model.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from colorkeras.films.motion import Motion, followed, moved, trust, without_grain

_STRIDE = 8  # frames after which the correction itself is moved, not only the places in it
_TRUSTED_SHARE = 0.6  # of a frame; where less is left, it is moved earlier


class _Carried(NamedTuple):
    """A correction at some frame.

    Attributes:
        number: of the frame.
        color: (rows, columns, n) float32.
        weight: (rows, columns) float32 in [0, 1], how far it is trusted.
    """

    number: int
    color: np.ndarray
    weight: np.ndarray


def carried(
    greys: Sequence[np.ndarray], corrections: Mapping[int, np.ndarray]
) -> Iterator[np.ndarray]:
    """What to add to the colors of each frame of a scene, such as those of `steadied`.

    A frame between two corrected ones gets both corrections, the nearer one weighing more. The
    scene is looked at twice, from its last corrected frame backward and then forward, so all of
    its small greys must be at hand (some 40 kB a frame); of the corrections, one in eight is held.

    Args:
        greys: the small greys of all frames of one scene, (h, w) uint8, of one size.
        corrections: number of a frame in the scene, from 0 → (rows, columns, n) float32, such as
            how much its R - Y' and B - Y' change; all of one size.

    Yields:
        (rows, columns, n) float32 for each frame, in order. At a corrected frame it is its
        correction, at a place that no correction leads to it is 0.

    Raises:
        ValueError: when there is no correction, or one of a frame that the scene does not have.
    """
    if not corrections or min(corrections) < 0 or max(corrections) >= len(greys):
        raise ValueError(
            f"corrections of frames {sorted(corrections)}; expected 0 to {len(greys) - 1}"
        )
    scene = _Scene(greys, *next(iter(corrections.values())).shape[:2])
    whole = np.ones(scene.size, np.float32)
    given = [_Carried(n, corrections[n].astype(np.float32), whole) for n in sorted(corrections)]
    first, last = given[0], given[-1]
    yield from (_faded(back) for back in scene.backward(first, 0))
    for before, after in itertools.pairwise(given):
        yield before.color
        yield from scene.between(before, after)
    yield last.color
    yield from (_faded(ahead) for ahead in scene.forward(last, len(greys)))


def _faded(correction: _Carried) -> np.ndarray:
    return correction.color * correction.weight[..., np.newaxis]


class _Scene:
    """Carries corrections through one scene."""

    def __init__(self, greys: Sequence[np.ndarray], rows: int, columns: int) -> None:
        self._greys, self.size = greys, (rows, columns)
        self._motion = Motion(rows, columns)

    def forward(self, start: _Carried, end: int) -> Iterator[_Carried]:
        """The correction at each frame after its own, before frame `end`."""
        while start.number < end - 1:
            block = self._block(start, end - 1)
            yield from block
            start = block[-1]

    def backward(self, start: _Carried, end: int) -> Iterator[_Carried]:
        """The correction at each frame from `end` to the one before its own, in their order."""
        starts = []
        while start.number > end:
            starts.append(start)
            start = self._block(start, end)[-1]
        for start in reversed(starts):
            yield from reversed(self._block(start, end))

    def between(self, before: _Carried, after: _Carried) -> Iterator[np.ndarray]:
        """What both corrections give to the frames between theirs."""
        both = zip(
            self.forward(before, after.number),
            self.backward(after, before.number + 1),
            strict=True,
        )
        for ahead, back in both:
            share = (ahead.number - before.number) / (after.number - before.number)
            weights = (1 - share) * ahead.weight, share * back.weight
            near = weights[1] / np.maximum(weights[0] + weights[1], np.finfo(np.float32).tiny)
            color = ahead.color + near[..., np.newaxis] * (back.color - ahead.color)
            yield color * np.maximum(ahead.weight, back.weight)[..., np.newaxis]

    def _block(self, start: _Carried, end: int) -> list[_Carried]:
        """The correction at the next frames towards `end`, until it has to be moved itself."""
        step = 1 if end > start.number else -1
        origin = before = self._grey(start.number)
        places, found = self._motion.still, list[_Carried]()
        for number in range(start.number + step, end + step, step):
            grey = self._grey(number)
            places = followed(self._motion.places(grey, before), places, self._motion.still)
            trusted = trust(grey, origin, places)
            weight = trusted * moved(start.weight, places)
            found.append(_Carried(number, moved(start.color, places), weight))
            before = grey
            if len(found) == _STRIDE or trusted.mean() < _TRUSTED_SHARE:
                break
        return found

    def _grey(self, number: int) -> np.ndarray:
        return without_grain(self._greys[number], *self.size)
