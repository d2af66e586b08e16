"""A photograph as it lies in its file: pages at their own depth, opacity and metadata.

The 8-bit kinds are decoded as everywhere (`data.images.decode`); deeper ones by `deep_files`.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import ImageFile

from colorkeras.data.images.decode import (
    Upright,
    decoded,
    format_name,
    image_stream,
    opened,
)
from colorkeras.data.images.formats import (
    TIFF_SIGNATURES,
    UnusableImage,
    open_image,
    refuse_camera_raw,
)
from colorkeras.data.images.modes import rawmode_of
from colorkeras.data.images.tiff import MOST_PAGES, page_kinds
from colorkeras.photos.luminance import grey_of
from colorkeras.photos.metadata.metadata import Metadata, read_metadata, read_page_metadata
from colorkeras.photos.reading import DEFAULT, Reading, TableProfile

if TYPE_CHECKING:
    from colorkeras.photos.deep.samples import Deep

_LEVELS = np.arange(256, dtype=np.float32) / np.float32(255)


class PhotoPage:
    """One image of a photograph's file, upright.

    Attributes:
        height, width: in pixels.
        depth: 8 or 16 bits a sample.
        has_alpha: whether parts of it may be transparent.
        metadata: what it says beside its pixels.
        notes: what the user should be told.
    """

    def __init__(self, pixels: "Upright | Deep", metadata: Metadata, notes: list[str]) -> None:
        self._pixels, self.metadata = pixels, metadata
        if isinstance(pixels, Upright):
            (self.height, self.width, _), self.depth = pixels.shape, 8
            self.has_alpha, self.notes = pixels.has_alpha, notes
        else:
            self.height, self.width = pixels.samples.shape[:2]
            self.depth = 8 if pixels.samples.dtype.itemsize == 1 else 16
            self.has_alpha = pixels.alpha is not None
            self.notes = notes + pixels.notes

    @property
    def top(self) -> int:
        """The largest sample: 255 or 65535."""
        return 2**self.depth - 1

    def grey(self, top: int, bottom: int, quantity: str) -> np.ndarray:
        """Grey values of rows: (bottom - top, width) float32 in [0, 1]; see `luminance`."""
        return self.grey_and_alpha(top, bottom, quantity)[0]

    def grey_and_alpha(
        self, top: int, bottom: int, quantity: str
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Grey values and opacity of rows.

        Returns:
            grey: (bottom - top, width) float32 in [0, 1], also where the image is transparent.
            alpha: (bottom - top, width) uint8 or uint16 as of `depth`; None for an opaque image.
        """
        if not isinstance(self._pixels, Upright):
            opacity = self._pixels.opacity(top, bottom)
            if opacity is not None:
                dtype = np.uint8 if self.depth == 8 else np.uint16
                opacity = np.rint(opacity * self.top).astype(dtype)
            return self._pixels.grey(top, bottom, quantity), opacity
        colors, alpha = self._pixels.rows_and_alpha(top, bottom)
        return _LEVELS[colors] if colors.ndim == 2 else grey_of(colors, quantity), alpha

    def seen(self, top: int, bottom: int) -> np.ndarray:
        """Rows as a model sees them: as `shown`, of a grey image (bottom - top, width)."""
        if isinstance(self._pixels, Upright) and not self.has_alpha:
            return self._pixels.rows_and_alpha(top, bottom)[0]
        return self.shown(top, bottom)

    def shown(self, top: int, bottom: int) -> np.ndarray:
        """Rows as a viewer shows them: (bottom - top, width, 3) uint8 sRGB over white."""
        if isinstance(self._pixels, Upright):
            return self._pixels.rows(top, bottom)
        colors, opacity = self._pixels.colors(top, bottom), self._pixels.opacity(top, bottom)
        if colors.ndim == 2:
            colors = np.repeat(colors[..., np.newaxis], 3, axis=2)
        if opacity is not None:
            colors = 1 - (1 - colors) * opacity[..., np.newaxis]
        return np.rint(colors * 255).astype(np.uint8)


class Photo:
    """A photograph's file, whose header is known.

    Attributes:
        path: of the file.
        form: its format by its content: "JPEG", "PNG", "WEBP", "BMP", "GIF" or "TIFF".
        numbers: of the pages to color.
        pixels: of the largest page.
        is_lossless_webp: whether it is a WebP that was compressed without loss.
        notes: what the user should be told of the file as a whole.

    Raises:
        UnusableImage: when the file cannot be opened, or is none that can be read.
    """

    def __init__(self, path: Path, reading: Reading = DEFAULT) -> None:
        self.path, self._reading = path, reading
        self.notes: list[str] = []
        self._is_deep: list[bool] = [False]
        self.is_lossless_webp = False
        with image_stream(path) as stream:
            if stream.read(4) in TIFF_SIGNATURES:
                self.form, self.numbers = "TIFF", self._pages_of_tiff(stream)
                return
            image = open_image(stream)
            self.form, self.numbers = format_name(image), [0]
            self.pixels = image.width * image.height
            self.is_lossless_webp = self.form == "WEBP" and _is_lossless(stream)
            if getattr(image, "is_animated", False):
                self.notes.append("has several frames: the first is colored")

    def _pages_of_tiff(self, stream: BinaryIO) -> list[int]:
        stream.seek(0)
        refuse_camera_raw(stream)
        kinds = page_kinds(stream)
        if len(kinds) > MOST_PAGES:
            raise UnusableImage(f"more than {MOST_PAGES} pages")
        self._is_deep = [kind.is_deep for kind in kinds]
        self.pixels = max((kind.pixels for kind in kinds), default=0)
        numbers = [number for number, kind in enumerate(kinds) if not kind.is_preview]
        if not numbers:  # the first, or a reason
            open_image(stream)
            return [0]
        if previews := len(kinds) - len(numbers):
            self.notes.append(f"previews or masks left out: {previews}")
        return numbers

    def page(self, number: int) -> PhotoPage:
        """Decode one of the pages `numbers`.

        Raises:
            UnusableImage: when it cannot be read.
        """
        if self._is_deep[number]:
            return self._deep_page(number)
        with opened(self.path) as image:
            if self.form == "TIFF":
                image.seek(number)
            self._reading.check_pixels(*image.size)
            metadata = read_metadata(image)
            if not _is_deep_png(image):
                return PhotoPage(self._eight_bits(image), metadata, [])
            from colorkeras.photos.deep.png import read_deep_png

            try:
                return PhotoPage(read_deep_png(self.path, image, self._reading), metadata, [])
            except TableProfile as error:
                return PhotoPage(self._eight_bits(image), metadata, [error.note])

    def _deep_page(self, number: int) -> PhotoPage:
        from colorkeras.photos.deep.tiff import read_deep_page

        try:
            deep = read_deep_page(self.path, number, self._reading)
            if deep.scaled and self._has_full_page(number):
                deep = read_deep_page(self.path, number, replace(self._reading, full_range=True))
        except TableProfile as error:
            with opened(self.path) as image:
                image.seek(number)
                return PhotoPage(self._eight_bits(image), read_metadata(image), [error.note])
        with image_stream(self.path) as stream:
            metadata = read_page_metadata(stream, number, deep.samples.shape[:2])
        return PhotoPage(deep, metadata, [])

    def _has_full_page(self, number: int) -> bool:
        """Whether another page proves that the samples of this one use their range."""
        from colorkeras.photos.deep.tiff import read_deep_page

        for other in self.numbers:
            if other == number or not self._is_deep[other]:
                continue
            try:
                deep = read_deep_page(self.path, other, self._reading)
            except (UnusableImage, TableProfile):
                continue
            if not deep.scaled and deep.samples.dtype.kind == "u" and not deep.lightness:
                return True
        return False

    def _eight_bits(self, image: ImageFile.ImageFile) -> Upright:
        reading = self._reading
        return decoded(image, max_pixels=reading.max_pixels, max_bytes=reading.max_bytes)


def _is_deep_png(image: ImageFile.ImageFile) -> bool:
    return image.format == "PNG" and ";16" in rawmode_of(image)


def _is_lossless(stream: BinaryIO) -> bool:
    """Whether the image of a WebP is of its lossless kind: chunk "VP8L" (RFC 9649)."""
    stream.seek(12)
    while len(start := stream.read(8)) == 8:
        kind, size = struct.unpack("<4sI", start)
        if kind in (b"VP8 ", b"VP8L", b"ANMF"):
            return kind == b"VP8L"
        stream.seek(size + size % 2, os.SEEK_CUR)
    return False


class PhotoPages:
    """The pages of a photograph, decoded one at a time; the last one is kept.

    Args:
        photo: the photograph.
    """

    def __init__(self, photo: Photo) -> None:
        self.photo = photo
        self._last: tuple[int, PhotoPage] | None = None

    def page(self, number: int) -> PhotoPage:
        """The page of this number.

        Raises:
            UnusableImage: when it cannot be decoded.
        """
        if self._last is None or self._last[0] != number:
            self._last = None  # before the next is decoded
            self._last = number, self.photo.page(number)
        return self._last[1]

    def pages(self) -> Iterator[PhotoPage]:
        """Yield all pages that are to be colored."""
        for number in self.photo.numbers:
            yield self.page(number)
