"""The images of one picture, made alike in all but their colors, and files that tell nothing.

A rater must not tell an image by its size, its sharpness, or the traces of a lossy format; a look
at the file must tell nothing either.
"""

import io
import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, JpegImagePlugin

from colorkeras.console.errors import UserError
from colorkeras.data.images.decode import opened, read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.report.sample_grid import save_png

_SAME_SHAPE = 0.01  # of the ratio of the sides
# What a lossy file without JPEG's tables is coded like: the example tables of the standard
# (ITU-T T.81, annex K), which are quality 50 of libjpeg.
_UNKNOWN_QUALITY = 50
_COARSEST_SAMPLING = 2  # Pillow's number for 4:2:0


def read(path: Path) -> np.ndarray:
    """Decode an image: (height, width, 3) uint8 sRGB, upright.

    Raises:
        UserError: when it cannot be decoded.
    """
    try:
        return read_rgb(path)
    except UnusableImage as error:
        raise UserError(
            f"{path}: cannot be used: {error}. Replace the file, or take the picture out."
        ) from error


def made_alike(files: dict[str, Path], longest: int) -> dict[str, np.ndarray]:
    """Decode the images of one picture at one size, with equal traces of lossy formats.

    Args:
        files: path by what is shown; all are versions of one picture.
        longest: larger images are reduced until their longer side has so many pixels.

    Returns:
        By what is shown (height, width, 3) uint8 sRGB, all of one size. Where one of the files is
        lossy, all of them pass through JPEG with the coarsest coding found among them.

    Raises:
        UserError: when an image cannot be decoded, or has another shape than the others.
    """
    images = {key: read(path) for key, path in files.items()}
    height, width = _common_size(images, files, longest)
    images = {key: _reduced(image, height, width) for key, image in images.items()}
    coding = _coarsest(files.values())
    if coding is not None:
        images = {key: _through_jpeg(image, *coding) for key, image in images.items()}
    return images


def save_neutral(path: Path, image: np.ndarray) -> None:
    """Write an image as a PNG that holds its pixels only.

    It is not compressed and has no date of its own: neither the length nor the order of the files
    tells one version of a picture from another.
    """
    save_png(path, image, format="PNG", compress_level=0)
    os.utime(path, (0, 0))


def _common_size(
    images: dict[str, np.ndarray], files: dict[str, Path], longest: int
) -> tuple[int, int]:
    """(height, width) of the smallest, or less where that is larger than `longest`."""
    height, width = min((image.shape[:2] for image in images.values()), key=lambda s: s[0] * s[1])
    for key, image in images.items():
        tall, wide = image.shape[:2]
        if abs(tall * width / (wide * height) - 1) > _SAME_SHAPE:
            other = next(files[k] for k, i in images.items() if i.shape[:2] == (height, width))
            raise UserError(
                f"{files[key]}: is {wide}×{tall} pixels, but {other} is {width}×{height}; "
                "expected images of one shape, as versions of one picture are."
            )
    factor = min(1.0, longest / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))


def _reduced(image: np.ndarray, height: int, width: int) -> np.ndarray:
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))


def _coarsest(paths: Iterable[Path]) -> tuple[list[list[int]], int] | None:
    """The coarsest tables and sampling among files; None where all are lossless."""
    codings = [coding for coding in map(_coding, paths) if coding is not None]
    if not codings:
        return None
    tables = [np.max([coding[0][which] for coding in codings], axis=0) for which in (0, 1)]
    return [table.tolist() for table in tables], max(sampling for _, sampling in codings)


def _coding(path: Path) -> tuple[list[list[int]], int] | None:
    """JPEG's two tables and the sampling of chroma of a file; None where it is lossless."""
    with opened(path) as image:
        if image.format == "WEBP":  # may be lossless, but its header does not say so to Pillow
            return _of_quality(_UNKNOWN_QUALITY)
        tables = getattr(image, "quantization", None)
        if not tables:
            return None
        first = list(tables[min(tables)])
        sampling = JpegImagePlugin.get_sampling(image)
        known = sampling if sampling in (0, 1, 2) else _COARSEST_SAMPLING
        return [first, list(tables.get(1, first))], known


def _of_quality(quality: int) -> tuple[list[list[int]], int]:
    with Image.open(_jpeg(np.zeros((8, 8, 3), np.uint8), quality=quality)) as image:
        tables = getattr(image, "quantization", {})
    return [list(tables[0]), list(tables[1])], _COARSEST_SAMPLING


def _through_jpeg(image: np.ndarray, tables: list[list[int]], sampling: int) -> np.ndarray:
    with Image.open(_jpeg(image, qtables=tables, subsampling=sampling)) as coded:
        return np.asarray(coded.convert("RGB"))


def _jpeg(image: np.ndarray, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    Image.fromarray(image).save(file, format="JPEG", **options)
    file.seek(0)
    return file
