"""Which files are images by their name, and why some of those are not read.

Six formats are read, whatever their extension says. Files with the name of another kind of image,
and images without a usual extension, are never passed over in silence: they get a reason.
"""

import re
from pathlib import PurePosixPath

from colorkeras.data.images.formats import FORMAT_NAMES, content_kind


def _suffixes(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


EXTENSIONS = _suffixes("jpg jpeg jpe jfif jfi jif pjpeg pjp mpo png apng webp bmp dib gif tif tiff")
_RAW = _suffixes(
    "3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 "
    "srf srw x3f"
)
FILMS = _suffixes("3gp avi m4v mkv mov mp4 mpeg mpg mts webm wmv")
_OTHERS = _suffixes(
    "ai avif cdr dds djvu emf eps exr fits hdr heic heif hif ico j2c j2k jp2 jpf jpx jxl jxr kra "
    "pam pbm pcx pdf pfm pgm pic pict pnm ppm psb psd qoi sgi svg svgz tga wdp wmf xcf"
)
# What an extension that says what a file is looks like. A name such as photo.jpg_large, scan.001
# or IMG_0001 says nothing.
_USUAL_EXTENSION = re.compile(r"\.[a-z][a-z0-9]{0,5}")


def suffix_of(name: str) -> str:
    """The extension of a name in lower case, with dot; "" for none."""
    return PurePosixPath(name).suffix.lower()


def is_image_name(name: str) -> bool:
    """Whether a name is that of an image by its extension, read or not."""
    suffix = suffix_of(name)
    return suffix in EXTENSIONS or suffix in _RAW | FILMS | _OTHERS


def says_nothing(name: str) -> bool:
    """Whether only the content can tell what a file of this name is."""
    return not _USUAL_EXTENSION.fullmatch(suffix_of(name))


def refused_kind(name: str, start: bytes) -> str | None:
    """Why a file is not read, from its name and its first bytes.

    Args:
        name: of the file.
        start: its first 16 bytes, or fewer; only looked at where the name is not enough.

    Returns:
        "" for a file that is to be read, None for one that is no image, else the reason.
    """
    suffix = suffix_of(name)
    if suffix in EXTENSIONS:
        return ""
    kind, is_read = content_kind(start)
    if suffix in _RAW and kind in ("", "TIFF"):  # most raw files are TIFF inside
        return f"format not supported: {suffix} is a camera's raw data; develop it to TIFF or JPEG"
    if suffix in FILMS:
        return f"format not supported: {suffix} is a film; data_prep.frames makes images of it"
    if suffix not in _RAW | _OTHERS and not (kind and says_nothing(name)):
        return None
    if is_read:
        named = f"the name ends in {suffix}" if suffix else "the name has no extension"
        ending = f".{kind.lower()}".replace("jpeg", "jpg")
        return f"format not supported: {named}, but it is a {kind}; rename it to end in {ending}"
    return f"format not supported: {suffix or kind} is not one of {FORMAT_NAMES}"
