"""The CIEDE2000 color difference between two CIELAB images."""

from keras import ops

from colorkeras.color.srgb import Tensor, as_float32, channels_of
from colorkeras.metrics.ciede2000_formula import difference


def ciede2000(lab1: Tensor, lab2: Tensor) -> Tensor:
    """CIEDE2000 color difference with kL = kC = kH = 1; see `ciede2000_formula`.

    Args:
        lab1: (..., 3) CIELAB: L* in [0, 100], a* and b*.
        lab2: the same shape.

    Returns:
        (...) float32 differences in ΔE units, at least 0.

    Raises:
        ValueError: when the last axis is not 3.
    """
    return difference(channels_of(as_float32(lab1)), channels_of(as_float32(lab2)), ops)
