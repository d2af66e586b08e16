"""The photographs of a folder that a benchmark measures, and the model that colors them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import csv_cell
from colorkeras.data.folders.walk import walk_images
from colorkeras.data.images.formats import UnusableImage
from colorkeras.devices import backend
from colorkeras.records.atomic import check_writable

if TYPE_CHECKING:
    from colorkeras.inference.colorizer import Colorizer

Found = TypeVar("Found")


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


def each_measured(
    folder: Path, names: list[str], measure: Callable[[Path], Found]
) -> Iterator[tuple[str, Found]]:
    """Measure photographs one after the other, with a progress bar.

    Args:
        folder: where they are.
        names: their names.
        measure: called with each file. A photograph for which it raises `UnusableImage` is left
            out, and the reason is printed.

    Yields:
        The name, as a cell of a CSV file, and what `measure` found.
    """
    with ProgressReport("measuring", len(names), unit="photograph") as progress:
        for done, name in enumerate(names, 1):
            try:
                found = measure(folder / name)
            except UnusableImage as error:
                progress.print(f"{name} is left out: {error.reason}")
                continue
            yield csv_cell(name), found
            progress.update(done, name)


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
