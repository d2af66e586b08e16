"""The luminance that a colored photograph keeps, and the rounding that keeps it.

A photograph's *grey value* is what a viewer gets back by taking the colors out again. Two
quantities are in use for that: "luma", the weighted sum of the samples as stored (BT.601: what
Pillow, OpenCV and JPEG do), and "lightness", CIE L*, which is taken from linear light. Either is
given here as the sample of the grey that has the same quantity, from 0 to 1.

Rounding three samples on their own changes luma by up to half a code value. Here red and blue are
rounded first, and green makes up for what they have lost. A grey photograph that is desaturated
again then has each of its samples unchanged.
"""

import cv2
import numpy as np

from colorkeras.color.constants import BT601_LUMA, SRGB_LUMINANCE
from colorkeras.color.srgb_curve import decoded, encoded

QUANTITIES = ("luma", "lightness")


def grey_of(pixels: np.ndarray, quantity: str = "luma") -> np.ndarray:
    """The grey value of each pixel.

    Args:
        pixels: (rows, columns, 3) sRGB, uint8 or uint16, or floating point in [0, 1].
        quantity: "luma" or "lightness".

    Returns:
        (rows, columns) float32 in [0, 1]. Of a grey pixel it is its sample.
    """
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    if quantity == "luma":  # OpenCV's weights are BT.601's
        grey = cv2.cvtColor(pixels.astype(np.float32), cv2.COLOR_RGB2GRAY)
        return grey / np.float32(top)
    samples = [pixels[..., i].astype(np.float32) / np.float32(top) for i in range(3)]
    return encoded(_weighted([decoded(sample) for sample in samples], SRGB_LUMINANCE))


def colored(
    grey: np.ndarray, red: np.ndarray, blue: np.ndarray, top: int, quantity: str = "luma"
) -> np.ndarray:
    """Give a grey image color without changing its grey values.

    Where sRGB cannot show a color at its luminance, the color is moved towards grey.

    Args:
        grey: (rows, columns) float32 in [0, 1], as of `grey_of`.
        red, blue: (rows, columns) float32, the differences R - Y' and B - Y' of the color, with
            samples in [0, 1].
        top: the largest sample of the result: 255 or 65535.
        quantity: "luma" or "lightness"; what is kept.

    Returns:
        (rows, columns, 3) uint8 or uint16 sRGB. Its grey values are those of `grey` to 0.31 code
        values of luma, or half a code value of lightness.
    """
    weights: tuple[float, ...] = BT601_LUMA
    base = grey
    if quantity == "lightness":
        color = in_gamut(grey, red, blue, BT601_LUMA)
        light = [decoded(np.clip(channel, 0.0, 1.0)) for channel in color]
        weights, base = SRGB_LUMINANCE, decoded(grey)
        mean = _weighted(light, weights)
        red, blue = light[0] - mean, light[2] - mean
    channels = in_gamut(base, red, blue, weights)
    return _rounded(base, channels, top, weights, quantity == "lightness")


def _weighted(samples: list[np.ndarray], weights: tuple[float, ...]) -> np.ndarray:
    total = samples[0] * np.float32(weights[0])
    for sample, weight in zip(samples[1:], weights[1:], strict=True):
        total += sample * np.float32(weight)
    return total


def in_gamut(
    grey: np.ndarray, red: np.ndarray, blue: np.ndarray, weights: tuple[float, ...]
) -> list[np.ndarray]:
    """Red, green and blue of a grey and two differences, moved towards grey to lie in [0, 1].

    Args:
        grey: (rows, columns) float32 in [0, 1]: the weighted sum that stays.
        red, blue: (rows, columns) float32, the differences to `grey`.
        weights: of red, green and blue in the sum.
    """
    of_red, of_green, of_blue = map(np.float32, weights)
    green = (red * of_red + blue * of_blue) / -of_green
    channels = [grey + red, grey + green, grey + blue]
    outside = np.maximum(np.maximum(channels[0], channels[1]), channels[2]) > 1
    outside |= np.minimum(np.minimum(channels[0], channels[1]), channels[2]) < 0
    if outside.any():  # mostly few pixels
        base = grey[outside]
        parts = [difference[outside] for difference in (red, green, blue)]
        tiny = np.float32(1e-12)
        most, least = np.maximum.reduce(parts), np.minimum.reduce(parts)
        keep = np.minimum((1 - base) / np.maximum(most, tiny), base / np.maximum(-least, tiny))
        np.clip(keep, 0, 1, out=keep)
        for channel, part in zip(channels, parts, strict=True):
            channel[outside] = base + part * keep
    return channels


def _rounded(
    grey: np.ndarray,
    channels: list[np.ndarray],
    top: int,
    weights: tuple[float, ...],
    is_light: bool,
) -> np.ndarray:
    """Samples of three channels, green chosen so that the weighted sum is that of `grey`."""
    of_red, of_green, of_blue = map(np.float32, weights)
    result = np.empty((*grey.shape, 3), np.uint8 if top == 255 else np.uint16)
    red, _, blue = channels
    if is_light:
        red, blue = encoded(red), encoded(blue)
    scale = np.float32(top)
    result[..., 0] = red = np.rint(red * scale)
    result[..., 2] = blue = np.rint(blue * scale)
    if is_light:
        light = decoded(red / scale) * of_red + decoded(blue / scale) * of_blue
        rest: np.ndarray = encoded(np.clip((grey - light) / of_green, 0, 1)) * scale
    else:
        rest = (grey * scale - red * of_red - blue * of_blue) / of_green
    result[..., 1] = np.clip(np.rint(rest), 0, scale)
    return result
