"""Colors: the palette of the ambiguous parts, and the materials in the images.

Every color is sRGB in levels, 0..255, as float32.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from colorkeras.color.constants import BT601_LUMA

Choice = TypeVar("Choice")

LUMA_WEIGHTS = np.array(BT601_LUMA, np.float32)
NUM_HUES = 6
_CHROMA_RADIUS = 42.0  # levels in the (Cb, Cr) plane
_FIRST_ANGLE = 108.0  # degrees in the (Cb, Cr) plane, a red


def _hue_offsets() -> np.ndarray:
    """Offsets (NUM_HUES, 3) in levels that change chroma and leave BT.601 luma alone.

    The hues are evenly spaced on a circle, so their mean is a neutral gray.
    """
    angle = np.deg2rad(_FIRST_ANGLE + 360.0 * np.arange(NUM_HUES) / NUM_HUES)
    blue, red = _CHROMA_RADIUS * np.cos(angle), _CHROMA_RADIUS * np.sin(angle)
    offsets = np.stack([1.402 * red, np.zeros(NUM_HUES), 1.772 * blue], axis=1)
    # Green is computed, not taken from a rounded matrix, so that an offset has a luma of exactly 0.
    offsets[:, 1] = -(offsets @ LUMA_WEIGHTS) / LUMA_WEIGHTS[1]
    return offsets.astype(np.float32)


HUE_OFFSETS = _hue_offsets()
HUE_REACH_DOWN = float(-HUE_OFFSETS.min())
HUE_REACH_UP = float(HUE_OFFSETS.max())


def rgb(red: float, green: float, blue: float) -> np.ndarray:
    """A color as a float32 array of shape (3,)."""
    return np.array([red, green, blue], np.float32)


def within(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """The values limited to low..high; several times faster than `np.clip` on small arrays."""
    return np.minimum(np.maximum(values, low), high)


def ramp(first: float, last: float, count: int) -> np.ndarray:
    """A float32 `np.linspace`, several times faster on short arrays."""
    return first + np.float32((last - first) / max(1, count - 1)) * np.arange(
        count, dtype=np.float32
    )


def mix(first: np.ndarray, second: np.ndarray, amount: float) -> np.ndarray:
    """The color `amount` of the way (0..1) from `first` to `second`."""
    return first + np.float32(amount) * (second - first)


def pick(rng: np.random.Generator, choices: Sequence[Choice]) -> Choice:
    """One element of a sequence; all are equally likely."""
    return choices[int(rng.integers(len(choices)))]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with the given probability."""
    return bool(rng.random() < probability)


# Colors of materials in neutral light, at their mean brightness. The painters vary the brightness,
# so a material can only be recognized by its texture, its shape and its place.
WHITE = rgb(246, 244, 238)
INK = rgb(48, 34, 40)
GLASS = rgb(62, 80, 102)
LAMPLIGHT = rgb(520, 390, 170)  # brighter than white, to stay bright in the tint of the evening
SNOW = rgb(226, 234, 248)
PLASTER = rgb(238, 220, 180)
BRICK = rgb(176, 86, 62)
STONE = rgb(178, 166, 142)
TIMBER = rgb(154, 102, 58)
BARK = rgb(98, 70, 48)
ROOF_TILE = rgb(192, 86, 52)
SLATE = rgb(88, 106, 134)
THATCH = rgb(196, 158, 86)
COPPER = rgb(98, 164, 140)
DIRT = rgb(190, 150, 102)
SAND = rgb(226, 200, 142)
CONIFER = rgb(44, 92, 62)
ROCK = rgb(112, 116, 134)
