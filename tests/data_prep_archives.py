"""Pictures and archives that the tests of data_prep make."""

import io
import zipfile

import numpy as np
from PIL import Image


def pixels(seed, height=48, width=64):
    """A smooth, colorful (height, width, 3) uint8 picture; another one for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def encoded(seed, kind="PNG", **size):
    """Such a picture as the bytes of a file."""
    stream = io.BytesIO()
    Image.fromarray(pixels(seed, **size)).save(stream, kind)
    return stream.getvalue()


def write_zip(path, members, compression=zipfile.ZIP_STORED):
    """Write a zip archive of {name: bytes}; names are stored as they are."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path
