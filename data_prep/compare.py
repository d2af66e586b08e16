"""Compare two prepared data sets. Above all: are test images of one used for training in the other?

python -m data_prep.compare A B
"""

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.data.splits import SPLITS
from data_prep.dataset_files import (
    DATASET,
    MANIFEST,
    Row,
    manifest_hash,
    read_dataset,
    read_manifest,
)
from data_prep.duplicates import bit_distance, near_pairs

EXIT_LEAK = 1
SHOWN = 5
# Of 64 bits of the perceptual hash: one image at two sizes differs in at most so many.
ALIKE_BITS = 2
_FACTS = ("name", "source", "recipe", "division", "licence", "versions")

_Images = dict[str, dict[str, Row]]  # split → SHA-256 of a file → its row of the manifest


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("data_prep.compare"),
        description="Compare two prepared data sets: their settings, their images, and whether "
        "test images of one are in the training split of the other (exit code 1).",
    )
    parser.add_argument("one", metavar="A", help="folder with dataset.json")
    parser.add_argument("other", metavar="B", help="another such folder")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code: 1 where test images of one are trained on."""
    return run_command(lambda: _compare(build_parser().parse_args(argv)))


def _compare(args: argparse.Namespace) -> int:
    one, other = (Path(os.path.expanduser(given)) for given in (args.one, args.other))
    facts = [_read(path) for path in (one, other)]
    for key in _FACTS:
        values = [found.get(key) for found in facts]
        if values[0] != values[1]:
            print(printable(f"{key}: {values[0]} | {values[1]}"))
    print(printable(f"manifest: {facts[0]['manifest'][:12]} | {facts[1]['manifest'][:12]}"))
    images = [_by_split(path) for path in (one, other)]
    for split in SPLITS:
        first, second = (set(found[split]) for found in images)
        print(
            f"{split}: {len(first):,} | {len(second):,} different images, "
            f"{len(first & second):,} in both"
        )
    leaks = [_leak(one, other, *images), _leak(other, one, *reversed(images))]
    return EXIT_LEAK if any(leaks) else 0


def _read(out: Path) -> dict[str, Any]:
    """The metadata of a data set; its manifest must have the hash that the metadata state."""
    facts = read_dataset(out)
    if manifest_hash(read_manifest(out)) != facts["manifest"]:
        raise UserError(
            f"{out / MANIFEST}: its hash is not the one in {DATASET}, so the data sets cannot be "
            f"compared. `{program_name('data_prep.verify')} {shlex.quote(str(out))}` says more."
        )
    return facts


def _by_split(out: Path) -> _Images:
    found: _Images = {split: {} for split in SPLITS}
    for row in read_manifest(out):
        found[row.split][row.sha256] = row
    return found


def _leak(tested: Path, trained: Path, test: _Images, train: _Images) -> int:
    """Print which test images of one are training images of the other; return their number.

    An image that was prepared at another size or cut is another file. Such images are found by
    their perceptual hash and printed, but not counted, as two different images may look alike.
    """
    both = sorted(test["test"].keys() & train["train"].keys())
    where = f"test images of {tested} in the training split of {trained}"
    print(printable(f"{where}: {_named([test['test'][sha256].source for sha256 in both])}"))
    rest = [row for sha256, row in test["test"].items() if sha256 not in train["train"]]
    alike = _alike(rest, list(train["train"].values()))
    if alike:
        print(printable(f"  and similar by perceptual hash: {_named(alike)}"))
    return len(both)


def _alike(tested: list[Row], trained: list[Row]) -> list[str]:
    """The source names of the tested images whose hash is close to that of a trained image."""
    hashes = np.array([int(row.dhash, 16) for row in (*tested, *trained)], np.uint64)
    hashes = hashes.view(np.int64)
    queries = np.arange(len(tested))
    found = {
        query
        for query, other in near_pairs(hashes, queries)
        if other >= len(tested) and bit_distance(hashes[query], hashes[other]) <= ALIKE_BITS
    }
    return [tested[at].source for at in sorted(found)]


def _named(sources: list[str]) -> str:
    if not sources:
        return "none"
    more = ", …" if len(sources) > SHOWN else ""
    return f"{len(sources):,}: {', '.join(sources[:SHOWN])}{more}"


if __name__ == "__main__":
    sys.exit(main())
