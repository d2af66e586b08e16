"""Between sRGB with the luminance of a photograph and the chroma that steering works on."""

import numpy as np

from colorkeras.color.cielab import RGB_FROM_XYZ, WHITE, lab_to_xyz, linear_to_lab, matrix
from colorkeras.color.constants import BT601_LUMA
from colorkeras.color.srgb_curve import decoded, encoded
from colorkeras.photos.enlarging import enlarged
from colorkeras.photos.luminance import in_gamut

# So many damped steps bring a random color of sRGB back to 0.03 code values on average.
_ROUNDS, _STEP = 5, 0.6


def lab_of(color: np.ndarray) -> np.ndarray:
    """sRGB → CIELAB.

    Args:
        color: (..., 3) float32 sRGB in [0, 1].

    Returns:
        (..., 3) float32 L*, a*, b*.
    """
    light = decoded(color)
    return np.stack(
        linear_to_lab([light[..., i] for i in range(3)], np.where), axis=-1, dtype=np.float32
    )


def at_size(color: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """Small color at the size of a grey image, with its luma: as `colored_strips` enlarges it.

    Args:
        color: (rows, columns, 3) float32 sRGB in [0, 1].
        grey: (height, width) float32 in [0, 1].

    Returns:
        (height, width, 3) float32 sRGB in [0, 1].
    """
    luma = color @ np.asarray(BT601_LUMA, np.float32)
    small = color[..., ::2] - luma[..., np.newaxis]
    height, width = grey.shape
    return with_differences(grey, enlarged(small, height, width, 0, height))


def with_differences(grey: np.ndarray, differences: np.ndarray) -> np.ndarray:
    """The color of which a grey image is the luma.

    Args:
        grey: (height, width) float32 in [0, 1].
        differences: (height, width, 2) float32, R - Y' and B - Y'.

    Returns:
        (height, width, 3) float32 sRGB in [0, 1]; weaker where sRGB cannot show the color.
    """
    channels = in_gamut(grey, differences[..., 0], differences[..., 1], BT601_LUMA)
    return np.clip(np.stack(channels, axis=-1), 0, 1, dtype=np.float32)


def with_chroma(grey: np.ndarray, chroma: np.ndarray) -> np.ndarray:
    """The color of a chroma at the luma of a grey image.

    L* is sought so that the luma comes out: luma and lightness of a strong color differ.

    Args:
        grey: (...) float32 in [0, 1].
        chroma: (..., 2) float32 a*, b*.

    Returns:
        (..., 3) float32 sRGB in [0, 1]; weaker where sRGB cannot show the chroma.
    """
    a, b = chroma[..., 0], chroma[..., 1]
    wanted = _lightness(grey)
    lightness = wanted
    for _ in range(_ROUNDS):
        xyz = lab_to_xyz([lightness, a, b], np.where)
        light = matrix(RGB_FROM_XYZ * WHITE, xyz)
        red, green, blue = (encoded(np.maximum(channel, 0)) for channel in light)
        luma = red * BT601_LUMA[0] + green * BT601_LUMA[1] + blue * BT601_LUMA[2]
        lightness = np.clip(lightness + _STEP * (wanted - _lightness(luma)), 0, 100)
    return with_differences(grey, np.stack([red - luma, blue - luma], axis=-1))


def _lightness(grey: np.ndarray) -> np.ndarray:
    light = decoded(grey)
    return np.asarray(linear_to_lab([light] * 3, np.where)[0], np.float32)
