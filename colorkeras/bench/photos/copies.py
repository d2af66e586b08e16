"""Grey photographs of any size, made of one photograph: what `bench photos` colorizes."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.data.images.decode import fit, read_rgb, strips
from colorkeras.data.images.formats import UnusableImage
from colorkeras.photos.formats.pages import FORMATS

GRAIN = 5.0  # standard deviation in code values; a JPEG then has about 2 bits a pixel
QUALITY = 90


def read_grey(path: Path) -> np.ndarray:
    """The luma of an image file, (height, width) uint8.

    Raises:
        UserError: when it cannot be read.
    """
    try:
        return cv2.cvtColor(read_rgb(path), cv2.COLOR_RGB2GRAY)
    except UnusableImage as error:
        raise UserError(f"{path}: {error.reason}; expected a photograph.") from error


def write_copy(path: Path, grey: np.ndarray, megapixels: float, seed: int) -> None:
    """Write an image in another size, with grain, as a grey JPEG.

    Args:
        path: of the file.
        grey: (height, width) uint8.
        megapixels: of the copy, in millions of pixels; the proportions stay.
        seed: of the grain. Other seeds make other files.

    Raises:
        UserError: when a side would be longer than a JPEG allows.
    """
    scale = (megapixels * 1e6 / grey.size) ** 0.5
    height, width = (max(1, round(length * scale)) for length in grey.shape)
    if max(height, width) > FORMATS["jpg"].longest:
        raise UserError(
            f"{megapixels:g} megapixels of this image are {width}x{height}, and a JPEG has at most "
            f"{FORMATS['jpg'].longest} a side. Choose a less narrow image."
        )
    copy = fit(grey, height, width, rule="stretch")
    random = np.random.default_rng(seed)
    for top, bottom in strips(height, width):
        grain = random.standard_normal((bottom - top, width), np.float32) * np.float32(GRAIN)
        copy[top:bottom] = np.rint(np.clip(copy[top:bottom] + grain, 0, 255))
    Image.fromarray(copy).save(path, "JPEG", quality=QUALITY)
