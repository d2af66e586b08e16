"""Photographs as lossless WebP."""

from pathlib import Path
from typing import Any

from PIL import Image

from colorkeras.photos.formats.pages import Page
from colorkeras.photos.formats.strips import whole
from colorkeras.photos.metadata.embedding import exif_of, srgb_profile, xmp_of

# Of the encoder, 0 to 6 and 0 to 100: measured, see docs/metadata.md.
_METHOD, _EFFORT = 0, 20


def write(path: Path, page: Page, facts: dict[str, Any] | None) -> None:
    """Write a page; see `write_photo`."""
    Image.fromarray(whole(page)).save(
        path,
        "WEBP",
        lossless=True,
        exact=True,  # keeps the colors of transparent pixels
        method=_METHOD,
        quality=_EFFORT,
        icc_profile=srgb_profile(),
        exif=exif_of(page) or b"",
        xmp=xmp_of(page, facts) or b"",
    )
