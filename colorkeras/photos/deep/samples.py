"""Samples of more than 8 bits: 16-bit PNG and TIFF, floating-point and CIELAB TIFF.

Pillow reduces most of these to 8 bits or refuses them. Here they are read whole by OpenCV and
tifffile, or left in the file where a TIFF is not compressed, and converted strip by strip.
"""

from dataclasses import dataclass, field

import numpy as np

from colorkeras.color.srgb_curve import encoded
from colorkeras.data.images.formats import UnusableImage
from colorkeras.photos.deep.icc_curves import Curves, is_srgb, read_curves
from colorkeras.photos.luminance import grey_of
from colorkeras.photos.reading import TableProfile

# A file whose largest sample is not above one of these holds values of fewer bits: of a 12-bit
# scanner or camera, for example. Shown as they are, they would be nearly black.
_FEWER_BITS = {1: (), 2: (8, 12), 4: (8, 12, 16)}  # by bytes a sample
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
        scaled: whether whole numbers were taken for values of fewer bits.
        notes: what the user should be told.
    """

    samples: np.ndarray
    alpha: np.ndarray | None
    white: float
    black_is_white: bool = False
    lightness: bool = False
    curves: Curves | None = None
    scaled: bool = False
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


def made_deep(
    samples: np.ndarray,
    alpha: np.ndarray | None,
    profiles: tuple[bytes | None, ...],
    orientation: object,
    full_range: bool,
) -> Deep:
    """What samples of grey or RGB mean.

    Args:
        samples: (height, width) or (height, width, 3), as stored.
        alpha: (height, width), or None.
        profiles: as of `color_meaning.profiles`: the first that fits is used, None is sRGB.
        orientation: of EXIF, 1 to 8; anything else is 1.
        full_range: see `white_of`.

    Raises:
        TableProfile: when the profile is made of tables.
        UnusableImage: for floating-point samples that are not numbers.
    """
    white, note = white_of(samples, full_range)
    deep = Deep(upright(samples, orientation), None, white)
    deep.alpha = None if alpha is None else upright(alpha, orientation)
    deep.notes += [note] if note else []
    deep.scaled = note is not None and samples.dtype.kind == "u"
    channels = 1 if samples.ndim == 2 else 3
    for profile in profiles:
        if profile is None:
            break
        if _fits(profile, channels):
            curves = read_curves(profile, channels)
            if curves is None:
                raise TableProfile
            deep.curves = None if is_srgb(curves) else curves
            break
    return deep


def _fits(profile: bytes, channels: int) -> bool:
    """Whether a profile is of a space with so many channels; grey also takes those of RGB."""
    return profile[16:20] in ((b"RGB ", b"GRAY") if channels == 1 else (b"RGB ",))


def upright(array: np.ndarray, orientation: object) -> np.ndarray:
    """An image turned as EXIF's orientation says; a view of the same samples."""
    if orientation in (5, 6, 7, 8):
        array = array.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return array[::-1] if orientation in (3, 4, 7, 8) else array


def rgb_order(pixels: np.ndarray) -> np.ndarray:
    """OpenCV's blue, green, red and alpha as red, green, blue and alpha; a view where it can be."""
    return pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]


def split_alpha(array: np.ndarray, colors: int) -> tuple[np.ndarray, np.ndarray | None]:
    """The color channels, one as (height, width), and the channel after them if there is one."""
    if array.ndim == 2:
        return array, None
    rest = array[..., colors] if array.shape[2] > colors else None
    return (array[..., 0] if colors == 1 else array[..., :colors]), rest


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
    top, size = float(np.iinfo(samples.dtype).max), samples.dtype.itemsize
    fitting = [bits for bits in _FEWER_BITS[size] if 0 < largest < 2**bits]
    if full_range or not fitting:
        return top, None
    return 2.0 ** fitting[0] - 1, (
        f"{fitting[0]}-bit values in {8 * size}-bit samples (none above {largest:.0f}): scaled to "
        "the full range; --full-range takes them as they are"
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
