"""Check a prepared data set against its metadata: every file, every hash, nothing else.

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

from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.console.subcommands import program_name
from colorkeras.data.folders.walk import walk_images
from colorkeras.records.environment import available_cores
from data_prep.dataset_files import DATASET, MANIFEST, manifest_hash, read_dataset, read_manifest

SHOWN = 20
_PORTION = 4096
_PNG_SIZE_AT = 16  # bytes: after the signature and the head of IHDR


def build_parser():
    parser = argparse.ArgumentParser(
        prog=program_name("data_prep.verify"),
        description="Hold every file of a prepared data set against its metadata.",
    )
    parser.add_argument("dataset", metavar="OUT", help="folder with dataset.json")
    return parser


def main(argv=None):
    """Run the command; return the exit code: 0 where all is as the metadata says, else 2."""
    return run_command(lambda: _verify(build_parser().parse_args(argv)))


def _verify(args) -> int:
    out = Path(os.path.expanduser(args.dataset))
    facts = read_dataset(out)
    counts, paths = Counter(), set()
    for row in read_manifest(out):
        counts[row.split] += 1
        paths.add(row.path)
    total = sum(counts.values())
    files = len(facts.get("files") or ()) or total
    with ProgressReport("verifying", files, unit="file") as progress:
        problems = []
        for done, problem in enumerate(_problems(out, facts), start=1):
            problems += [problem] if problem else []
            progress.update(done)
    walk = walk_images(out)
    there = [*walk.names, *(name for name, _ in walk.skipped())]
    problems += [f"{name}: not in {MANIFEST}" for name in there if name not in paths]
    if manifest_hash(read_manifest(out)) != facts.get("manifest"):
        problems.append(f"{MANIFEST}: not the one whose hash dataset.json has")
    for name, expected in facts["tables"].items():
        problems += [problem] if (problem := _problem(out, name, expected)) else []
    if dict(counts) != {split: number for split, number in facts["images"].items() if number}:
        problems.append(f"{MANIFEST}: {dict(counts)} images, dataset.json says {facts['images']}")
    if problems:
        more = f"\n  … and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise UserError(
            f"{out}: not as its metadata says:\n  "
            + "\n  ".join(problems[:SHOWN])
            + f"{more}\nRemove it and prepare the data set again."
        )
    manifest = facts["manifest"][:12]
    total = f"{total:,} images as the metadata says ({files:,} files)"
    print(f"{printable(out)}: {total}; manifest {manifest}.")
    return 0


def _problems(out: Path, facts: dict) -> Iterator[str]:
    """What is wrong with each file of the manifest or, of a packed data set, of the metadata; ""
    where nothing is."""
    if packed := facts.get("files"):
        for file in packed:
            is_whole = isinstance(file, dict) and {"name", "sha256"} <= file.keys()
            yield _problem(out, file["name"], file["sha256"]) if is_whole else f"files: {file!r}"
        return
    rows, size = read_manifest(out), _size(facts)
    with ThreadPoolExecutor(available_cores()) as threads:
        while portion := list(islice(rows, _PORTION)):
            yield from threads.map(lambda row: _problem(out, row.path, row.sha256, size), portion)


def _size(facts: dict) -> bytes:
    """Width and height of the recipe as they stand in the header of a PNG file.

    Raises:
        UserError: when the recipe has none.
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
            return f"{name}: no regular file"
        with open(out / name, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(_PNG_SIZE_AT)
            if found != expected:
                return f"{name}: its bytes have changed"
            if size and file.read(len(size)) != size:
                return f"{name}: not of the size that {DATASET} has"
    except OSError as error:
        return f"{name}: {error.strerror}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
