"""TIFF files: which page is the image, what is camera raw, how samples are stored, what is missing.

Pillow opens the first page even where it is a preview, leaves missing strips black, and reads
samples that are stored plane by plane as bytes.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from PIL import Image, ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from colorkeras.data.images.jpeg import jpeg_damage

# Tags: TIFF 6.0 and its Supplement 1 (SubIFDs), DNG 1.7 (the last one).
_NEW_SUBFILE_TYPE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 259, 262
_BITS, _FILL_ORDER, _SAMPLE_FORMAT = 258, 266, 339
_SAMPLES, _ROWS, _PLANES, _TILE_WIDTH, _TILE_HEIGHT = 277, 278, 284, 322, 323
_STRIPS, _TILES, _SUB_DIRECTORIES, _JPEG_TABLES = (273, 279), (324, 325), 330, 347
_DNG_VERSION = 50706
_REDUCED_OR_MASK = 1 | 4  # bits of NewSubfileType
_LAB_KINDS = (8, 9)  # CIELAB and ICC's; photometric interpretations
_SENSOR_DATA = (32803, 34892)  # color filter array, linear raw
_UNCOMPRESSED, _JPEG = 1, 7
_SIGNED, _FLOATING = 2, (3, 6)  # sample formats; 6 is complex
_IN_PLANES = 2  # a planar configuration
# By bits and photometric interpretation (black is zero, RGB, palette, CMYK): readable planes.
_READABLE_PLANES = {
    (1, 1): frozenset("1"),
    (8, 1): frozenset("L"),
    (8, 2): frozenset("RGBA"),
    (16, 2): frozenset("RGBA"),
    (8, 3): frozenset("P"),
    (8, 5): frozenset("CMYK"),
}
_TWO_BANDS = ("LA", "La", "PA")  # Pillow reads their second plane from libtiff as a color
FLOATS = "floating-point samples, which have no fixed white"
INTEGERS = "32-bit or signed integer samples, which have no fixed white"
_WANTED = (
    _NEW_SUBFILE_TYPE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _SUB_DIRECTORIES, _DNG_VERSION, _BITS,
    _SAMPLE_FORMAT,
)  # fmt: skip
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
# At most this many are read: they are enough to show the kind of a file.
_MOST_DIRECTORIES, _MOST_SUB_DIRECTORIES, _MOST_TAGS = 64, 16, 4096

MOST_PAGES = 10_000  # of a photograph's file

_Directory = dict[int, tuple[int, ...]]  # the values of its tags


def tags_of(image: Image.Image) -> Mapping[int, Any]:
    """The tags of the open page of a TIFF; none for an image of another format."""
    return image.tag_v2 if isinstance(image, TiffImageFile) else {}


def is_camera_raw(stream: IO[bytes]) -> bool:
    """Whether a file is a camera's raw data in the form of a TIFF (DNG, NEF, CR2, ARW, …).

    Args:
        stream: at the beginning of a file with the signature of a TIFF; left anywhere.
    """
    start = stream.read(16)
    if start[8:10] == b"CR":  # Canon's own mark: its sensor data look like a JPEG
        return True
    return any(
        _DNG_VERSION in found or _first(found, _PHOTOMETRIC) in _SENSOR_DATA
        for directory in _directories(stream)
        for found in (directory, *_sub_directories(stream, directory))
    )


def main_page(stream: IO[bytes]) -> int | None:
    """The number, from 0, of the first page that is neither a reduced copy of another nor a mask.

    Where all pages are marked so: 0, or None if a directory below them has the image.
    """
    has_more = False
    for page, directory in enumerate(_directories(stream)):
        if not _first(directory, _NEW_SUBFILE_TYPE) & _REDUCED_OR_MASK:
            return page
        has_more = has_more or _SUB_DIRECTORIES in directory
    return None if has_more else 0


@dataclass(frozen=True)
class PageKind:
    """What the directory of a page says.

    Attributes:
        is_preview: whether it is a reduced copy of another page, or a mask.
        is_deep: whether its samples have more than 8 bits, are floating-point, signed or CIELAB.
        pixels: width × height.
    """

    is_preview: bool
    is_deep: bool
    pixels: int


def page_kinds(stream: IO[bytes]) -> list[PageKind]:
    """What the pages of a TIFF are, in their order; at most `MOST_PAGES` + 1 of them.

    Args:
        stream: the file; left anywhere.
    """
    return [
        PageKind(
            bool(_first(found, _NEW_SUBFILE_TYPE) & _REDUCED_OR_MASK),
            max(found.get(_BITS, (1,)), default=1) > 8
            or any(kind in (_SIGNED, *_FLOATING) for kind in found.get(_SAMPLE_FORMAT, ()))
            or _first(found, _PHOTOMETRIC) in _LAB_KINDS,
            _first(found, _WIDTH) * _first(found, _HEIGHT),
        )
        for found in _directories(stream, MOST_PAGES + 1)
    ]


def tiff_damage(stream: IO[bytes], page: Mapping[int, Any]) -> str | None:
    """What is missing or damaged in one page and not reported by Pillow, or None.

    Args:
        stream: the file.
        page: the tags of the page.
    """
    offsets_tag, sizes_tag = _TILES if _TILES[0] in page else _STRIPS
    offsets, sizes = (_numbers(page, tag) for tag in (offsets_tag, sizes_tag))
    # Some writers state no sizes; decoders then read what they need, or report an error.
    states_sizes = any(sizes)
    if not states_sizes:
        if not all(_directories(stream)):
            return "truncated in a directory"
        sizes = (-1,) * len(offsets)
    kind = "tiles" if offsets_tag == _TILES[0] else "strips"
    needed = _parts(page)
    filled = sum(bool(offset and size) for offset, size in zip(offsets, sizes, strict=False))
    if filled < needed:
        return f"only {filled} of {needed} {kind}"
    if page.get(_COMPRESSION) != _JPEG:
        return None
    tables = bytes(page.get(_JPEG_TABLES, b""))[:-2] or b"\xff\xd8"  # without end of image
    for offset, size in zip(offsets, sizes, strict=False):
        stream.seek(offset + 2)  # without start of image
        if reason := jpeg_damage(tables + stream.read(max(0, size - 2) if states_sizes else -1)):
            return reason
    return None


def unknown_samples(stream: IO[bytes]) -> str | None:
    """The kind of samples of an image, where Pillow cannot read this kind; or None."""
    pages = list(_directories(stream))
    page = pages[main_page(stream) or 0] if pages else {}
    formats, bits = page.get(_SAMPLE_FORMAT, ()), page.get(_BITS, ())
    if set(formats) & set(_FLOATING):
        return FLOATS
    if _SIGNED in formats or 32 in bits:
        return INTEGERS
    odd = sorted(set(bits) - {1, 2, 4, 8, 16})
    return f"{odd[0]}-bit samples" if odd else None


def planes_refusal(image: ImageFile.ImageFile) -> str | None:
    """Why Pillow cannot read the samples of a TIFF that are stored plane by plane, or None."""
    page = tags_of(image)
    if page.get(_PLANES) != _IN_PLANES:
        return None
    if _is_read_by_plane(image):
        bits = _numbers(page, _BITS)
        bands = {tile.args[0] for tile in image.tile if tile.args}
        kind = (max(bits, default=1), page.get(_PHOTOMETRIC, 0))
        known = _READABLE_PLANES.get(kind, frozenset())
        readable = len(set(bits)) <= 1 and bands <= known and page.get(_FILL_ORDER, 1) == 1
    else:
        readable = image.mode not in _TWO_BANDS
    return (
        None if readable else "samples of this kind stored plane by plane (PlanarConfiguration 2)"
    )


def correct_planes(image: ImageFile.ImageFile) -> None:
    """Make Pillow read planes of 16-bit color as 16-bit samples, in a TIFF that is not refused."""
    if not isinstance(image, TiffImageFile) or not _is_read_by_plane(image):
        return
    if set(_numbers(image.tag_v2, _BITS)) != {16}:
        return
    order = ";16B" if image.tag_v2.prefix == b"MM" else ";16L"
    tiles: list[Any] = list(image.tile)
    image.tile = [tile._replace(args=(tile.args[0] + order, *tile.args[1:])) for tile in tiles]


def _is_read_by_plane(image: ImageFile.ImageFile) -> bool:
    """Whether Pillow itself reads the planes of a TIFF; libtiff reads compressed ones."""
    page = tags_of(image)
    in_planes = page.get(_PLANES) == _IN_PLANES
    return in_planes and page.get(_COMPRESSION, _UNCOMPRESSED) == _UNCOMPRESSED


def _parts(page: Mapping[int, Any]) -> int:
    """The number of strips or tiles that the page must have."""
    width, height = page[_WIDTH], page[_HEIGHT]
    planes = page.get(_SAMPLES, 1) if page.get(_PLANES) == _IN_PLANES else 1
    if _TILES[0] in page:
        across = math.ceil(width / page[_TILE_WIDTH])
        return planes * across * math.ceil(height / page[_TILE_HEIGHT])
    return planes * math.ceil(height / min(page.get(_ROWS, height) or height, height))


def _numbers(page: Mapping[int, Any], tag: int) -> tuple[int, ...]:
    value = page.get(tag, ())
    return value if isinstance(value, tuple) else (value,)


def _first(directory: _Directory, tag: int) -> int:
    return (directory.get(tag) or (0,))[0]


def _directories(stream: IO[bytes], most: int = _MOST_DIRECTORIES) -> Iterator[_Directory]:
    """The `_WANTED` tags of the first pages of a TIFF, as far as they can be read."""
    layout = _Layout.of(stream)
    offset, visited = layout.first, set[int]()
    while offset and offset not in visited and len(visited) < most:
        visited.add(offset)
        directory, offset = layout.read(stream, offset)
        yield directory


def _sub_directories(stream: IO[bytes], directory: _Directory) -> Iterator[_Directory]:
    layout = _Layout.of(stream)
    for offset in directory.get(_SUB_DIRECTORIES, ()):
        yield layout.read(stream, offset)[0]


@dataclass(frozen=True)
class _Layout:
    """How a TIFF stores its numbers, and where its first directory is."""

    order: str
    big: bool
    first: int

    @classmethod
    def of(cls, stream: IO[bytes]) -> "_Layout":
        stream.seek(0)
        start = stream.read(16).ljust(16, b"\0")
        order = "<" if start[:2] == b"II" else ">"
        big = b"+" in start[2:4]
        (first,) = (
            struct.unpack_from(order + "Q", start, 8)
            if big
            else struct.unpack_from(order + "I", start, 4)
        )
        return cls(order, big, first)

    def read(self, stream: IO[bytes], offset: int) -> tuple[_Directory, int]:
        """The wanted tags of the directory at `offset`, and the next page's offset, 0 for none.

        A truncated directory has no tags and no next page; Pillow refuses it.
        """
        try:
            return self._read(stream, offset)
        except (struct.error, OverflowError, OSError):
            return {}, 0

    def _read(self, stream: IO[bytes], offset: int) -> tuple[_Directory, int]:
        count_code, entry_code, next_code = ("Q", "HHQ8s", "Q") if self.big else ("H", "HHI4s", "I")
        stream.seek(offset)
        (count,) = self._unpack(stream, count_code)
        tags = {}
        for tag, kind, values, inline in [
            self._unpack(stream, entry_code) for _ in range(min(count, _MOST_TAGS))
        ]:
            if tag in _WANTED:
                tags[tag] = (kind, values, inline)
        (following,) = self._unpack(stream, next_code) if count <= _MOST_TAGS else (0,)
        return {tag: self._values(stream, *entry) for tag, entry in tags.items()}, following

    def _values(self, stream: IO[bytes], kind: int, count: int, inline: bytes) -> tuple[int, ...]:
        code = _INTEGERS.get(kind)
        if code is None:
            return ()
        count = min(count, _MOST_SUB_DIRECTORIES)
        size = struct.calcsize(f"={count}{code}")
        if size > len(inline):
            stream.seek(int.from_bytes(inline, "little" if self.order == "<" else "big"))
            inline = stream.read(size)
        return (
            struct.unpack_from(f"{self.order}{count}{code}", inline) if len(inline) >= size else ()
        )

    def _unpack(self, stream: IO[bytes], code: str) -> tuple[Any, ...]:
        code = self.order + code
        return struct.unpack(code, stream.read(struct.calcsize(code)))
