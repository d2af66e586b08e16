"""Which files are images by their name, and why some of those are not read.

Six formats are read, whatever the extension says. A file named like another kind of image, or an
image without a usual extension, is never ignored silently: the user is told the reason.
"""

import re
from pathlib import PurePosixPath

from colorkeras.data.images.formats import FORMAT_NAMES, content_kind, usual_extension


def _suffixes(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


EXTENSIONS = _suffixes("jpg jpeg jpe jfif jfi jif pjpeg pjp mpo png apng webp bmp dib gif tif tiff")
_RAW = _suffixes(
    "3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 "
    "srf srw x3f"
)
FILMS = _suffixes("3gp avi dv flv m2ts m2v m4v mkv mov mp4 mpeg mpg mts mxf ogv vob webm wmv")
_OTHERS = _suffixes(
    "ai avif cdr dds djvu emf eps exr fits hdr heic heif hif ico j2c j2k jp2 jpf jpx jxl jxr kra "
    "pam pbm pcx pdf pfm pgm pic pict pnm ppm psb psd qoi sgi svg svgz tga wdp wmf xcf"
)
# The form of an extension that states a file type. The ends of names such as photo.jpg_large,
# scan.001 or IMG_0001 state none.
_USUAL_EXTENSION = re.compile(r"\.[a-z][a-z0-9]{0,5}")


def suffix_of(name: str) -> str:
    """The extension of a name in lower case, with dot; "" for none."""
    return PurePosixPath(name).suffix.lower()


def is_image_name(name: str) -> bool:
    """Whether the extension is that of an image or a film, whether it is read or not."""
    suffix = suffix_of(name)
    return suffix in EXTENSIONS or suffix in _RAW | FILMS | _OTHERS


def states_no_type(name: str) -> bool:
    """Whether only the content can show what a file of this name is."""
    return not _USUAL_EXTENSION.fullmatch(suffix_of(name))


def refused_kind(name: str, start: bytes) -> str | None:
    """Why a file is not read, from its name and its first bytes.

    Args:
        name: of the file.
        start: its first 16 bytes, or fewer; only used where the name does not decide.

    Returns:
        "" for a file to read, None for a file that is no image, else the reason.
    """
    suffix = suffix_of(name)
    if suffix in EXTENSIONS:
        return ""
    kind, is_read = content_kind(start)
    if suffix in _RAW and kind in ("", "TIFF"):  # most raw files are TIFF inside
        return f"format not supported: {suffix} is a camera's raw data; develop it to TIFF or JPEG"
    if suffix in FILMS:
        return (
            f"format not supported: {suffix} is a film; give its name to colorize, or make images "
            "of it with data_prep.frames"
        )
    if suffix not in _RAW | _OTHERS and not (kind and states_no_type(name)):
        return None
    if is_read:
        named = f"the name ends in {suffix}" if suffix else "the name has no extension"
        ending = usual_extension(kind)
        return f"format not supported: {named}, but it is a {kind}; rename it to end in {ending}"
    return f"format not supported: {suffix or kind} is not one of {FORMAT_NAMES}"
