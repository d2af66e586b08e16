"""Prepare one image: from the bytes of a file to pixels of the wanted size and their hashes."""

import hashlib
import io
from dataclasses import dataclass

import cv2
import numpy as np

from colorkeras.data.folders.examine import MAX_IMAGE_PIXELS, MIN_SIDE, size_reason
from colorkeras.data.images.decode import decode, fit, upright_size
from colorkeras.data.images.formats import UnusableImage, open_image
from colorkeras.data.images.grey import GREY_RESIDUAL, GREY_SIDE, grey_reason, mean_chroma
from colorkeras.data.images.mark import OWN_RESULT, is_own_result

THUMB_SIDE = 8
# Encoding is much of the work, and files are read many times: fast, and small enough.
_PNG = [
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY,
]
if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # missing in older OpenCV
    _PNG += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]


@dataclass(frozen=True)
class Recipe:
    """How images are prepared.

    Attributes:
        height, width: of the result in pixels.
        resize: "crop" (the largest centred part of that shape) or "stretch"; by area averaging.
        grey_residual: images whose chroma follows from lightness within this many CIELAB units
            are rejected as grey.
    """

    height: int
    width: int
    resize: str = "crop"
    grey_residual: float = GREY_RESIDUAL


@dataclass(frozen=True)
class PreparedImage:
    """A prepared image.

    Attributes:
        pixels: (height, width, 3) uint8 sRGB.
        original: (height, width) of the original, upright.
        chroma: mean CIELAB chroma.
        dhash: 64-bit difference hash as a signed number.
        thumb: a copy of 8×8 pixels, 192 bytes of sRGB.
    """

    pixels: np.ndarray
    original: tuple[int, int]
    chroma: float
    dhash: int
    thumb: bytes


def prepare(data: bytes, recipe: Recipe) -> PreparedImage:
    """Decode an image, turn it upright, and convert it to sRGB of the wanted size.

    Args:
        data: the bytes of the file.
        recipe: how images are prepared.

    Raises:
        UnusableImage: when the image is damaged, too small, too large, grey, in an unsupported
            format, or a result of `colorize`.
    """
    image = open_image(io.BytesIO(data))
    if is_own_result(image):
        raise UnusableImage(OWN_RESULT)
    height, width = upright_size(image)
    if reason := size_reason(width, height, MIN_SIDE, MAX_IMAGE_PIXELS):
        raise UnusableImage(reason)
    decoded = decode(image, at_least=(recipe.height, recipe.width), max_pixels=MAX_IMAGE_PIXELS)
    pixels = fit(decoded, recipe.height, recipe.width, rule=recipe.resize)
    small = _small(pixels)  # everything is measured on this copy
    if reason := grey_reason(small, recipe.grey_residual):
        raise UnusableImage(reason)
    return PreparedImage(
        pixels,
        (height, width),
        mean_chroma(small),
        difference_hash(small),
        _area(small, THUMB_SIDE, THUMB_SIDE).tobytes(),
    )


def difference_hash(pixels: np.ndarray) -> int:
    """The difference hash of an image (dHash; N. Krawetz, "Kind of Like That", 2013).

    Args:
        pixels: (height, width, 3) uint8 sRGB.

    Returns:
        64 bits as a signed number: for each of 8×8 cells, whether its right neighbour is lighter.
    """
    cells = _area(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), 8, 9).astype(np.int16)
    bits = np.packbits(cells[:, :-1] < cells[:, 1:])
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def encode_png(pixels: np.ndarray) -> bytes:
    """Encode (height, width, 3) uint8 sRGB as a PNG file."""
    ok, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), _PNG)
    if not ok:
        raise ValueError("the image could not be encoded as PNG")
    return data.tobytes()


def decode_png(data: bytes) -> np.ndarray:
    """Decode a file of `encode_png` to (height, width, 3) uint8 sRGB."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError("the image could not be decoded as PNG")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def pixel_digest(pixels: np.ndarray) -> bytes:
    """SHA-256 of (height, width, 3) uint8 pixels, however they are laid out in memory."""
    return hashlib.sha256(np.ascontiguousarray(pixels).data).digest()


def _small(pixels: np.ndarray) -> np.ndarray:
    """A copy with at most `GREY_SIDE` pixels on its longer side, on which color is measured."""
    scale = min(1.0, GREY_SIDE / max(pixels.shape[:2]))
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    return _area(pixels, height, width)


def _area(image: np.ndarray, height: int, width: int) -> np.ndarray:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
