"""Samples of more than 8 bits: 16-bit PNG and TIFF, floating-point and CIELAB TIFF.

Pillow reduces most of these to 8 bits or refuses them. Here they are read whole by OpenCV and
tifffile, or left in the file where a TIFF is not compressed, and converted strip by strip.
"""

from dataclasses import dataclass, field

import numpy as np

from colorkeras.data.images.formats import UnusableImage
from colorkeras.photos.icc_curves import Curves
from colorkeras.photos.luminance import encoded, grey_of

# A 16-bit file whose largest sample is not above this holds the values of a 12-bit scanner or
# camera: shown as they are, they would be nearly black. Below 256 they are those of 8 bits.
_TWELVE_BITS, _EIGHT_BITS = 4095, 255
_PART = 2**22  # samples looked at together


@dataclass
class Deep:
    """Samples as stored, upright, and what they mean.

    Attributes:
        samples: (height, width) or (height, width, 3), of any numeric type; may lie in the file.
        alpha: (height, width), the same type; None for an opaque image.
        white: the value that is white.
        black_is_white: whether 0 is white, and `white` black.
        lightness: whether samples are CIE L*, with `white` for 100.
        curves: of a color profile; None for sRGB.
        notes: what the user should be told.
    """

    samples: np.ndarray
    alpha: np.ndarray | None
    white: float
    black_is_white: bool = False
    lightness: bool = False
    curves: Curves | None = None
    notes: list[str] = field(default_factory=list)

    def grey(self, top: int, bottom: int, quantity: str) -> np.ndarray:
        """Grey values of rows: (bottom - top, width) float32 in [0, 1]; see `luminance`."""
        colors = self.colors(top, bottom)
        return colors if colors.ndim == 2 else grey_of(colors, quantity)

    def colors(self, top: int, bottom: int) -> np.ndarray:
        """Rows as sRGB: (bottom - top, width) or (bottom - top, width, 3) float32 in [0, 1]."""
        part = self.samples[top:bottom].astype(np.float32) / np.float32(self.white)
        np.clip(part, 0, 1, out=part)
        if self.black_is_white:
            part = 1 - part
        if self.lightness:
            return encoded(_light_of_lightness(100 * part))
        return part if self.curves is None else self.curves.to_srgb(part)

    def opacity(self, top: int, bottom: int) -> np.ndarray | None:
        """Rows as (bottom - top, width) float32 in [0, 1]; None for an opaque image."""
        if self.alpha is None:
            return None
        top_value = np.iinfo(self.alpha.dtype).max if self.alpha.dtype.kind == "u" else 1
        part = self.alpha[top:bottom].astype(np.float32) / np.float32(top_value)
        return np.clip(part, 0, 1)


def white_of(samples: np.ndarray, full_range: bool) -> tuple[float, str | None]:
    """Which value is white, and what to tell about it.

    Args:
        samples: (height, width, …), as stored.
        full_range: whether whole numbers are taken for what their type can hold.

    Raises:
        UnusableImage: for floating-point samples that are not numbers.
    """
    largest = _largest(samples)
    if samples.dtype.kind == "f":
        if not np.isfinite(largest):
            raise UnusableImage("floating-point samples that are not finite (NaN or infinity)")
        if largest <= 1:
            return 1.0, None
        return largest, f"floating-point samples up to {largest:g}, which is taken for white"
    top = float(np.iinfo(samples.dtype).max)
    if full_range or samples.dtype.itemsize == 1 or not 0 < largest <= _TWELVE_BITS:
        return top, None
    bits = 12 if largest > _EIGHT_BITS else 8
    white = float(2**bits - 1)
    stored = 8 * samples.dtype.itemsize
    return white, (
        f"{bits}-bit values in {stored}-bit samples (none above {largest:.0f}): {white:.0f} is "
        "taken for white; --full-range takes them as they are"
    )


def _largest(samples: np.ndarray) -> float:
    """The largest sample, NaN where one is not finite; read in parts."""
    step = max(1, _PART // max(1, samples[:1].size))
    largest = 0.0
    for top in range(0, len(samples), step):
        part = samples[top : top + step]
        if part.dtype.kind == "f" and not np.isfinite(part).all():
            return float("nan")
        largest = max(largest, float(part.max()))
    return largest


def _light_of_lightness(lightness: np.ndarray) -> np.ndarray:
    """CIE L* in [0, 100] → relative luminance Y in [0, 1], float32 (CIE 15:2004)."""
    f = (lightness + 16) / 116
    return np.where(lightness > 8, f**3, lightness * np.float32(27 / 24389)).astype(np.float32)
