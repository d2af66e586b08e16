"""Check a prepared data set against its metadata: every file, every hash, and no further images.

python -m data_prep.verify OUT
"""

import argparse
import hashlib
import os
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.walk import walk_images
from colorkeras.records.environment import available_cores
from data_prep.dataset_files import DATASET, MANIFEST, manifest_hash, read_dataset, read_manifest

SHOWN = 20
_PORTION = 4096
_PNG_SIZE_AT = 16  # bytes: after the signature and the start of IHDR


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("data_prep.verify"),
        description="Check every file of a prepared data set against its metadata.",
    )
    parser.add_argument("dataset", metavar="OUT", help="folder with dataset.json")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code: 0 where everything agrees, else 2."""
    return run_command(lambda: _verify(build_parser().parse_args(argv)))


def _verify(args: argparse.Namespace) -> int:
    out = Path(os.path.expanduser(args.dataset))
    facts = read_dataset(out)
    counts: Counter[str] = Counter()
    paths = set()
    for row in read_manifest(out):
        counts[row.split] += 1
        paths.add(row.path)
    total = sum(counts.values())
    files = len(facts["files"]) or total
    problems = []
    with ProgressReport("verifying", files, unit="file") as progress:
        for done, problem in enumerate(_file_problems(out, facts), start=1):
            problems += [problem] if problem else []
            progress.update(done)
    walk = walk_images(out)
    present = [*walk.names, *(name for name, _ in walk.skipped())]
    problems += [f"{name}: not in {MANIFEST}" for name in present if name not in paths]
    problems += _table_problems(out, facts, counts)
    if problems:
        more = f"\n  … and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise UserError(
            f"{out}: does not agree with its metadata:\n  "
            + "\n  ".join(problems[:SHOWN])
            + f"{more}\nRemove it and prepare the data set again."
        )
    print(
        f"{printable(out)}: {total:,} images agree with the metadata ({files:,} files); manifest "
        f"{facts['manifest'][:12]}."
    )
    return 0


def _table_problems(out: Path, facts: dict[str, Any], counts: Counter[str]) -> list[str]:
    """What is wrong with manifest.csv and rejected.csv."""
    problems = []
    if manifest_hash(read_manifest(out)) != facts["manifest"]:
        problems.append(f"{MANIFEST}: its hash is not the one in {DATASET}")
    for name, expected in facts["tables"].items():
        problems += [problem] if (problem := _problem(out, name, expected)) else []
    if dict(counts) != {split: number for split, number in facts["images"].items() if number}:
        problems.append(f"{MANIFEST}: {dict(counts)} images, {DATASET} states {facts['images']}")
    return problems


def _file_problems(out: Path, facts: dict[str, Any]) -> Iterator[str]:
    """What is wrong with each file, "" where nothing is.

    The files are those in the manifest or, of a packed data set, those in dataset.json.
    """
    if packed := facts.get("files"):
        for file in packed:
            is_whole = isinstance(file, dict) and {"name", "sha256"} <= file.keys()
            yield _problem(out, file["name"], file["sha256"]) if is_whole else f"files: {file!r}"
        return
    rows, size = read_manifest(out), _size(facts)
    with ThreadPoolExecutor(available_cores()) as threads:
        while portion := list(islice(rows, _PORTION)):
            yield from threads.map(lambda row: _problem(out, row.path, row.sha256, size), portion)


def _size(facts: dict[str, Any]) -> bytes:
    """Width and height of the recipe, as the bytes in the header of a PNG file.

    Raises:
        UserError: when the recipe lacks one of them.
    """
    recipe = facts["recipe"]
    try:
        return struct.pack(">II", recipe["width"], recipe["height"])
    except (KeyError, struct.error) as error:
        raise UserError(
            f"{DATASET}: recipe.height and recipe.width are {recipe.get('height')!r} and "
            f"{recipe.get('width')!r}, expected numbers of pixels. Prepare the data set again."
        ) from error


def _problem(out: Path, name: str, expected: str, size: bytes = b"") -> str:
    try:
        if (out / name).exists() and not (out / name).is_file():
            return f"{name}: not a regular file"
        with open(out / name, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(_PNG_SIZE_AT)
            if found != expected:
                return f"{name}: its bytes have changed"
            if size and file.read(len(size)) != size:
                return f"{name}: its size is not the one in {DATASET}"
    except OSError as error:
        return f"{name}: {error.strerror}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
