"""The color planes of a frame: the model's colors, weaker where they would leave RGB.

Luma is the film's own plane and is not touched. A viewer computes R = Y' + 2 (1 - Kr) Cr and
B = Y' + 2 (1 - Kb) Cb (ITU-T H.273), and cuts off what leaves [0, 1]: the color that is seen then
has another luma. So each color sample is made weaker until every pixel that it covers stays in RGB.
"""

import cv2
import numpy as np

from colorkeras.color.constants import BT601_LUMA
from colorkeras.films.facts import FilmFacts

_TINY = np.float32(1e-9)


class ChromaMaker:
    """Makes the color planes of all frames of a film.

    Args:
        facts: of the film.
        halved: whether the planes have half the rows and columns of luma (4:2:0), else as many.
        bits: of a sample of the planes.
    """

    def __init__(self, facts: FilmFacts, halved: bool, bits: int) -> None:
        self._facts, self._step = facts, 2 if halved else 1
        self.shape = (facts.height // self._step, facts.width // self._step)
        self._to_planes = _matrix(facts)
        kr, kg, kb = facts.weights
        # Red, green and blue less luma, of Cb and Cr.
        red, blue = 2 * (1 - kr), 2 * (1 - kb)
        self._to_rgb = ((0.0, red), (-blue * kb / kg, -red * kr / kg), (blue, 0.0))
        steps = 255 if facts.full_range else 224
        self._scale = np.float32(steps << (bits - 8))
        self._middle = np.float32(128 << (bits - 8))
        self._largest = (1 << bits) - 1
        self._dtype = np.uint8 if bits == 8 else np.uint16

    def planes(self, luma: np.ndarray, differences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The planes of blue and red difference.

        Args:
            luma: (height, width) uint8 or uint16, the film's plane.
            differences: (rows, columns, 2) float32 of any size: R - Y' and B - Y' with BT.601's Y',
                in the orientation of the stored frame, as `inference.colorizer.differences`.

        Returns:
            Cb and Cr, each of `shape`, uint8 for 8 bits, else uint16.
        """
        small = differences @ self._to_planes
        blue, red = cv2.split(self._enlarged(small))
        keep = self._share_in_rgb(luma, blue, red)
        return self._stored(blue * keep), self._stored(red * keep)

    def _enlarged(self, small: np.ndarray) -> np.ndarray:
        """Bicubic, as of photographs. Samples of 4:2:0 lie on the left one of two columns of luma
        and between two rows (ITU-T H.273, location type 0, which players take where none is
        stated)."""
        rows, columns = self.shape
        if self._step == 1:
            return cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)
        wide, high = small.shape[1] / columns, small.shape[0] / rows
        # Of the place of a sample in the result, its place in the small image.
        places = np.array([[wide, 0, 0.25 * wide - 0.5], [0, high, 0.5 * high - 0.5]])
        return cv2.warpAffine(
            small, places, (columns, rows), borderMode=cv2.BORDER_REPLICATE,
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        )  # fmt: skip

    def _share_in_rgb(self, luma: np.ndarray, blue: np.ndarray, red: np.ndarray) -> np.ndarray:
        """The largest factor of each color sample, at most 1, with which its pixels stay in RGB."""
        darkest, brightest = self._extremes(luma)
        parts = [of_blue * blue + of_red * red for of_blue, of_red in self._to_rgb]
        most = np.maximum(np.maximum(np.maximum(parts[0], parts[1]), parts[2]), _TINY)
        least = np.maximum(-np.minimum(np.minimum(parts[0], parts[1]), parts[2]), _TINY)
        keep = np.minimum((1 - brightest) / most, darkest / least)
        return np.clip(keep, 0, 1, out=keep)

    def _extremes(self, luma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The least and the largest luma in [0, 1] among the pixels that a sample covers."""
        low = high = luma
        if self._step == 2:
            upper, lower = luma[::2], luma[1::2]
            low, high = np.minimum(upper, lower), np.maximum(upper, lower)
            low = np.minimum(low[:, ::2], low[:, 1::2])
            high = np.maximum(high[:, ::2], high[:, 1::2])
        black, white = self._facts.levels
        scale = np.float32(1 / (white - black))
        least, most = ((x.astype(np.float32) - np.float32(black)) * scale for x in (low, high))
        return np.clip(least, 0, 1, out=least), np.clip(most, 0, 1, out=most)

    def _stored(self, plane: np.ndarray) -> np.ndarray:
        samples = np.rint(plane * self._scale + self._middle)
        return np.clip(samples, 0, self._largest).astype(self._dtype)


def _matrix(facts: FilmFacts) -> np.ndarray:
    """(2, 2) float32: of R - Y' and B - Y' with BT.601's Y' to Cb and Cr with the film's Y'."""
    red, green, blue = BT601_LUMA
    kr, kg, kb = facts.weights
    # Each of R, G and B less BT.601's luma, of the two differences; and the film's luma less it.
    as_red, as_blue = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    as_green = -(red * as_red + blue * as_blue) / green
    luma = kr * as_red + kg * as_green + kb * as_blue
    to_blue, to_red = (as_blue - luma) / (2 * (1 - kb)), (as_red - luma) / (2 * (1 - kr))
    return np.stack([to_blue, to_red], axis=1).astype(np.float32)


def shown(facts: FilmFacts, luma: np.ndarray, blue: np.ndarray, red: np.ndarray) -> np.ndarray:
    """The picture that a viewer computes of planes of full size.

    Args:
        facts: of the film.
        luma, blue, red: (height, width) with the film's bits.

    Returns:
        (height, width, 3) uint8 RGB, as stored.
    """
    kr, kg, kb = facts.weights
    black, white = facts.levels
    steps = (255 if facts.full_range else 224) << (facts.bits - 8)
    grey = (luma.astype(np.float32) - black) / (white - black)
    cb, cr = (
        (plane.astype(np.float32) - (128 << (facts.bits - 8))) / steps for plane in (blue, red)
    )
    channels = (
        grey + 2 * (1 - kr) * cr,
        grey - 2 * (1 - kb) * kb / kg * cb - 2 * (1 - kr) * kr / kg * cr,
        grey + 2 * (1 - kb) * cb,
    )
    return np.rint(np.clip(np.stack(channels, axis=-1), 0, 1) * 255).astype(np.uint8)
