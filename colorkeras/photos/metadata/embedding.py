"""The metadata of a page as its file has them: with its size, its color space and the mark."""

from typing import Any

from colorkeras.data.images.color_meaning import SRGB_CURVE, SRGB_PRIMARIES
from colorkeras.data.images.icc import rgb_profile
from colorkeras.photos.formats.pages import Page
from colorkeras.photos.metadata import exif, xmp
from colorkeras.photos.metadata.tiff_store import stored
from colorkeras.photos.metadata.tiff_structure import Structure, read_structure


def srgb_profile() -> bytes:
    """The ICC profile of all results that have one."""
    profile = rgb_profile(SRGB_PRIMARIES, SRGB_CURVE, "sRGB")
    assert profile is not None  # these primaries are possible
    return profile


def structure_of(page: Page) -> Structure | None:
    """The page's Exif, with its size."""
    if page.metadata.exif is None:
        return None
    return exif.sized(read_structure(page.metadata.exif), page.width, page.height)


def exif_of(page: Page, is_jpeg: bool = False) -> bytes | None:
    """The page's Exif as a TIFF structure, with its size."""
    structure = structure_of(page)
    if structure is None:
        return None
    return stored(exif.in_ycbcr(structure) if is_jpeg else structure)


def xmp_of(page: Page, facts: dict[str, Any] | None) -> bytes | None:
    """The page's XMP, with the mark where there are facts."""
    return page.metadata.xmp if facts is None else xmp.marked(page.metadata.xmp, facts)
