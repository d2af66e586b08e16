"""Models that the package brings along, found by name; nothing of Keras is loaded.

`colorkeras/published_models/` has three files for each, which `colorkeras publish` writes:
NAME.h5 (the model), NAME.json (its record: SHA-256, size, licence, data, metrics, origin) and
NAME.md (the model card). A file whose SHA-256 is not the recorded one is refused before it is
opened.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError, reason_of, suggest
from colorkeras.console.safe_text import printable

FOLDER = Path(__file__).parents[1] / "published_models"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
SUFFIXES = (".h5", ".json", ".md")  # of the files of one model
FORMAT = 1
RENDERED = "scenes:"  # what the data source of rendered images begins with
# What a record needs at least, and of which type.
_KEYS = {
    "title": str,
    "sha256": str,
    "bytes": int,
    "licence": str,
    "domain": str,
    "default": bool,
    "data": dict,
    "metrics": list,
}
_MEASURED = {"data": str, "images": int, "values": dict}  # each of the metrics
MODEL_FILES = (".h5", ".hdf5")
_SIGNATURE = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class PublishedModel:
    """A published model.

    Attributes:
        name: its name.
        folder: where its files are.
        record: the content of NAME.json.
    """

    name: str
    folder: Path
    record: dict[str, Any] = field(repr=False)

    @property
    def file(self) -> Path:
        """The model file."""
        return self.folder / f"{self.name}.h5"

    @property
    def card(self) -> str:
        """The text of the model card."""
        return _text_of(self.folder / f"{self.name}.md")

    @property
    def is_default(self) -> bool:
        """Whether it is used where no model is named."""
        return self.record["default"] is True

    def checked_file(self) -> Path:
        """The model file, once its SHA-256 is the recorded one.

        Raises:
            UserError: when it is missing or another.
        """
        try:
            found = hashlib.sha256(self.file.read_bytes()).hexdigest()
        except OSError as error:
            raise _damaged(self.file, f"cannot be read: {reason_of(error)}") from error
        if found != self.record["sha256"]:
            what = (
                f"has SHA-256 {found[:12]}…, and was published with {self.record['sha256'][:12]}…"
            )
            raise _damaged(self.file, what)
        return self.file


@dataclass(frozen=True)
class ChosenModel:
    """The model that a command uses: its file, and what to call it."""

    file: Path
    label: str


def published_models(folder: Path | None = None) -> list[PublishedModel]:
    """All published models, the default first, then by name.

    Args:
        folder: where they are; the package's own by default.

    Raises:
        UserError: when a record is damaged.
    """
    folder = folder or FOLDER
    found = [
        PublishedModel(path.stem, folder, _read_record(path))
        for path in sorted(folder.glob("*.json"))
    ]
    return sorted(found, key=lambda model: not model.is_default)


def published_model(name: str | None = None) -> PublishedModel:
    """The published model of that name; without one, the default.

    Raises:
        UserError: when there is none; the message has a suggestion and all names.
    """
    models = published_models()
    if not models:
        what = (
            "no model is"
            if name is None
            else f"{name}: no model of that name is published: none is"
        )
        raise UserError(
            f"{what} published with this version of colorkeras. Give the model.h5 of a finished "
            f"run; {program_name('colorkeras.run')} EXPERIMENT trains one."
        )
    if name is None:
        return models[0]
    for model in models:
        if model.name == name:
            return model
    names = [model.name for model in models]
    raise UserError(
        f"{name}: no published model of that name.{suggest(name.lower(), names)} Published: "
        f"{', '.join(names)}."
    )


def choose_model(model: str | Path | None) -> ChosenModel:
    """The model that is meant by a path or by a name; a name that a file has means that file.

    Args:
        model: path of a model file, name of a published model, or None for the default one.

    Raises:
        UserError: when there is no such file or model, or the published file was changed.
        TypeError: for another type.
    """
    if not isinstance(model, str | Path | None):
        raise TypeError(f"received {model!r:.40}, expected the path or the name of a model")
    if model == "":
        raise UserError("an empty name was given; expected a model file or a published model.")
    if model is not None and (_is_file(Path(model)) or str(model) not in _names()):
        if not _exists(Path(model)):
            raise UserError(_no_such_file(model))
        return ChosenModel(Path(model), str(model))
    chosen = published_model(None if model is None else str(model))
    digest = chosen.record["sha256"][:12]
    return ChosenModel(chosen.checked_file(), f"{chosen.name}, published, SHA-256 {digest}…")


def is_model(text: str) -> bool:
    """Whether an argument that may be a model or an image means a model.

    That is the name of an HDF5 file (it ends in .h5 or .hdf5, and no folder has it), a file that
    begins as HDF5 does, or the name of a published model that nothing in this folder has.
    """
    path = Path(text)
    if not _exists(path):
        return path.suffix.lower() in MODEL_FILES or text in _names()
    if not path.is_file():
        return False
    return path.suffix.lower() in MODEL_FILES or _begins_as_hdf5(path)


def is_rendered(data: object) -> bool:
    """Whether the data that a model or a run records are rendered scenes only."""
    source = data.get("source") if isinstance(data, dict) else None
    return isinstance(source, str) and source.startswith(RENDERED)


def domain_note(data: object) -> str:
    """What a user of photographs should know of the data that a model records; may be empty."""
    if not is_rendered(data):
        return ""
    fit = []
    with suppress(UserError):  # a damaged installation is told where a published model is asked for
        fit = [model for model in published_models() if not is_rendered(model.record["data"])]
    other = f"the published model {fit[0].name}" if fit else "one that was trained on photographs"
    return (
        "this model was trained on rendered scenes only: photographs are outside of what it knows. "
        f"Use {other}, or train on your own: {program_name('colorkeras.run')} EXPERIMENT --data "
        "FOLDER"
    )


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(_text_of(path))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"is not valid JSON: {error}") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise _damaged(path, f"is no record of format {FORMAT}")
    if not NAME.fullmatch(path.stem):
        raise _damaged(path, "is a record of a name that no published model can have")
    _check_types(path, record, _KEYS)
    for measured in record["metrics"]:
        _check_types(path, measured, _MEASURED)
        for values in measured["values"].values():
            _check_types(path, values, {"model": float | int})
    return record


def _check_types(path: Path, record: Any, types: Mapping[str, Any]) -> None:
    if not isinstance(record, dict):
        raise _damaged(path, f"has {record!r:.40} where a table belongs")
    missing = [key for key in types if key not in record]
    if missing:
        raise _damaged(path, f"lacks {', '.join(missing)}")
    for key, kind in types.items():
        if not isinstance(record[key], kind):
            raise _damaged(path, f"has {key} = {record[key]!r:.40}")


def _names() -> list[str]:
    """The names that published models have; those that can be told although a record is damaged."""
    return [path.stem for path in sorted(FOLDER.glob("*.json")) if NAME.fullmatch(path.stem)]


def _no_such_file(model: str | Path) -> str:
    try:
        Path(model).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        pass
    except OSError as error:  # such as a name that is too long
        return f"{printable(model)}: {reason_of(error)}."
    names = _names()
    published = (
        f", or a published model: {', '.join(names)}."
        if names
        else f"; none is published, {program_name('colorkeras.run')} EXPERIMENT trains one."
    )
    hint = suggest(Path(model).stem.lower(), names)
    return (
        f"{printable(model)}: no such file.{hint} Expected the model.h5 of a finished run"
        f"{published}"
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path, f"cannot be read: {reason_of(error)}") from error


def _damaged(path: Path, what: str) -> UserError:
    return UserError(f"{path}: {what}. Install colorkeras again.")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _is_file(path: Path) -> bool:
    return _exists(path) and path.is_file()


def _begins_as_hdf5(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError:  # told where it is read
        return False
