"""sRGB ↔ CIELAB and luma–chroma in their own units: the arithmetic below `ColorSpace`.

All of it is `keras.ops` in float32, whatever the precision policy is. It is written channel by
channel, without matrix products: accelerators compute those in TensorFloat-32 or bfloat16 by
default, with errors of whole 8-bit levels.
"""

from collections.abc import Sequence
from typing import Any

from keras import backend, ops

from colorkeras.color.cielab import (
    LINEAR_OF_LEVEL,
    RGB_FROM_XYZ,
    SRGB_GAMMA,
    SRGB_OFFSET,
    SRGB_SLOPE,
    SRGB_THRESHOLD,
    WHITE,
    lab_to_xyz,
    linear_to_lab,
    matrix,
)
from colorkeras.color.constants import BT601_LUMA, GAMUT_MODES

Tensor = Any  # an array or a tensor of the backend in use

_LUMA_RED, _LUMA_GREEN, _LUMA_BLUE = BT601_LUMA
# Largest |U|, |V| of sRGB colors: analog BT.601 (.436, .615); full-range YCbCr of JFIF (½, ½).
CHROMA_MAX = {"yuv": (0.436, 0.615), "ycbcr": (0.5, 0.5)}

# Lowest and highest a* and b* of sRGB colors (D65), measured over the faces of the sRGB cube.
LAB_GAMUT = ((-86.19, 98.24), (-107.87, 94.49))
_LINEAR_THRESHOLD = 0.0031308  # IEC 61966-2-1, of the inverse curve


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """sRGB → CIELAB (D65, 2°); equals scikit-image's `rgb2lab` within 1e-3 units.

    Args:
        rgb: (..., 3) sRGB, uint8 or float in [0, 255].

    Returns:
        (..., 3) float32: L* in [0, 100], a* and b* within `LAB_GAMUT`.

    Raises:
        ValueError: when the last axis is not 3.
    """
    return ops.stack(linear_to_lab(channels_of(_linear(rgb)), ops.where), axis=-1)


def lab_to_rgb(lab: Tensor, gamut: str = "clip") -> Tensor:
    """CIELAB (D65, 2°) → sRGB; the inverse of `rgb_to_lab`.

    "desaturate" works in linear RGB, where the luminance Y is a linear function. So Y, and with it
    L*, stay the same.

    Args:
        lab: (..., 3) L*, a*, b*; may be outside of the sRGB gamut.
        gamut: "clip" or "desaturate"; see `ColorSpace.merge`.

    Returns:
        (..., 3) float32 sRGB in [0, 255], not rounded.

    Raises:
        ValueError: on another `gamut`, or when the last axis is not 3.
    """
    xyz = lab_to_xyz(channels_of(as_float32(lab)), ops.where)
    linear = matrix(RGB_FROM_XYZ * WHITE, xyz)
    return 255.0 * ops.stack([_encode(c) for c in _fit_gamut(linear, xyz[1], gamut)], axis=-1)


def rgb_to_yuv(rgb: Tensor, family: str) -> Tensor:
    """sRGB → BT.601 luma and color differences.

    Args:
        rgb: (..., 3) sRGB, uint8 or float in [0, 255].
        family: "yuv" (U, V) or "ycbcr" (Cb, Cr centred on zero).

    Returns:
        (..., 3) float32: Y' in [0, 1], then the two differences within ±`CHROMA_MAX[family]`.

    Raises:
        ValueError: when the last axis is not 3.
    """
    red, green, blue = (channel / 255.0 for channel in channels_of(as_float32(rgb)))
    luma = _LUMA_RED * red + _LUMA_GREEN * green + _LUMA_BLUE * blue
    u_max, v_max = CHROMA_MAX[family]
    u = (blue - luma) * (u_max / (1.0 - _LUMA_BLUE))
    v = (red - luma) * (v_max / (1.0 - _LUMA_RED))
    return ops.stack([luma, u, v], axis=-1)


def yuv_to_rgb(yuv: Tensor, family: str, gamut: str = "clip") -> Tensor:
    """BT.601 luma and color differences → sRGB; the exact inverse of `rgb_to_yuv`.

    Published inverses (R = Y + 1.14 V, …) are rounded to two or three digits: with them, split →
    merge would not return the same image. "desaturate" works in gamma-encoded RGB, where luma is
    a linear function.

    Args:
        yuv: (..., 3) Y' and the two differences; may be outside of the sRGB gamut.
        family: "yuv" or "ycbcr".
        gamut: "clip" or "desaturate"; see `ColorSpace.merge`.

    Returns:
        (..., 3) float32 sRGB in [0, 255], not rounded.

    Raises:
        ValueError: on another `gamut`, or when the last axis is not 3.
    """
    luma, u, v = channels_of(as_float32(yuv))
    u_max, v_max = CHROMA_MAX[family]
    blue = luma + u * ((1.0 - _LUMA_BLUE) / u_max)
    red = luma + v * ((1.0 - _LUMA_RED) / v_max)
    green = (luma - _LUMA_RED * red - _LUMA_BLUE * blue) / _LUMA_GREEN
    return 255.0 * ops.stack(_fit_gamut([red, green, blue], luma, gamut), axis=-1)


def as_float32(x: Tensor) -> Tensor:
    """Convert an array or tensor of any shape and dtype to a float32 tensor."""
    return ops.cast(ops.convert_to_tensor(x), "float32")


def channels_of(x: Tensor, count: int = 3) -> list[Tensor]:
    """The slices of the last axis.

    Args:
        x: (..., count) array or tensor.
        count: expected length of the last axis.

    Returns:
        `count` tensors of shape (...).

    Raises:
        ValueError: when the last axis has another length.
    """
    if x.shape[-1] != count:
        raise ValueError(f"Image shape {tuple(x.shape)}: expected a last axis of {count}.")
    return [x[..., i] for i in range(count)]


def _fit_gamut(channels: Sequence[Tensor], grey: Tensor, gamut: str) -> list[Tensor]:
    """Bring three channels into [0, 1]; `grey` is their luminance on the same (linear) scale."""
    if gamut not in GAMUT_MODES:
        raise ValueError(f"gamut={gamut!r}: expected one of {list(GAMUT_MODES)}.")
    if gamut == "desaturate":
        grey = ops.clip(grey, 0.0, 1.0)
        keep = ops.ones_like(grey)  # share of the way from grey to the color that is in the gamut
        for channel in channels:
            outside = ops.logical_or(channel > 1.0, channel < 0.0)
            distance = ops.where(outside, channel - grey, 1.0)
            room = ops.where(channel > 1.0, 1.0 - grey, -grey)
            keep = ops.minimum(keep, ops.where(outside, room / distance, 1.0))
        # Written as a step from the color, so that colors in the gamut do not change at all.
        channels = [channel + (1.0 - keep) * (grey - channel) for channel in channels]
    return [ops.clip(channel, 0.0, 1.0) for channel in channels]


def _linear(rgb: Tensor) -> Tensor:
    """Gamma-encoded (…, 3) uint8 or 0–255 float → linear sRGB in [0, 1], float32."""
    rgb = ops.convert_to_tensor(rgb)
    if backend.standardize_dtype(rgb.dtype) == "uint8":
        return ops.take(LINEAR_OF_LEVEL, ops.cast(rgb, "int32"), axis=0)
    return _decode(ops.cast(rgb, "float32") / 255.0)


# In the two sRGB curves below, the power gets 1 in place of values for which the other branch is
# used. With `where` alone, the infinite slope of the power at zero, times 0, would give NaN
# gradients.


def _decode(encoded: Tensor) -> Tensor:
    upper = encoded > SRGB_THRESHOLD
    base = (ops.where(upper, encoded, 1.0) + SRGB_OFFSET) / (1.0 + SRGB_OFFSET)
    return ops.where(upper, base**SRGB_GAMMA, encoded / SRGB_SLOPE)


def _encode(linear: Tensor) -> Tensor:
    upper = linear > _LINEAR_THRESHOLD
    power = ops.where(upper, linear, 1.0) ** (1.0 / SRGB_GAMMA)
    return ops.where(upper, (1.0 + SRGB_OFFSET) * power - SRGB_OFFSET, linear * SRGB_SLOPE)
