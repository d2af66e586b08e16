"""What a photograph says beside its pixels, so that its result can say it too."""

import math
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from PIL import ImageFile

from colorkeras.data.images.decode import upright_size
from colorkeras.data.images.mark import is_mark
from colorkeras.photos.metadata import exif, iptc, xmp
from colorkeras.photos.metadata.found import Found, find, find_in_tiff
from colorkeras.photos.metadata.tiff_store import stored
from colorkeras.photos.metadata.xmp_packet import DamagedPacket

_MOST_DPI = 400_000  # more is no resolution of a photograph


@dataclass(frozen=True)
class Metadata:
    """What a photograph says beside its pixels, as a result may say it.

    What would contradict the upright sRGB pixels of a result is taken out.

    Attributes:
        exif: a TIFF structure, as in the eXIf chunk of PNG: without "Exif" and two zeros before
            it. Of a TIFF also the other tags that describe the page (DocumentName, PageName, …).
        xmp: a packet in UTF-8.
        iptc: IIM records, as in tag 33723 of TIFF.
        dpi: pixels per inch (across, down) of the upright image.
        texts: (keyword, text) of PNG's text chunks; comments of JPEG and GIF as "Comment".
        lost: what was dropped and why, in a few words each: "EXIF: damaged".
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()


def read_metadata(image: ImageFile.ImageFile) -> Metadata:
    """Read the metadata of an image; what cannot be read is named in `lost`, and never raises.

    Args:
        image: opened by `open_image`, not decoded. Of a TIFF, the current page is read.
    """
    found = _found(image)
    return _metadata(found, upright_size(image), _stated_dpi(image))


def read_page_metadata(stream: BinaryIO, number: int, size: tuple[int, int]) -> Metadata:
    """Read the metadata of a page of a TIFF, also of one that Pillow cannot open.

    Args:
        stream: the file; left anywhere.
        number: of the page, from 0.
        size: (height, width) of the upright page.
    """
    found = Found()
    try:
        find_in_tiff(stream, number, found)
    except Exception:  # hostile metadata, but the image may be undamaged
        found.lost.append("metadata that are damaged")
    return _metadata(found, size, None)


def _metadata(found: Found, size: tuple[int, int], stated: Any) -> Metadata:
    """What a result may say of what was found; `stated` is a resolution outside of Exif."""
    structure, turned = found.structure, 1
    if structure is not None:
        turned = exif.orientation(structure)
        if not structure.is_whole:
            found.lost.append("EXIF: some values, which are damaged")
        if exif.states_layout(structure):
            found.structure = exif.without_description(structure)
            found.lost.append("the description, which states the layout of the original's arrays")
    return Metadata(
        exif=_exif(size, found, turned),
        xmp=_xmp(found, turned),
        iptc=_iptc(found),
        dpi=_dpi(stated, found, turned),
        texts=tuple(text for text in found.texts if not is_mark(text[1])),
        lost=tuple(found.lost),
    )


def copy_times(source: str | Path, result: str | Path) -> None:
    """Give a result the times of last access and change of its original.

    Raises:
        OSError: when one of the files is missing or its times cannot be set.
    """
    times = os.stat(source)
    os.utime(result, ns=(times.st_atime_ns, times.st_mtime_ns))


def _stated_dpi(image: ImageFile.ImageFile) -> Any:
    """The resolution that a file states outside of Exif and tags, in pixels per inch; or None.

    Pillow's own number for a JPEG may come from Exif, where it has one direction only.
    """
    if image.format in ("JPEG", "MPO"):
        per_unit = {1: 1.0, 2: 2.54}.get(image.info.get("jfif_unit", 0))
        density = image.info.get("jfif_density", (0, 0))
        return tuple(per_unit * value for value in density) if per_unit else None
    return image.info.get("dpi") if image.format in ("PNG", "BMP") else None


def _found(image: ImageFile.ImageFile) -> Found:
    """The metadata as they are stored; the stream is left where it was."""
    found, stream = Found(), image.fp
    before = stream.tell() if stream is not None else 0
    try:
        find(image, found)
    except Exception:  # hostile metadata, but the image may be undamaged
        found.lost.append("metadata that are damaged")
    finally:
        if stream is not None:
            stream.seek(before)
    return found


def _exif(size: tuple[int, int], found: Found, turned: int) -> bytes | None:
    if found.structure is None:
        return None
    height, width = size
    structure = exif.sized(exif.cleaned(found.structure, turned), width, height)
    return stored(structure) if structure.tags else None


def _xmp(found: Found, turned: int) -> bytes | None:
    if not found.xmp or not found.xmp.strip(b"\0 \t\r\n"):
        return None
    try:
        packet = found.xmp
        if found.extension:
            try:
                packet = xmp.joined(packet, found.extension)
            except DamagedPacket:
                found.lost.append("extended XMP: damaged")
        packet, lost = xmp.cleaned(packet, turned)
        found.lost += lost
        return packet
    except DamagedPacket:
        found.lost.append("XMP: damaged")
        return None


def _iptc(found: Found) -> bytes | None:
    if not found.iptc:
        return None
    records, is_whole = iptc.records(found.iptc)
    if not is_whole:
        found.lost.append("IPTC: damaged" if not records else "IPTC: its end, which is damaged")
    return records or None


def _dpi(outside: Any, found: Found, turned: int) -> tuple[float, float] | None:
    stated = exif.dpi(found.structure) if found.structure else None
    if outside:
        with suppress(TypeError, ValueError, ZeroDivisionError):
            across, down = outside
            stated = float(across), float(down)
    if not stated or not all(math.isfinite(x) and 0 < x < _MOST_DPI for x in stated):
        return None
    return (stated[1], stated[0]) if turned >= 5 else stated
