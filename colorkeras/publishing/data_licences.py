"""The licences of the images that a model was trained on, counted by source."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError, reason_of
from colorkeras.data.open_source import open_source
from colorkeras.data.packed.packed_source import MANIFEST
from colorkeras.inference.published_models import is_rendered
from colorkeras.report.stored_runs import StoredRun

_LICENCE = ("licence", "license", "open_licence", "open_license")
_FILE = ("file", "path")


def licences(run: StoredRun, place: str | None, table: str | None) -> list[dict[str, Any]]:
    """Count the training images of a run by source and licence.

    Args:
        run: the run.
        place: where its data are now; by default where they were.
        table: a CSV file with the columns file, source and licence (or license); by default the
            manifest.csv of the data, if it has a licence; there the source is the first folder of
            the name that an image had. Images are found by their name, or by the name that they
            had before `data_prep` prepared them.

    Returns:
        One dict of source, licence and images for each, most images first; empty for rendered
        scenes, and where the manifest states no licences.

    Raises:
        UserError: when the data are not there or others, or the table lacks a column, an image, or
            the licence or source of one, or names an image twice with different ones.
    """
    if is_rendered(run.get("data")):
        if table is not None:
            raise UserError(f"{table}: rendered scenes need no licences. Leave the table out.")
        return []
    folder = Path(place or str(run.get("data", "source")))
    names, manifest = _training_names(run, folder), _read(folder / MANIFEST)
    if table is None and _column(manifest, _LICENCE) is None:
        return []
    file, rows = (folder / MANIFEST, manifest) if table is None else (Path(table), _table(table))
    stated = _by_image(file, rows)
    before = {row["path"]: row["source"] for row in manifest if "path" in row}
    keys = [name if name in stated else before.get(name, name) for name in names]
    missing = [key for key in keys if key not in stated]
    if missing:
        raise UserError(
            f"{file}: says nothing of the image {missing[0]}"
            + (f" and {len(missing) - 1:,} others" if len(missing) > 1 else "")
            + ". Add a row for each training image."
        )
    return [
        {"source": source, "licence": licence, "images": count}
        for (source, licence), count in Counter(stated[key] for key in keys).most_common()
    ]


def _by_image(file: Path, rows: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    """(source, licence) of each image of a table, by its name there.

    Raises:
        UserError: as `licences`.
    """
    names, words = (_named(columns, rows, file) for columns in (_FILE, _LICENCE))
    _named(("source",), rows, file)
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        name, stated = row[names] or "", (source_of(row), (row[words] or "").strip())
        if not all(stated):
            raise UserError(f"{file}: no source or no licence of the image {name}; expected both.")
        if found.setdefault(name, stated) != stated:
            raise UserError(f"{file}: two different rows of the image {name}; expected one.")
    return found


def source_of(row: dict[str, str]) -> str:
    """Where an image is from: its `source`, in a manifest of prepared data that file's folder."""
    source = (row.get("source") or "").strip()
    return source.split("/")[0] if "path" in row and "/" in source else source


def _training_names(run: StoredRun, folder: Path) -> list[str]:
    config = load_config(run.folder / "config.toml")
    source = open_source(replace(config.data, source=str(folder)))
    if source.manifest_hash != run.get("data", "manifest"):
        raise UserError(f"{folder}: not the images that {run.folder} was trained on.")
    return list(source.sets["train"].names)


def _table(path: str) -> list[dict[str, str]]:
    if not Path(path).is_file():
        raise UserError(f"{path}: no such file; expected a table of the images' licences.")
    return _read(Path(path))


def _read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none where it does not exist."""
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(
            f"{path}: cannot be read: {reason_of(error)}. Expected CSV in UTF-8."
        ) from error


def _column(rows: list[dict[str, str]], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if rows and name in rows[0]), None)


def _named(names: tuple[str, ...], rows: list[dict[str, str]], file: Path) -> str:
    found = _column(rows, names)
    if found is None:
        columns = ", ".join(map(repr, rows[0])) if rows else "no rows"
        raise UserError(
            f"{file}: expected a column {' or '.join(names[:2])}, separated by commas; found "
            f"{columns}."
        )
    return found
