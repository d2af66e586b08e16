"""Export a model: convert it, compare, and write it with its metadata and its program."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.inference.export.compare import largest_difference, limit_of
from colorkeras.inference.export.convert import convert
from colorkeras.inference.export.formats import METADATA, USAGE, Format
from colorkeras.inference.export.metadata import Origin, describe
from colorkeras.inference.export.refusals import failed
from colorkeras.inference.export.usage import usage_code
from colorkeras.inference.saved_model import SavedModel
from colorkeras.records.atomic import write_json, write_text
from colorkeras.records.atomic_folder import new_folder


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        sizes: bytes by name of the file, or of the folder of a SavedModel, in the folder.
        difference: largest absolute difference of normalised chroma from the model itself.
        limit: the largest that is allowed.
    """

    sizes: dict[str, int]
    difference: float
    limit: float


def export(saved: SavedModel, to: Format, out: Path, origin: Origin, label: str) -> Exported:
    """Write a model in a format, with `metadata.json` and `usage.py`: all of it, or nothing.

    Args:
        saved: the model.
        to: the format.
        out: the folder to make; one that is there is replaced.
        origin: where the model comes from.
        label: what to call the model in messages.

    Returns:
        What was written.

    Raises:
        UserError: when the format cannot express the model, the exported model computes something
            else, or the folder cannot be written. Nothing is left then, and `out` is as before.
    """
    with new_folder(out) as folder:
        convert(saved.model, to, folder / to.file, label)
        difference = _compared(saved, to, folder / to.file, label)
        write_json(folder / METADATA, describe(saved, to, origin, difference))
        size = (saved.metadata["height"], saved.metadata["width"])
        write_text(folder / USAGE, usage_code(to, size, saved.space, saved.noise))
        for text in origin.licence_files():
            shutil.copyfile(text, folder / text.name)
        sizes = {path.name: _bytes(path) for path in sorted(folder.iterdir())}
    return Exported(sizes, difference, limit_of(saved.space))


def _compared(saved: SavedModel, to: Format, path: Path, label: str) -> float:
    """The largest difference, where it is allowed; a runtime may raise anything."""
    try:
        difference, limit = largest_difference(saved, to, path), limit_of(saved.space)
    except (OSError, MemoryError):
        raise
    except Exception as error:
        raise failed(error, to, label, "run") from error
    if not difference <= limit:  # NaN too
        raise UserError(
            f"{label}: as {to.title} it computes something else: its normalised chroma differs by "
            f"up to {difference:.1e} on fixed images, and at most {limit:.1e} is allowed. Nothing "
            "was written. Choose another --format."
        )
    return difference


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    names = ((folder, name) for folder, _, files in os.walk(path) for name in files)
    return sum(os.path.getsize(os.path.join(*place)) for place in names)
