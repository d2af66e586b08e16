"""Check the folder that a model is to be exported to, before long work."""

import json
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.inference.export.formats import FORMATS, METADATA, USAGE
from colorkeras.records.atomic import check_folder_writable

_OURS = {METADATA, USAGE, *(known.file for known in FORMATS.values())}
_ENDINGS = (".keras", ".onnx", ".tflite", ".h5", ".pb", ".zip")


def check_place(out: Path, overwrite: bool) -> None:
    """Check that the folder can be made, or replaced.

    Args:
        out: the folder.
        overwrite: whether an earlier export may be replaced.

    Raises:
        UserError: when it is there and may not be replaced, when it holds anything but an export,
            looks like the name of a file, or when the folder around it is missing or cannot be
            written.
    """
    if out.suffix in _ENDINGS and not out.is_dir():
        raise UserError(
            f"--out: received {out}, expected a folder, which gets the model, {METADATA} and "
            f"{USAGE}. Leave out {out.suffix}."
        )
    if out.exists() and not out.is_dir():
        raise UserError(f"--out: {out} is a file; expected a folder.")
    if out.is_dir():
        _check_replaced(out, overwrite)
    if not out.resolve().parent.is_dir():
        raise UserError(f"--out: {out.parent}: no such folder. Make it first.")
    check_folder_writable(out.resolve().parent)


def _check_replaced(out: Path, overwrite: bool) -> None:
    if not overwrite:
        raise UserError(f"--out: {out} already exists. Name another folder, or add --overwrite.")
    foreign = sorted(
        path.name
        for path in out.iterdir()
        if path.name not in _OURS and not path.name.endswith(".LICENSE.txt")
    )
    if foreign or not _is_export(out / METADATA):
        what = f"has {foreign[0]}, which no export writes" if foreign else "is not an export"
        raise UserError(
            f"--out: {out} {what}: --overwrite replaces earlier exports only. Name another folder."
        )


def _is_export(path: Path) -> bool:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "exported_as" in found
