"""Tileable textures: computed once from constant seeds, then cropped at any place and scale.

A texture is a float32 array (SIZE, SIZE) with mean near 0 and deviations of about -2.5..2.5; a
painter turns it into shading with `1 + contrast * texture`. Each kind of surface has a texture of
its own, so that it can be recognized in an image without color.
"""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

SIZE = 512
_WARP = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def _normalized(image: np.ndarray) -> np.ndarray:
    image = (image - image.mean()) / image.std()
    return np.clip(image, -2.5, 2.5).astype(np.float32)


def _filtered(seed: int, response: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """White noise through a frequency response(fy, fx) in cycles per pixel; periodic by nature."""
    white = np.random.default_rng(seed).standard_normal((SIZE, SIZE))
    fy, fx = np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE)[None, :]
    return _normalized(np.fft.irfft2(np.fft.rfft2(white) * response(fy, fx), s=(SIZE, SIZE)))


def _blurred(seed: int, sigma_y: float, sigma_x: float) -> np.ndarray:
    """White noise blurred by a Gaussian of the given standard deviations in pixels."""
    return _filtered(
        seed, lambda fy, fx: np.exp(-2 * np.pi**2 * ((sigma_y * fy) ** 2 + (sigma_x * fx) ** 2))
    )


def _fractal(seed: int, slope: float) -> np.ndarray:
    """Noise whose amplitude falls with frequency as f**-slope."""
    return _filtered(seed, lambda fy, fx: np.maximum(np.hypot(fy, fx), 1.5 / SIZE) ** -slope)


def _band(seed: int, fine: float, coarse: float) -> np.ndarray:
    """Blobs between two sizes: the difference of two blurs (pixels), with flattened extremes."""
    return np.tanh(1.2 * _normalized(_blurred(seed, fine, fine) - _blurred(seed, coarse, coarse)))


def _blocks(seed: int, height: int, width: int, joint: float, spread: float) -> np.ndarray:
    """Rows of blocks, every other row shifted by half a block; joints have the tone `joint`."""
    y, x = np.mgrid[:SIZE, :SIZE]
    course = y // height
    x = (x + (course % 2) * (width // 2)) % SIZE
    tone = np.random.default_rng(seed).normal(0, spread, (SIZE // height, SIZE // width))
    image = tone[course, x // width]
    edge = (y % height < 2) | (x % width < 2)
    return np.where(edge, joint, image) + 0.2 * _blurred(seed + 1, 1, 1)


def _roof_tiles() -> np.ndarray:
    """Rounded roof tiles that cast a shadow on the row below."""
    y, x = np.mgrid[:SIZE, :SIZE]
    bulge = np.sin(np.pi * (x % 8) / 8)
    fall = (y % 16) / 16
    return 1.3 * bulge - 1.5 * (fall > 0.75) + 0.5 * _blocks(11, 16, 8, 0.0, 1.0)


def _weave() -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE]
    over = np.sin(np.pi * x / 4) * np.sin(np.pi * y / 4)
    return over + 0.5 * _blurred(21, 1, 6) + 0.5 * _blurred(22, 6, 1)


def _planks() -> np.ndarray:
    """Upright boards with grain along them."""
    x = np.arange(SIZE)
    tone = np.random.default_rng(31).normal(0, 0.8, SIZE // 32)[x // 32]
    gap = np.where(x % 32 < 3, -3.0, tone)
    return gap[None, :] + 0.7 * _blurred(32, 30, 1)


def _dots(seed: int, share: float, sigma: float) -> np.ndarray:
    """Soft bright dots on zero, around a share of the pixels, with peaks of about 2.5."""
    dots = np.random.default_rng(seed).random((SIZE, SIZE)) < share
    soft = cv2.GaussianBlur(dots.astype(np.float32), (7, 7), sigma)
    return np.minimum(soft * (2.5 * 2 * np.pi * sigma**2), 2.5)


def _furrows() -> np.ndarray:
    """Rows of low plants, running away from the viewer."""
    x = np.arange(SIZE)
    return np.sin(2 * np.pi * x / 32)[None, :] + 0.5 * _band(51, 1.2, 4)


_BUILDERS: dict[str, Callable[[], np.ndarray]] = {
    "cloud": lambda: _fractal(1, 1.7),
    "soft": lambda: _fractal(2, 2.3),
    "rough": lambda: _fractal(3, 1.3),
    "grass": lambda: _normalized(_blurred(4, 4, 0.8) + 0.5 * _fractal(5, 2)),
    "foliage": lambda: _normalized(_band(6, 1.3, 3) + 0.5 * _blurred(7, 6, 6)),
    "autumn": lambda: np.sign(_band(8, 2, 4)) * np.abs(_band(8, 2, 4)) ** 0.5,
    "ripple": lambda: _normalized(_blurred(9, 1, 7) + 0.4 * _blurred(10, 4, 30)),
    "brick": lambda: _normalized(_blocks(12, 8, 16, 2.2, 0.8)),
    "stone": lambda: _normalized(_blocks(13, 16, 32, -2.2, 1.0)),
    "slate": lambda: _normalized(_blocks(14, 8, 16, -1.8, 0.8)),
    "tiles": lambda: _normalized(_roof_tiles()),
    "straw": lambda: _blurred(15, 9, 0.8),
    "strand": lambda: _normalized(_blurred(16, 40, 0.9) + 0.6 * _blurred(17, 40, 5)),
    "planks": lambda: _normalized(_planks()),
    "weave": lambda: _normalized(_weave()),
    "speckle": lambda: _dots(41, 0.015, 1.3),
    "stars": lambda: _dots(42, 0.0012, 0.7),
    "furrows": lambda: _normalized(_furrows()),
    "plaster": lambda: _normalized(_blurred(18, 1, 1) + _fractal(19, 1.6)),
}


@cache
def texture(name: str, level: int = 0) -> np.ndarray:
    """A texture halved `level` times: (size, size) float32; read-only, as callers share it."""
    if level:
        image = cv2.resize(
            texture(name, level - 1), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA
        )
    else:
        image = np.ascontiguousarray(_BUILDERS[name](), dtype=np.float32)
    image.setflags(write=False)
    return image


def _leveled(name: str, scale: float) -> tuple[np.ndarray, float]:
    """The texture to sample for a scale (output pixels per texel) and the scale left to apply."""
    level = min(4, max(0, int(np.floor(np.log2(1.0 / scale) + 0.3))))
    return texture(name, level), scale * 2.0**level


def crop(
    name: str,
    rng: np.random.Generator,
    shape: tuple[int, int],
    scale: float = 1.0,
    stretch: float = 1.0,
) -> np.ndarray:
    """A (height, width) float32 crop at a random place.

    Args:
        name: of the texture.
        rng: chooses the place.
        shape: of the crop.
        scale: output pixels per pixel of the texture.
        stretch: widens the grain horizontally.

    Returns:
        Deviations of about -2.5 to 2.5 with mean near 0.
    """
    image, scale = _leveled(name, scale)
    left, top = rng.uniform(0, image.shape[0], 2).tolist()
    if 0 in shape:  # a region off the canvas; for OpenCV an empty size means "as the source"
        return np.ones(shape, np.float32)
    matrix = np.array([[1 / (scale * stretch), 0, left], [0, 1 / scale, top]], np.float64)
    return cv2.warpAffine(
        image, matrix, (shape[1], shape[0]), flags=_WARP, borderMode=cv2.BORDER_WRAP
    )


def ground(
    name: str, rng: np.random.Generator, shape: tuple[int, int], scale: float, depth: float = 0.5
) -> np.ndarray:
    """A (height, width) float32 crop laid on the ground: fine at the top row, coarse below.

    Args:
        name: of the texture.
        rng: chooses the place.
        shape: of the crop.
        scale: output pixels per pixel of the texture at the bottom row.
        depth: height of the horizon above the top row, as a share of the height; a small value
            gives a strong perspective.

    Returns:
        Deviations of about -2.5 to 2.5 with mean near 0.
    """
    height, width = shape
    image, scale = _leveled(name, scale * 0.7)
    near, lift = (1 + depth) * height, depth * height
    left, top = rng.uniform(0, image.shape[0], 2).tolist()
    # A place in the texture is numerator / (row + lift), so that one of its pixels spans `scale`
    # pixels at the bottom row.
    rate = near / scale
    matrix = np.array(
        [
            [rate, left, left * lift - rate * width / 2],
            [0, top, top * lift - rate * near],
            [0, 1, lift],
        ],
        np.float64,
    )
    return cv2.warpPerspective(
        image, matrix, (width, height), flags=_WARP, borderMode=cv2.BORDER_WRAP
    )


def profile(rng: np.random.Generator, width: int, span: int, name: str = "soft") -> np.ndarray:
    """A (width,) float32 curve of deviations -2.5..2.5: a skyline, a shore, the hem of a cloth.

    It is a part of one row of a texture: `span` pixels, scaled to the width.
    """
    left, row = rng.integers((SIZE - span, SIZE)).tolist()
    values = texture(name)[row : row + 1, left : left + span]
    return cv2.resize(values, (width, 1), interpolation=cv2.INTER_CUBIC)[0]
