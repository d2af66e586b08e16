"""Where each format that is read keeps its metadata."""

from dataclasses import dataclass, field
from typing import Any

from PIL import ImageFile

from colorkeras.photos.metadata import exif, iptc
from colorkeras.photos.metadata.png_texts import XMP_KEYWORD, read_texts
from colorkeras.photos.metadata.tiff_structure import (
    DamagedStructure,
    Structure,
    Value,
    read_structure,
)

_EXIF_PREFIX = b"Exif\0\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENSION_HEAD = len(_EXTENSION) + 32 + 4 + 4  # with a name, the size of all, an offset
_GIF_XMP, _GIF_XMP_END = b"XMP DataXMP", b"\x01\xff\xfe\xfd"
_MOST_BYTES = 2**24


@dataclass
class Found:
    """The metadata of a file as they are stored.

    Attributes:
        structure: Exif, or the tags of a TIFF's page.
        xmp: a packet.
        extension: of a JPEG's packet.
        iptc: records.
        texts: (keyword, text).
        lost: what cannot be read, and why.
    """

    structure: Structure | None = None
    xmp: bytes | None = None
    extension: bytes | None = None
    iptc: bytes | None = None
    texts: list[tuple[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def find(image: ImageFile.ImageFile, found: Found) -> None:
    """Fill `found` with the metadata of an image that is opened, not decoded.

    Raises:
        Exception: of nearly any kind, for hostile bytes; `found` has what was found before.
    """
    stream = image.fp
    if image.format in ("JPEG", "MPO"):
        _find_in_jpeg(image, found)
    elif image.format == "PNG" and stream is not None:
        _find_in_png(stream, found)
    elif image.format == "TIFF" and stream is not None:
        find_in_tiff(stream, image.tell(), found)
    elif image.format == "WEBP":
        found.xmp = image.info.get("xmp")
        _add_exif(image.info.get("exif"), found)
    elif image.format == "GIF" and stream is not None:
        _find_in_gif(stream, image.info, found)


def _add_exif(data: bytes | None, found: Found) -> None:
    if not data:
        return
    try:
        found.structure = read_structure(data.removeprefix(_EXIF_PREFIX))
    except DamagedStructure:
        found.lost.append("EXIF: damaged")


def _find_in_jpeg(image: Any, found: Found) -> None:
    segments: list[tuple[str, bytes]] = image.applist
    found.texts = [("Comment", _text(content)) for name, content in segments if name == "COM"]
    found.xmp = image.info.get("xmp")
    found.extension, is_whole = _extension(segments, found.xmp or b"")
    if not is_whole:
        found.lost.append("extended XMP: damaged")
    resources = [data for name, data in segments if name == "APP13" and data.startswith(_PHOTOSHOP)]
    found.iptc = iptc.of_photoshop(b"".join(data[len(_PHOTOSHOP) :] for data in resources))
    _add_exif(image.info.get("exif"), found)


def _extension(segments: list[tuple[str, bytes]], packet: bytes) -> tuple[bytes | None, bool]:
    """The extension that a packet names, and whether all its parts are in a JPEG."""
    parts, size = {}, 0
    for name, data in segments:
        if name == "APP1" and data.startswith(_EXTENSION):
            head, content = data[len(_EXTENSION) : _EXTENSION_HEAD], data[_EXTENSION_HEAD:]
            if head[:32] and head[:32] in packet:
                size = int.from_bytes(head[32:36], "big")
                parts[int.from_bytes(head[36:40], "big")] = content
    data = b"".join(content for _, content in sorted(parts.items()))
    return (data or None, True) if len(data) == size else (None, False)


def _find_in_png(stream: Any, found: Found) -> None:
    png = read_texts(stream)
    found.lost += png.lost
    packets = [text for keyword, text in png.texts if keyword == XMP_KEYWORD]
    found.texts = [text for text in png.texts if text[0] != XMP_KEYWORD]
    found.xmp = packets[0].encode() if packets else png.raw.get("xmp")
    resources = png.raw.get("iptc") or png.raw.get("8bim") or b""
    found.iptc = iptc.of_photoshop(resources) if resources[:4] == b"8BIM" else resources or None
    raw = png.raw.get("exif") or png.raw.get("APP1") or png.raw.get("app1") or b""
    _add_exif(png.exif or (raw if raw.startswith(_EXIF_PREFIX) else None), found)


def find_in_tiff(stream: Any, page: int, found: Found) -> None:
    """Fill `found` with the metadata of a page of a TIFF, as `find` does."""
    try:
        structure = read_structure(stream, page, exif.STRUCTURAL)
    except DamagedStructure:
        found.lost.append("tags of the page: damaged")
        return
    found.structure = structure
    xmp, records, resources = (
        value.data if isinstance(value := structure.tags.get(tag), Value) else None
        for tag in (exif.XMP, exif.IPTC, exif.PHOTOSHOP)
    )
    found.xmp = xmp
    found.iptc = records or iptc.of_photoshop(resources or b"")


def _find_in_gif(stream: Any, info: dict[Any, Any], found: Found) -> None:
    if comment := info.get("comment"):
        found.texts = [("Comment", _text(comment))]
    name, offset = info.get("extension", (b"", 0))
    if name == _GIF_XMP:
        stream.seek(offset)
        packet, end, _ = stream.read(_MOST_BYTES).partition(_GIF_XMP_END)
        found.xmp = packet if end else None


def _text(data: bytes) -> str:
    """The text of a comment, whose encoding is not stated."""
    data = data.rstrip(b"\0")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
