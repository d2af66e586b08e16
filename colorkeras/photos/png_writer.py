"""Photographs as PNG."""

from pathlib import Path
from typing import Any

from PIL import PngImagePlugin

from colorkeras.data.images.mark import save_options
from colorkeras.data.images.png import write_png
from colorkeras.photos.pages import Page


def write(path: Path, page: Page, facts: dict[str, Any] | None) -> None:
    """Write a page as PNG; see `write_photo`."""
    chunks = [(b"sRGB", b"\0")]
    if facts is not None:
        text: PngImagePlugin.PngInfo = save_options(".png", facts)["pnginfo"]
        chunks += [(chunk[0], chunk[1]) for chunk in text.chunks]
    size = {"channels": page.channels, "depth": page.depth}
    write_png(path, page.height, page.width, page.strips, chunks, **size)
