"""Exif of a photograph → Exif that is true of its result: upright, sRGB, without a thumbnail.

Tags are those of TIFF 6.0 and of Exif 3.0 (CIPA DC-008-2023).
"""

import math
import struct
from dataclasses import replace

from colorkeras.photos.metadata.tiff_structure import (
    ASCII,
    EXIF,
    INTEROPERABILITY,
    LONG,
    LONG8,
    RATIONAL,
    SHORT,
    UNDEFINED,
    Directory,
    Structure,
    Value,
)

DESCRIPTION, SOFTWARE, ARTIST, COPYRIGHT, DOCUMENT_NAME = 270, 305, 315, 33432, 269
ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
XMP, IPTC, PHOTOSHOP = 700, 33723, 34377
USER_COMMENT = 37510
_COLOR_SPACE, _WIDTH, _HEIGHT, _COMPONENTS, _INDEX = 40961, 40962, 40963, 37121, 1
_SRGB, _INCH, _CENTIMETER = 1, 2, 3
_YCBCR_POSITIONING, _CENTERED = 531, 1
_PADDING = 59932  # Microsoft's
_LOOKED_AT = 4096  # bytes of a description; OME's begins with a comment
# Versions of Exif and of FlashPix.
_REQUIRED: Directory = {
    36864: Value(UNDEFINED, b"0232"),
    40960: Value(UNDEFINED, b"0100"),
}
# How a page is stored, and what its numbers mean. A result has values of its own.
STRUCTURAL = frozenset(
    [
        *range(254, 260), 262, 263, 264, 265, 266, 273, 277, 278, 279, 280, 281, 284,
        *range(288, 294), 297, 301, *range(317, 331), *range(332, 335), 336, *range(338, 348),
        351, *range(400, 406), *range(433, 436), *range(512, 522), *range(529, 533), 559,
        *range(32995, 32999), 34675, 34732, 37724, 42113, *range(50706, 50780), 50838, 50839,
    ]
)  # fmt: skip
_OF_ORIGINAL = frozenset([XMP, IPTC, PHOTOSHOP, _PADDING])  # XMP and IPTC are kept elsewhere
# Of the details: compressed bits a pixel, gamma, filling.
_CONTRADICTING = (_COMPONENTS, 37122, 42240, _PADDING)
# Coordinates in the photograph before it was turned: subject area, subject location.
_COORDINATES = (37396, 41492)
_SIZE_OF_ORIGINAL = (4097, 4098)  # of the interoperability directory


def orientation(structure: Structure) -> int:
    """The orientation that a structure states, 1 to 8; 1 where it states none."""
    value = structure.tags.get(ORIENTATION)
    if not isinstance(value, Value) or value.kind not in (SHORT, LONG):
        return 1
    code = "H" if value.kind == SHORT else "I"
    (number,) = struct.unpack_from(structure.order + code, value.data)
    return number if 1 <= number <= 8 else 1


def cleaned(structure: Structure, turned: int) -> Structure:
    """The structure without what would contradict a result.

    Args:
        structure: as read.
        turned: the orientation of the photograph.
    """
    main = _without(structure.tags, STRUCTURAL | _OF_ORIGINAL)
    if ORIENTATION in main:
        main[ORIENTATION] = _short(structure.order, 1)
    if turned >= 5 and X_RESOLUTION in main and Y_RESOLUTION in main:
        main[X_RESOLUTION], main[Y_RESOLUTION] = main[Y_RESOLUTION], main[X_RESOLUTION]
    details = main.get(EXIF)
    if isinstance(details, dict):
        details = _without(details, _CONTRADICTING + (_COORDINATES if turned > 1 else ()))
        details[_COLOR_SPACE] = _short(structure.order, _SRGB)
        interoperability = details.get(INTEROPERABILITY)
        if isinstance(interoperability, dict):
            interoperability = _without(interoperability, _SIZE_OF_ORIGINAL)
            if _INDEX in interoperability:
                interoperability[_INDEX] = Value(ASCII, b"R98\0")
            details[INTEROPERABILITY] = interoperability
        main[EXIF] = details
    return replace(structure, tags=main)


def _without(tags: Directory, dropped: frozenset[int] | tuple[int, ...]) -> Directory:
    """The other tags; 64-bit numbers are not of Exif."""
    return {
        tag: value
        for tag, value in tags.items()
        if tag not in dropped and not (isinstance(value, Value) and value.kind in (LONG8, 17))
    }


def states_layout(structure: Structure) -> bool:
    """Whether the description is one that programs write for themselves: of the arrays in a file.

    Those of tifffile, ImageJ and OME state shapes and channels that a result in color has not.
    """
    value = structure.tags.get(DESCRIPTION)
    text = value.data.lstrip()[:_LOOKED_AT] if isinstance(value, Value) else b""
    return text.startswith((b'{"shape":', b"ImageJ=")) or b"<OME " in text


def without_description(structure: Structure) -> Structure:
    """The structure without its description."""
    return replace(structure, tags=_without(structure.tags, (DESCRIPTION,)))


def sized(structure: Structure, width: int, height: int) -> Structure:
    """The structure of an image of that size; one without details stays as it is.

    What the standard asks of details is added where it is missing.
    """
    details = structure.tags.get(EXIF)
    if not isinstance(details, dict):
        return structure
    sides = {
        tag: Value(LONG, struct.pack(structure.order + "I", side))
        for tag, side in ((_WIDTH, width), (_HEIGHT, height))
    }
    color_space = {_COLOR_SPACE: _short(structure.order, _SRGB)}
    tags = structure.tags | {EXIF: _REQUIRED | color_space | details | sides}
    return replace(structure, tags=tags)


def in_ycbcr(structure: Structure) -> Structure:
    """The structure with what Exif states of a JPEG without subsampling."""
    tags = structure.tags | {_YCBCR_POSITIONING: _short(structure.order, _CENTERED)}
    details = tags.get(EXIF)
    if isinstance(details, dict):
        tags[EXIF] = details | {_COMPONENTS: Value(UNDEFINED, b"\1\2\3\0")}
    return replace(structure, tags=tags)


def dpi(structure: Structure) -> tuple[float, float] | None:
    """Pixels per inch across and down, where they are stated."""
    unit = _number(structure, RESOLUTION_UNIT, SHORT, "H") or _INCH
    scale = {_INCH: 1.0, _CENTIMETER: 2.54}.get(int(unit))
    across, down = (_number(structure, tag, RATIONAL, "II") for tag in (X_RESOLUTION, Y_RESOLUTION))
    return (across * scale, down * scale) if across and down and scale else None


def is_near(stated: tuple[float, float] | None, dpi: tuple[float, float]) -> bool:
    """Whether a stated resolution is this one, but for rounding."""
    return stated is not None and all(
        math.isclose(one, other, rel_tol=1e-3) for one, other in zip(stated, dpi, strict=True)
    )


def with_dpi(structure: Structure, dpi: tuple[float, float]) -> Structure:
    """The structure with other pixels per inch."""
    pairs = zip((X_RESOLUTION, Y_RESOLUTION), dpi, strict=True)
    tags: Directory = {tag: _ratio(structure.order, number) for tag, number in pairs}
    tags[RESOLUTION_UNIT] = _short(structure.order, _INCH)
    return replace(structure, tags=structure.tags | tags)


def _ratio(order: str, number: float) -> Value:
    return Value(RATIONAL, struct.pack(order + "II", round(number * 10_000), 10_000))


def _number(structure: Structure, tag: int, kind: int, code: str) -> float | None:
    value = structure.tags.get(tag)
    if not isinstance(value, Value) or value.kind != kind:
        return None
    numbers = struct.unpack_from(structure.order + code, value.data)
    if len(numbers) == 1:
        return float(numbers[0])
    return numbers[0] / numbers[1] if numbers[1] else None


def _short(order: str, number: int) -> Value:
    return Value(SHORT, struct.pack(order + "H", number))
