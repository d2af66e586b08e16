"""The files of a contact sheet: which names they get, and that all are written or none."""

import re
from contextlib import ExitStack, suppress
from pathlib import Path

from PIL import Image

from colorkeras.data.images.decode import opened
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.mark import facts_of, save_options
from colorkeras.photos.sheets.html import GENERATOR, html_page
from colorkeras.photos.sheets.layout import layout_of
from colorkeras.photos.sheets.pages import render
from colorkeras.photos.sheets.previews import Previews, Shown
from colorkeras.records.atomic import replacing

PAGE_FACTS = {"sheet": "page"}  # in the mark of a page
_NAMES = ("sheet", "contact-sheet")
_NAME = re.compile(r"(contact-)?sheet(-\d+){0,2}\.(png|html)")
_START = 1000  # characters of a page in which its maker is named
_LEVEL = 3  # of zlib: a third of the default's time, for 5 % more bytes


def write_sheet(folder: Path, shown: list[Shown], previews: Previews) -> list[Path]:
    """Write all pages and the HTML page, then remove pages that an earlier sheet had more.

    Args:
        folder: of the results.
        shown: what to show, in order; at least one.
        previews: the small copies.

    Returns:
        The files.

    Raises:
        UserError: when they cannot be written.
    """
    layout = layout_of(shown)
    paths = _free_paths(folder, len(layout.pages))
    with ExitStack() as stack:
        temporary = [stack.enter_context(replacing(path)) for path in paths]
        for number, place in enumerate(temporary[:-1]):
            image = Image.fromarray(render(layout, number, previews.path))
            image.save(place, compress_level=_LEVEL, **save_options(".png", PAGE_FACTS))
        temporary[-1].write_text(html_page(shown), encoding="utf-8")
    _remove_others(folder, {path.name for path in paths})
    return paths


def _free_paths(folder: Path, pages: int) -> list[Path]:
    """Names that are free, or an earlier sheet's: a photograph may be called sheet too."""
    number = 1
    while True:
        for name in _NAMES:
            stem = folder / (name if number == 1 else f"{name}-{number}")
            paths = [*(_page(stem, k) for k in range(1, pages + 1)), Path(f"{stem}.html")]
            if all(_is_ours(path) for path in paths if path.is_symlink() or path.exists()):
                return paths
        number += 1


def _page(stem: Path, number: int) -> Path:
    return Path(f"{stem}.png" if number == 1 else f"{stem}-{number}.png")


def _is_ours(path: Path) -> bool:
    """Whether an existing file is of an earlier sheet."""
    try:
        if path.suffix == ".html":
            with open(path, encoding="utf-8") as file:
                return GENERATOR in file.read(_START)
        with opened(path) as image:
            return facts_of(image) == PAGE_FACTS
    except (OSError, ValueError, UnusableImage):
        return False


def _remove_others(folder: Path, kept: set[str]) -> None:
    """Remove what is left of an earlier sheet: more pages, or all of them under another name."""
    for path in folder.iterdir():
        if _NAME.fullmatch(path.name) and path.name not in kept and _is_ours(path):
            with suppress(OSError):
                path.unlink()
