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
        scenes, and where no table states licences.

    Raises:
        UserError: when the data are not there or others, or the table lacks a column or an image.
    """
    if is_rendered(run.get("data")):
        return []
    folder = Path(place or str(run.get("data", "source")))
    if table is not None and not Path(table).is_file():
        raise UserError(f"{table}: no such file; expected a table of the images' licences.")
    if table is None and _column(_read(folder / MANIFEST), _LICENCE) is None:
        return []
    stated = {
        row[_named(_FILE, row, table)]: row for row in _read(Path(table or folder / MANIFEST))
    }
    before = {row["path"]: row["source"] for row in _read(folder / MANIFEST) if "path" in row}
    counts: Counter[tuple[str, str]] = Counter()
    for name in _training_names(run, folder):
        row = stated.get(name) or stated.get(before.get(name, ""))
        if row is None:
            raise UserError(f"{table or folder / MANIFEST}: says nothing of the image {name}.")
        counts[source_of(row), row[_named(_LICENCE, row, table)]] += 1
    return [
        {"source": source, "licence": text, "images": count}
        for (source, text), count in counts.most_common()
    ]


def source_of(row: dict[str, str]) -> str:
    """Where an image is from: its `source`, in a manifest of prepared data that file's folder."""
    source = row.get("source", "")
    return source.split("/")[0] if "path" in row and "/" in source else source


def _training_names(run: StoredRun, folder: Path) -> list[str]:
    config = load_config(run.folder / "config.toml")
    source = open_source(replace(config.data, source=str(folder)))
    if source.manifest_hash != run.get("data", "manifest"):
        raise UserError(f"{folder}: not the images that {run.folder} was trained on.")
    return list(source.sets["train"].names)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read: {reason_of(error)}.") from error


def _column(rows: list[dict[str, str]], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if rows and name in rows[0]), None)


def _named(names: tuple[str, ...], row: dict[str, str], table: str | None) -> str:
    found = _column([row], names)
    if found is None:
        raise UserError(f"{table or MANIFEST}: expected a column {' or '.join(names[:2])}.")
    return found
