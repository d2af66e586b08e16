"""Read a PNG of 16 bits."""

from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFile

from colorkeras.data.images import color_meaning, modes
from colorkeras.data.images.decode import exif_orientation
from colorkeras.data.images.formats import UnusableImage, hidden_damage
from colorkeras.photos.deep.samples import Deep, made_deep, rgb_order, split_alpha
from colorkeras.photos.reading import Reading

_BYTES = 8  # a pixel, at most


def read_deep_png(path: Path, image: ImageFile.ImageFile, reading: Reading) -> Deep:
    """Read a PNG of 16 bits.

    Args:
        path: of the file.
        image: opened from it, not decoded.
        reading: the limits.

    Raises:
        TableProfile: when its color profile is made of tables.
        UnusableImage: when it is damaged or too large.
    """
    if reason := modes.refusal(image):
        raise UnusableImage(f"PNG with {reason}")
    reading.check_bytes("16-bit PNG", *image.size, _BYTES * image.width * image.height)
    if reason := hidden_damage(image):
        raise UnusableImage(f"damaged ({reason})")
    profiles, orientation = tuple(color_meaning.profiles(image)), exif_orientation(image)
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16:
        raise UnusableImage("damaged or unsupported kind of PNG")
    samples, alpha = split_alpha(rgb_order(pixels), 3 if pixels.ndim == 3 else 1)
    if samples.ndim == 3 and _is_grey(samples):
        samples = samples[..., 0]
    key = image.info.get("transparency")
    if alpha is None and isinstance(key, int):  # OpenCV leaves a transparent level of grey out
        alpha = np.where(samples == key, 0, np.iinfo(np.uint16).max).astype(np.uint16)
    return made_deep(samples, alpha, profiles, orientation, reading.full_range)


def _is_grey(samples: np.ndarray) -> bool:
    return bool(
        (samples[..., 0] == samples[..., 1]).all() and (samples[..., 1] == samples[..., 2]).all()
    )
