"""Photographs as PNG: metadata stand in chunks before the pixels."""

import struct
from pathlib import Path
from typing import Any

from colorkeras.data.images.mark import save_options
from colorkeras.data.images.png import write_png
from colorkeras.photos.formats.pages import Page
from colorkeras.photos.metadata.embedding import exif_of, xmp_of
from colorkeras.photos.metadata.iptc import as_photoshop
from colorkeras.photos.metadata.png_texts import raw_profile, text_chunk, xmp_chunk

_INCHES_PER_METER = 1 / 0.0254
_PERCEPTUAL, _METER = 0, 1  # PNG standard, 11.3.2.5 and 11.3.4.3
_MOST = 2**31 - 1


def write(path: Path, page: Page, facts: dict[str, Any] | None) -> None:
    """Write a page; see `write_photo`."""
    size = {"channels": page.channels, "depth": page.depth}
    write_png(path, page.height, page.width, page.strips, _chunks(page, facts), **size)


def _chunks(page: Page, facts: dict[str, Any] | None) -> list[tuple[bytes, bytes]]:
    metadata, chunks = page.metadata, [(b"sRGB", bytes([_PERCEPTUAL]))]
    if metadata.dpi:
        density = [min(_MOST, max(1, round(dpi * _INCHES_PER_METER))) for dpi in metadata.dpi]
        chunks.append((b"pHYs", struct.pack(">IIB", *density, _METER)))
    chunks += [text_chunk(keyword, text) for keyword, text in metadata.texts]
    if metadata.iptc:
        chunks.append(text_chunk(*raw_profile("iptc", as_photoshop(metadata.iptc))))
    if (xmp := xmp_of(page, facts)) is not None:
        chunks.append(xmp_chunk(xmp))
    if facts is not None:
        chunks += [(kind, text) for kind, text, *_ in save_options(".png", facts)["pnginfo"].chunks]
    if (exif := exif_of(page)) is not None:
        chunks.append((b"eXIf", exif))
    return chunks
