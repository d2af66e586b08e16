"""The curve of sRGB in NumPy, where Keras is not needed; `srgb` has it in `keras.ops`."""

import numpy as np


def decoded(samples: np.ndarray) -> np.ndarray:
    """sRGB samples in [0, 1] → linear light in [0, 1], float32 (IEC 61966-2-1)."""
    high = samples > 0.04045
    return np.where(
        high,
        np.power((np.maximum(samples, 0.04045) + 0.055) / 1.055, 2.4, dtype=np.float32),
        samples / 12.92,
    ).astype(np.float32)


def encoded(light: np.ndarray) -> np.ndarray:
    """Linear light in [0, 1] → sRGB samples in [0, 1], float32: the inverse of `decoded`."""
    high = light > 0.0031308
    power = np.power(np.maximum(light, 0.0031308), 1 / 2.4, dtype=np.float32)
    return np.where(high, 1.055 * power - 0.055, light * 12.92).astype(np.float32)
