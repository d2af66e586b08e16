"""What two prepared data sets have in common and what not; above all, whether pictures on which
the one is tested are trained on in the other.

python -m data_prep.compare A B
"""

import argparse
import sys
from pathlib import Path

from colorkeras.cli import run_command
from colorkeras.data.splits import SPLITS
from data_prep.passport import read_dataset, read_manifest

EXIT_LEAK = 1
SHOWN = 5
_FACTS = ("name", "source", "recipe", "division", "licence", "versions")


def build_parser():
    parser = argparse.ArgumentParser(
        prog="python -m data_prep.compare",
        description="Compare two prepared data sets: settings, pictures, and test pictures of one "
        "in the training split of the other (exit code 1).",
    )
    parser.add_argument("one", metavar="A", help="folder with dataset.json")
    parser.add_argument("other", metavar="B", help="another")
    return parser


def main(argv=None):
    """Run the command; return the exit code."""
    args = build_parser().parse_args(argv)
    return run_command(lambda: _compare(Path(args.one), Path(args.other)))


def _compare(one: Path, other: Path) -> int:
    facts = [read_dataset(path) for path in (one, other)]
    for key in _FACTS:
        values = [found.get(key) for found in facts]
        if values[0] != values[1]:
            print(f"{key}: {values[0]} | {values[1]}")
    print(f"manifest: {facts[0]['manifest'][:12]} | {facts[1]['manifest'][:12]}")
    pictures = [_by_split(path) for path in (one, other)]
    for split in SPLITS:
        first, second = (set(found[split]) for found in pictures)
        print(
            f"{split}: {len(first):,} | {len(second):,} different pictures, "
            f"{len(first & second):,} in both"
        )
    leaks = [_leak(one, other, *pictures), _leak(other, one, *reversed(pictures))]
    return EXIT_LEAK if any(leaks) else 0


def _by_split(out: Path) -> dict[str, dict[str, str]]:
    """SHA-256 of a file → its name in the source, by split."""
    found = {split: {} for split in SPLITS}
    for row in read_manifest(out):
        found[row.split][row.sha256] = row.source
    return found


def _leak(tested: Path, trained: Path, test: dict, train: dict) -> int:
    """Say which test pictures of one are training pictures of the other; return their number."""
    both = sorted(test["test"].keys() & train["train"].keys())
    names = ", ".join(test["test"][sha256] for sha256 in both[:SHOWN])
    more = ", …" if len(both) > SHOWN else ""
    said = f"{len(both):,}: {names}{more}" if both else "none"
    print(f"test pictures of {tested} in the training split of {trained}: {said}")
    return len(both)


if __name__ == "__main__":
    sys.exit(main())
