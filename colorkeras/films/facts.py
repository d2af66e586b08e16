"""What a film's file states of its frames: size, samples, range, matrix, time base, orientation."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

_UNSPECIFIED = 2
_HD_ROWS, _HD_COLUMNS = 720, 1280
BT709, BT601, BT2020 = 1, 6, 9  # code points of matrices in ITU-T H.273
# (Kr, Kb) of ITU-T H.273, table 4, by its code points.
_WEIGHTS = {
    BT709: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    BT601: (0.299, 0.114),
    7: (0.212, 0.087),
    BT2020: (0.2627, 0.0593),
}
FULL_RANGE = 2  # FFmpeg's AVCOL_RANGE_JPEG


class UnusableFilm(ValueError):  # noqa: N818 - it describes a file, not an error of the program
    """A film that cannot be colored; the message is the reason, without the file's name."""


@dataclass(frozen=True)
class FilmFacts:
    """What stays the same in all frames of a film.

    Attributes:
        width, height: of the frames as stored, in pixels.
        bits: of a luma sample as it is handed on, 8 to 16.
        full_range: whether black is 0, not 16 of 255.
        matrix: code point of ITU-T H.273 by which luma is made of red, green and blue.
        primaries, transfer: likewise, of the colors' primaries and curve.
        shape: width of a pixel divided by its height.
        time_base: seconds of one unit of time stamps.
        rate: frames per second, on average.
        frames: their number, as far as the header states it; else None.
        orientation: the nine numbers of the display matrix; None for upright.
        notes: what the user should be told of the film as a whole.
    """

    width: int
    height: int
    bits: int
    full_range: bool
    matrix: int
    primaries: int
    transfer: int
    shape: Fraction
    time_base: Fraction
    rate: Fraction
    frames: int | None = None
    orientation: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def square(self) -> tuple[int, int]:
        """(width, height) of a frame as stored, when its pixels are made square."""
        return max(1, round(self.width * self.shape)), self.height

    @property
    def weights(self) -> tuple[float, float, float]:
        """The weights of red, green and blue in luma."""
        red, blue = _WEIGHTS[self.matrix]
        return red, 1 - red - blue, blue

    @property
    def levels(self) -> tuple[int, int]:
        """The samples of black and white."""
        if self.full_range:
            return 0, 2**self.bits - 1
        return 16 << (self.bits - 8), 235 << (self.bits - 8)

    @property
    def dtype(self) -> type[np.uint8 | np.uint16]:
        """Of luma samples."""
        return np.uint8 if self.bits == 8 else np.uint16


def matrix_of(stated: int, height: int, width: int) -> int:
    """The matrix of a film: the stated one; where none is stated, the one that players take.

    Raises:
        UnusableFilm: for a matrix of which luma is no weighted sum of red, green and blue.
    """
    if stated == _UNSPECIFIED:
        return BT709 if height >= _HD_ROWS or width >= _HD_COLUMNS else BT601
    if stated not in _WEIGHTS:
        raise UnusableFilm(
            f"its color matrix (number {stated} of ITU-T H.273) has no luma that color can be "
            "added to: convert it to BT.709 first"
        )
    return stated


class Orientation:
    """How a film's frames are turned for display, as its display matrix states.

    Args:
        matrix: the nine numbers of ISO 14496-12's matrix; None for upright. Only turns by 90
            degrees and mirroring are followed; else the frames count as upright.
    """

    def __init__(self, matrix: tuple[int, ...] | None) -> None:
        a, b, c, d = (matrix[0], matrix[1], matrix[3], matrix[4]) if matrix else (1, 0, 0, 1)
        self.is_turned = a == d == 0 != b * c
        if self.is_turned:
            self._rows, self._columns = (-1 if b < 0 else 1), (-1 if c < 0 else 1)
        elif b == c == 0 != a * d:
            self._rows, self._columns = (-1 if d < 0 else 1), (-1 if a < 0 else 1)
        else:
            self._rows = self._columns = 1

    def upright(self, stored: np.ndarray) -> np.ndarray:
        """A frame as it is shown, (rows, columns, …), of one as it is stored."""
        turned = stored.swapaxes(0, 1) if self.is_turned else stored
        return np.ascontiguousarray(turned[:: self._rows, :: self._columns])

    def stored(self, upright: np.ndarray) -> np.ndarray:
        """A frame as it is stored, of one as it is shown."""
        back = upright[:: self._rows, :: self._columns]
        return np.ascontiguousarray(back.swapaxes(0, 1) if self.is_turned else back)
