"""The photographs of a folder that a benchmark measures."""

from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.data.folders.walk import walk_images
from colorkeras.records.atomic import check_writable


def photographs_in(folder: Path, out: str | None) -> list[str]:
    """The names of the images in a folder, once the table can be written.

    Args:
        folder: of color photographs.
        out: file of the table; None for none.

    Raises:
        UserError: when there is no image, or the table cannot be written.
    """
    names = walk_images(folder).names
    if not names:
        raise UserError(f"{folder}: no images here; expected a folder of color photographs.")
    if out:
        check_writable(out)
    return names
