"""Write photographs with all that belongs to them, in one of four formats."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from colorkeras.data.images.formats import UnusableImage
from colorkeras.photos.formats.pages import FORMATS, QUALITY, Format, Page
from colorkeras.photos.metadata.fitting import fitting
from colorkeras.records.atomic import replacing

__all__ = ["FORMATS", "Format", "Page", "fitting", "write_photo"]


def write_photo(
    path: Path,
    form: str,
    pages: Iterable[Page],
    facts: dict[str, Any] | None,
    *,
    quality: int = QUALITY,
) -> None:
    """Write a photograph, complete or not at all.

    Args:
        path: of the file; an existing file is replaced.
        form: a key of `FORMATS`.
        pages: one, or more where the format takes several. Each is made, and its strips, when the
            one before is written. Of their metadata, what `fitting` leaves is written.
        facts: for the mark that the colors are a model's guess, see `mark.mark_lines`; None for no
            mark.
        quality: of JPEG, 1 to 100.

    Raises:
        UnusableImage: when a page is longer than the format allows.
        UserError: when the file cannot be written.
        ValueError: when the format cannot hold the depth, the alpha or the number of pages, or the
            strips have another shape, dtype or number of rows than the page.
    """
    with replacing(path) as temporary:
        fitted = _fitted(pages, form)
        if form == "tiff":
            from colorkeras.photos.formats import tiff

            tiff.write(temporary, fitted, facts)
            return
        page = next(fitted, None)
        if page is None:
            raise ValueError("no page was given")
        _write_page(temporary, form, page, facts, quality)
        if next(fitted, None) is not None:
            raise ValueError(f"{FORMATS[form].name} has one page only")


def _write_page(
    path: Path, form: str, page: Page, facts: dict[str, Any] | None, quality: int
) -> None:
    # Each format is loaded when it is needed: a batch mostly writes one.
    if form == "jpg":
        from colorkeras.photos.formats import jpeg

        jpeg.write(path, page, facts, quality)
    elif form == "webp":
        from colorkeras.photos.formats import webp

        webp.write(path, page, facts)
    else:
        from colorkeras.photos.formats import png

        png.write(path, page, facts)


def _fitted(pages: Iterable[Page], form: str) -> Iterator[Page]:
    """The pages with the metadata that the format can hold; one that it cannot hold is refused."""
    kind = FORMATS[form]
    for page in pages:
        if page.depth not in kind.depths or page.channels not in ((3, 4) if kind.alpha else (3,)):
            raise ValueError(f"{kind.name}: {page.channels} channels of {page.depth} bits")
        if max(page.height, page.width) > kind.longest:
            raise UnusableImage(f"longer than a {kind.name}'s {kind.longest} pixels; use png")
        yield replace(page, metadata=fitting(page.metadata, form))
