"""The photographs of a folder that a benchmark measures, and the model that colors them."""

from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.console.errors import UserError
from colorkeras.data.folders.walk import walk_images
from colorkeras.devices import backend
from colorkeras.records.atomic import check_writable

if TYPE_CHECKING:
    from colorkeras.inference.colorizer import Colorizer


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


def colorizer_of(given: str | None) -> tuple[str, "Colorizer"]:
    """Open a model: what to call it in a table, and its colorizer.

    Args:
        given: a model's file, or the name of a published one; None for the default.

    Raises:
        UserError: when there is no such model, or its file is refused.
    """
    from colorkeras.inference.published_models import choose_model

    chosen = choose_model(given)
    backend.set_up_inference()
    from colorkeras.inference.colorizer import Colorizer
    from colorkeras.inference.saved_model import load_model

    return chosen.label, Colorizer(load_model(chosen.file))
