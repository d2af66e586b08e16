"""Read pages of TIFF that Pillow reads at 8 bits or not at all.

tifffile reads all layouts of a page, but only some compressions; those that it lacks without the
extra `tiff` are read by OpenCV.
"""

import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile

from colorkeras.data.images.formats import UnusableImage
from colorkeras.photos.deep.samples import Deep, made_deep, rgb_order, split_alpha, upright
from colorkeras.photos.reading import Reading, TableProfile

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK, _CIELAB, _ICCLAB = 0, 1, 2, 5, 8, 9
_ASSOCIATED, _UNASSOCIATED = 1, 2  # kinds of TIFF's extra samples
_ICC_PROFILE, _ORIENTATION = 34675, 274
_ICCLAB_WHITE = 65280  # of 16-bit L* in ICC's encoding (TIFF technical note of 2002)
_MEMORY = "memmap"


def read_deep_page(path: Path, number: int, reading: Reading) -> Deep:
    """Read a page of a TIFF.

    Args:
        path: of the file.
        number: of the page, from 0.
        reading: the limits. Samples that are not compressed stay in the file.

    Raises:
        TableProfile: when its color profile is made of tables.
        UnusableImage: when it is damaged, too large, or of a kind that is not read.
    """
    try:
        with warnings.catch_warnings(), tifffile.TiffFile(path) as tiff:
            warnings.simplefilter("ignore")
            page: Any = tiff.pages[number]
            _check_kind(page)
            width, height = page.imagewidth, page.imagelength
            reading.check_pixels(width, height)
            if not page.is_memmappable:
                reading.check_bytes("TIFF", width, height, page.nbytes)
            return _meaning(page, _samples(path, page, number), reading.full_range)
    except (UnusableImage, TableProfile):
        raise
    except Exception as error:  # hostile bytes: a parser raises nearly anything
        text = " ".join(str(error).split()) or type(error).__name__
        raise UnusableImage(f"damaged ({text[:200]})") from error


def _check_kind(page: Any) -> None:
    kind, dtype = int(page.photometric), page.dtype
    if kind not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CIELAB, _ICCLAB):
        name = {_CMYK: "CMYK"}.get(kind, getattr(page.photometric, "name", kind))
        raise UnusableImage(
            f"TIFF with {page.bitspersample}-bit samples of {name}: save it with 8 bits, or as RGB"
        )
    if dtype is None or dtype.kind not in "uf" or (dtype.kind == "u" and dtype.itemsize > 4):
        raise UnusableImage(f"TIFF with samples of {page.bitspersample} bits, signed or complex")
    if page.imagedepth > 1:
        raise UnusableImage("TIFF with a volume")


def _samples(path: Path, page: Any, number: int) -> np.ndarray:
    """(height, width) or (height, width, samples), as stored."""
    try:
        array = page.asarray(out=_MEMORY) if page.is_memmappable else page.asarray()
    except (ValueError, KeyError) as error:
        if "imagecodecs" not in str(error):
            raise
        return _by_opencv(path, page, number)
    array = array.reshape(page.shape)
    return np.moveaxis(array, 0, -1) if page.axes == "SYX" else array


def _by_opencv(path: Path, page: Any, number: int) -> np.ndarray:
    is_known = int(page.photometric) in (_BLACK_IS_ZERO, _RGB) and page.samplesperpixel != 2
    found: Any = ()
    if is_known:
        _, found = cv2.imreadmulti(str(path), number, 1, flags=cv2.IMREAD_UNCHANGED)
    if not found or found[0].dtype != page.dtype:
        name = getattr(page.compression, "name", page.compression)
        raise UnusableImage(
            f"TIFF with {name} compression of {page.bitspersample}-bit samples; "
            "pip install 'colorkeras[tiff]' reads more kinds"
        )
    return rgb_order(found[0])


def _meaning(page: Any, array: np.ndarray, full_range: bool) -> Deep:
    kind = int(page.photometric)
    colors = 3 if kind in (_RGB, _CIELAB, _ICCLAB) else 1
    samples, alpha = split_alpha(array, colors)
    extra = [int(x) for x in page.extrasamples]
    if not extra or extra[0] not in (_ASSOCIATED, _UNASSOCIATED):
        alpha = None
    elif extra[0] == _ASSOCIATED and alpha is not None:
        samples = _unassociated(samples, alpha)
    orientation = _tag(page, _ORIENTATION)
    profile = _tag(page, _ICC_PROFILE)
    if kind in (_CIELAB, _ICCLAB):
        deep = Deep(upright(samples[..., 0], orientation), None, 1.0, lightness=True)
        top = float(np.iinfo(samples.dtype).max) if samples.dtype.kind == "u" else 100.0
        deep.white = float(_ICCLAB_WHITE) if (kind, top) == (_ICCLAB, 65535.0) else top
        deep.alpha = None if alpha is None else upright(alpha, orientation)
        return deep
    profiles = (profile, None) if isinstance(profile, bytes) else (None,)
    deep = made_deep(samples, alpha, profiles, orientation, full_range)
    deep.black_is_white = kind == _WHITE_IS_ZERO
    return deep


def _tag(page: Any, code: int) -> Any:
    with suppress(Exception):  # hostile metadata, but the image may be undamaged
        tag = page.tags.get(code)
        return None if tag is None else tag.value
    return None


def _unassociated(samples: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Samples that were multiplied by the opacity, without it."""
    top = np.iinfo(alpha.dtype).max if alpha.dtype.kind == "u" else 1.0
    share = np.maximum(alpha.astype(np.float64) / top, 1e-9)
    share = share if samples.ndim == 2 else share[..., np.newaxis]
    divided = np.minimum(samples / share, top)
    return (np.rint(divided) if alpha.dtype.kind == "u" else divided).astype(samples.dtype)
