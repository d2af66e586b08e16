"""The metadata files of a data set, dataset.json, manifest.csv and rejected.csv: written and read.

dataset.json is written last. A folder without it is not a finished data set.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError, reason_of
from colorkeras.console.safe_text import spreadsheet_safe
from colorkeras.data.packed.packed_source import DATASET, MANIFEST
from colorkeras.data.splits import SPLITS
from colorkeras.records.atomic import replacing, write_json

__all__ = [
    "DATASET",
    "MANIFEST",
    "REJECTED",
    "Row",
    "manifest_hash",
    "read_dataset",
    "read_manifest",
    "table_hashes",
    "write_dataset",
    "write_manifest",
    "write_rejected",
]

FORMAT = 1
# The keys of dataset.json that other commands read.
_KEYS = {
    "images": dict,
    "manifest": str,
    "recipe": dict,
    "source": dict,
    "files": list,
    "tables": dict,
}
_JSON = {dict: "object", str: "string", list: "array"}
REJECTED = "rejected.csv"


class Row(NamedTuple):
    """One line of manifest.csv.

    Attributes:
        path: of the file, relative to the data set.
        split: "train", "val" or "test".
        sha256: of the file's bytes.
        source: the image's name in the source.
        width, height: of the original in pixels, upright.
        chroma: mean CIELAB chroma of the prepared image.
        dhash: its perceptual hash, 16 hexadecimal digits; see `prepared_image.difference_hash`.
        licence, attribution: of the image; these two columns are there only where they are known.
    """

    path: str
    split: str
    sha256: str
    source: str
    width: int
    height: int
    chroma: float
    dhash: str
    licence: str = ""
    attribution: str = ""


_CREDITS = 2  # columns at the end of a `Row`


def write_manifest(out: Path, rows: Iterable[Row], with_credits: bool = False) -> str:
    """Write manifest.csv.

    Args:
        out: folder of the data set.
        rows: train first, then val, then test, each in the order of the paths.
        with_credits: whether it gets the columns licence and attribution.

    Returns:
        The manifest hash: SHA-256 over the lines "split sha256 path". A run on this folder records
        the same hash.
    """
    digest = hashlib.sha256()
    count = len(Row._fields) - (0 if with_credits else _CREDITS)
    with _writing(out / MANIFEST, Row._fields[:count]) as write:
        for row in rows:
            write(row[:count])
            digest.update(_line(row))
    return digest.hexdigest()


def write_rejected(out: Path, rows: Iterable[tuple[str, str]]) -> Counter[str]:
    """Write rejected.csv from (name, reason); return how often each kind of reason occurs."""
    kinds: Counter[str] = Counter()
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


def write_dataset(out: Path, facts: dict[str, Any]) -> None:
    """Write dataset.json, the last file of a data set."""
    write_json(out / DATASET, {"format": FORMAT, **facts})


def read_dataset(out: Path) -> dict[str, Any]:
    """Read dataset.json.

    Raises:
        UserError: when it is missing, damaged or of another version.
    """
    path = Path(out) / DATASET
    if Path(out).is_file():
        raise UserError(f"{out}: a file. Expected the folder of a prepared data set.")
    try:
        facts = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UserError(
            f"{out}: no {DATASET} here, so it is not a finished data set of this suite. Prepare "
            f"one with `{program_name('data_prep.folder')} PHOTOS -o OUT`."
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
                f"{path}: {key} is {facts.get(key)!r}, expected a JSON {_JSON[kind]}. Restore the "
                "file, or prepare the data set again."
            )
    return facts


def read_manifest(out: Path) -> Iterator[Row]:
    """Yield the lines of manifest.csv.

    Raises:
        UserError: when it is missing or damaged; the message names the line.
    """
    path, number = Path(out) / MANIFEST, 0
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            lines = csv.reader(file, strict=True)
            number = 1
            columns = tuple(next(lines, ()))
            if columns not in (Row._fields, Row._fields[:-_CREDITS]):
                raise ValueError(f"its columns are not {', '.join(Row._fields)}")
            for line in lines:
                number = lines.line_num
                if len(line) != len(columns):
                    raise ValueError(f"{len(line)} cells, expected {len(columns)}")
                yield _parsed(line)
    except (OSError, ValueError, csv.Error) as error:
        where = f", line {number}" if number else ""
        raise UserError(f"{path}{where}: cannot be read ({reason_of(error)}).") from error


def _parsed(line: list[str]) -> Row:
    path, split, sha256, source, width, height, chroma, dhash, *credit = line
    if split not in SPLITS:
        raise ValueError(f"split {split!r}")
    return Row(
        path,
        split,
        sha256,
        _raw(source),
        int(width),
        int(height),
        float(chroma),
        f"{int(dhash, 16):016x}",
        *map(_raw, credit),
    )


def manifest_hash(rows: Iterable[Row]) -> str:
    """The hash of manifest rows in their order; see `write_manifest`."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_line(row))
    return digest.hexdigest()


def _line(row: Row) -> bytes:
    return f"{row.split} {row.sha256} {row.path}\n".encode()


@contextmanager
def _writing(path: Path, columns: tuple[str, ...]) -> Iterator[Callable[[Iterable[object]], None]]:
    """A function that writes a row of a CSV file; a spreadsheet takes no cell for a formula."""
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        # The csv module does not quote a single carriage return, but it must be quoted.
        quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(columns)

        def write(row: Iterable[object]) -> None:
            cells = list(map(_safe, row))
            (quoting if "\r" in "".join(cells) else writer).writerow(cells)

        yield write


def _safe(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith("'") else spreadsheet_safe(text)


def _raw(cell: str) -> str:
    """What `_safe` was given."""
    return cell[1:] if cell.startswith("'") else cell
