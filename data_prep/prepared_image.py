"""One image: bytes in, the prepared image and what is to be known of it out."""

import hashlib
import io
from dataclasses import dataclass

import cv2
import numpy as np

from colorkeras.data.images.decode import decode, fit, header_of
from colorkeras.data.images.formats import UnusableImage, open_image
from colorkeras.data.images.grey import GREY_RESIDUAL, GREY_SIDE, grey_reason, mean_chroma
from colorkeras.data.images.mark import OWN_RESULT, is_own_result

MIN_SIDE = 32  # of the original; as folders of images are scanned
MAX_PIXELS = 100_000_000
THUMB_SIDE = 8
# Encoding is much of the work, and files are read many times: fast, and small enough.
_PNG = [
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY,
]
if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # not in older OpenCV
    _PNG += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]


@dataclass(frozen=True)
class Recipe:
    """How images are prepared.

    Attributes:
        height, width: of the result in pixels.
        resize: "crop" (the largest centred part of that shape) or "stretch"; by area.
        grey_residual: images whose chroma follows from lightness within so many CIELAB units
            are left out as grey.
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
        thumb: the image on 8×8×3 bytes.
    """

    pixels: np.ndarray
    original: tuple[int, int]
    chroma: float
    dhash: int
    thumb: bytes


def prepare(data: bytes, recipe: Recipe) -> PreparedImage:
    """Decode, turn upright, bring to sRGB and to size.

    Raises:
        UnusableImage: damaged, too small or large, of another format, grey, or a result of
            `colorize`.
    """
    image = open_image(io.BytesIO(data))
    if is_own_result(image):
        raise UnusableImage(OWN_RESULT)
    header = header_of(image)
    if min(header.width, header.height) < MIN_SIDE:
        size = f"{header.width}x{header.height}"
        raise UnusableImage(f"too small: {size}, shorter side below {MIN_SIDE}")
    if header.width * header.height > MAX_PIXELS:
        size = f"{header.width}x{header.height}"
        raise UnusableImage(f"too large: {size}, more than {MAX_PIXELS} pixels")
    decoded = decode(image, at_least=(recipe.height, recipe.width), max_pixels=MAX_PIXELS)
    pixels = fit(decoded, recipe.height, recipe.width, rule=recipe.resize)
    small = _small(pixels)  # what is measured is measured on it
    if reason := grey_reason(small, recipe.grey_residual):
        raise UnusableImage(reason)
    return PreparedImage(
        pixels,
        (header.height, header.width),
        mean_chroma(small),
        difference_hash(small),
        _area(small, THUMB_SIDE, THUMB_SIDE).tobytes(),
    )


def difference_hash(pixels: np.ndarray) -> int:
    """64 bits: whether each of 8×8 cells is darker than its right neighbour (dHash, N. Krawetz,
    "Kind of Like That", 2013), as a signed 64-bit number."""
    cells = _area(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), 8, 9).astype(np.int16)
    bits = np.packbits(cells[:, :-1] < cells[:, 1:])
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def encode_png(pixels: np.ndarray) -> bytes:
    """The image as PNG."""
    ok, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), _PNG)
    if not ok:
        raise ValueError("the image could not be encoded as PNG")
    return data.tobytes()


def decode_png(data: bytes) -> np.ndarray:
    """The image that `encode_png` was given."""
    return cv2.cvtColor(
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB
    )


def pixel_digest(pixels: np.ndarray) -> bytes:
    """SHA-256 of the pixels: equal for equal images, however they were stored."""
    return hashlib.sha256(np.ascontiguousarray(pixels)).digest()


def _small(pixels: np.ndarray) -> np.ndarray:
    """A copy of at most `GREY_SIDE` pixels on its longer side: that on which color is measured."""
    scale = min(1.0, GREY_SIDE / max(pixels.shape[:2]))
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    return _area(pixels, height, width)


def _area(image: np.ndarray, height: int, width: int) -> np.ndarray:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
