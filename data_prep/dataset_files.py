"""The metadata of a data set: dataset.json, manifest.csv and rejected.csv; written and read back.

dataset.json is written last: a folder without it is not a finished data set.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from colorkeras.console.errors import UserError, reason_of
from colorkeras.console.safe_text import spreadsheet_safe
from colorkeras.data.packed.packed_source import DATASET
from colorkeras.data.splits import SPLITS
from colorkeras.records.atomic import replacing, write_json

FORMAT = 1
# What the other commands read of dataset.json.
_KEYS = {
    "images": dict,
    "manifest": str,
    "recipe": dict,
    "source": dict,
    "files": list,
    "tables": dict,
}
_JSON = {dict: "object", str: "string", list: "array"}
MANIFEST, REJECTED = "manifest.csv", "rejected.csv"


class Row(NamedTuple):
    """One line of manifest.csv.

    Attributes:
        path: of the file, relative to the data set.
        split: "train", "val" or "test".
        sha256: of the file's bytes.
        source: the image's name in the source.
        width, height: of the original in pixels, upright.
        chroma: mean CIELAB chroma of the prepared image.
        dhash: its perceptual hash, 16 hexadecimal digits; see `image.difference_hash`.
    """

    path: str
    split: str
    sha256: str
    source: str
    width: int
    height: int
    chroma: float
    dhash: str


def write_manifest(out: Path, rows: Iterable[Row]) -> str:
    """Write manifest.csv.

    Args:
        out: folder of the data set.
        rows: train first, then val, then test, each in the order of the paths.

    Returns:
        The manifest hash, by which a run on this folder names it too: SHA-256 over the lines
        "split sha256 path".
    """
    digest = hashlib.sha256()
    with _writing(out / MANIFEST, Row._fields) as write:
        for row in rows:
            write(row)
            digest.update(_line(row))
    return digest.hexdigest()


def write_rejected(out: Path, rows: Iterable[tuple[str, str]]) -> Counter:
    """Write rejected.csv from (name, reason); count the kinds of reasons."""
    kinds = Counter()
    with _writing(out / REJECTED, ("name", "reason")) as write:
        for name, reason in rows:
            write((name, reason))
            kinds[re.split(r"[:(]", reason)[0].strip()] += 1
    return kinds


def table_hashes(out: Path) -> dict[str, str]:
    """SHA-256 of manifest.csv and rejected.csv, byte by byte."""
    found = {}
    for name in (MANIFEST, REJECTED):
        with open(Path(out) / name, "rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def write_dataset(out: Path, facts: dict):
    """Write dataset.json, the last file of a data set."""
    write_json(out / DATASET, {"format": FORMAT, **facts})


def read_dataset(out: Path) -> dict:
    """Read dataset.json.

    Raises:
        UserError: when there is none, or it is damaged or of another version.
    """
    path = Path(out) / DATASET
    if Path(out).is_file():
        raise UserError(f"{out}: a file. Expected the folder of a prepared data set.")
    try:
        facts = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UserError(
            f"{out}: no {DATASET} here, so it is no finished data set of this suite. Prepare one "
            "with `python -m data_prep.folder PHOTOS -o OUT`."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(
            f"{path}: cannot be read ({reason_of(error)}). Prepare the data set again."
        ) from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise UserError(f"{path}: not of format {FORMAT}. Prepare the data set again.")
    for key, kind in _KEYS.items():
        if not isinstance(facts.get(key), kind):
            raise UserError(
                f"{path}: {key} is {facts.get(key)!r}, expected a JSON {_JSON[kind]}. Put the file "
                "back as it was, or prepare the data set again."
            )
    return facts


def read_manifest(out: Path) -> Iterator[Row]:
    """Yield the lines of manifest.csv.

    Raises:
        UserError: when it is missing or damaged; the message names the line.
    """
    path, lines = Path(out) / MANIFEST, None
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            lines = csv.reader(file, strict=True)
            if next(lines, None) != list(Row._fields):
                raise ValueError(f"its columns are not {', '.join(Row._fields)}")
            for line in lines:
                path_, split, sha256, source, width, height, chroma, dhash = line
                if split not in SPLITS:
                    raise ValueError(f"split {split!r}")
                yield Row(
                    path_,
                    split,
                    sha256,
                    _raw(source),
                    int(width),
                    int(height),
                    float(chroma),
                    f"{int(dhash, 16):016x}",
                )
    except (OSError, ValueError, csv.Error) as error:
        where = f", line {lines.line_num}" if lines else ""
        raise UserError(f"{path}{where}: cannot be read ({reason_of(error)}).") from error


def manifest_hash(rows: Iterable[Row]) -> str:
    """The hash of manifest rows in their order; see `write_manifest`."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_line(row))
    return digest.hexdigest()


def _line(row: Row) -> bytes:
    return f"{row.split} {row.sha256} {row.path}\n".encode()


@contextmanager
def _writing(path: Path, columns: tuple[str, ...]):
    """Write a CSV file whose cells no spreadsheet takes for formulas."""
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        # The module does not see that a lone carriage return must be quoted.
        quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(columns)

        def write(row):
            cells = list(map(_safe, row))
            (quoting if "\r" in "".join(cells) else writer).writerow(cells)

        yield write


def _safe(cell):
    text = str(cell)
    return f"'{text}" if text.startswith("'") else spreadsheet_safe(text)


def _raw(cell: str) -> str:
    """What `_safe` was given."""
    return cell[1:] if cell.startswith("'") else cell
