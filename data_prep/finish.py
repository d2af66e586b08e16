"""The end of a preparation: divide, drop duplicates across splits, decide what stays and where.

Everything is decided from the state, so that a finish that was cut off is simply done again. Images
are known by their position in the state's order; what is held in memory of each is a few bytes.
"""

import shutil
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.data.folders.published_splits import fill_missing
from colorkeras.data.splits import SPLITS, by_name
from data_prep.duplicates import across_splits
from data_prep.safe_names import prepared_name
from data_prep.specification import Division
from data_prep.state import State


class Leaving(NamedTuple):
    """Why an image leaves: which words, and the position of the image it is like."""

    words: str
    other: int


class Divided(NamedTuple):
    """The prepared images in the order of the state.

    Attributes:
        numbers: (images,) int64, by which the state knows them.
        ranks: (images,) int8: 0 train, 1 val, 2 test.
    """

    numbers: np.ndarray
    ranks: np.ndarray


def divide(state: State, division: Division, wanted: int | None) -> Divided:
    """Decide the split of each prepared image, of the first `wanted` where that is a number.

    Raises:
        UserError: fewer images than the division counts.
    """
    if division.published:
        return _as_published(state, division, wanted)
    numbers, ranks = array("q"), array("b")
    for rank, (number, name) in enumerate(islice(state.rows("id, name"), wanted)):
        numbers.append(number)
        ranks.append(SPLITS.index(division.split(name, rank)))
    if not division.counts:
        ranks = _without_empty_splits(state, division, ranks)
    elif len(ranks) < division.total:
        raise UserError(
            f"{len(ranks):,} usable images, {division.total:,} are wanted. Give more images "
            "or other numbers, with a new -o; --split 0.8/0.1/0.1 takes all there are."
        )
    return Divided(np.array(numbers, np.int64), np.array(ranks, np.int8))


def _as_published(state: State, division: Division, wanted: int | None) -> Divided:
    """The division that the source came with; images outside of it are in no split."""
    groups, numbers = {split: [] for split in SPLITS}, {}
    for number, name in islice(state.rows("id, name"), wanted):
        numbers[name] = number
        groups[division.published.split_of(name)].append(name)
    groups = fill_missing(groups, division.published.published(), division.shares)
    rank_of = {name: rank for rank, split in enumerate(SPLITS) for name in groups[split]}
    return Divided(
        np.array(list(numbers.values()), np.int64),
        np.array([rank_of[name] for name in numbers], np.int8),
    )


def _without_empty_splits(state: State, division: Division, ranks: array) -> array:
    """Of three groups or more, give every split with a share at least one, as folders of images
    are divided; only small sets have an empty split."""
    if len(set(ranks)) == len(SPLITS) or not ranks:
        return ranks
    names = (name for (name,) in islice(state.rows("name"), len(ranks)))
    groups = [division.group_of(name) for name in names]
    parts = by_name(list(dict.fromkeys(groups)), division.shares).values()
    rank_of = {group: rank for rank, members in enumerate(parts) for group in members}
    return array("b", [rank_of[group] for group in groups])


def find_duplicates(state: State, images: Divided) -> tuple[dict[int, Leaving], dict[str, int]]:
    """Find the images whose like is in a split that outranks theirs.

    Returns:
        The positions that leave; and the numbers of "exact" and "near" duplicates among them, and
        of exact ones that stay because both are "within" a split.
    """
    count = len(images.ranks)
    hashes, starts = np.zeros(count, np.int64), np.zeros(count, np.uint64)
    for at, (pixels, dhash) in enumerate(islice(state.rows("pixels, dhash"), count)):
        starts[at] = int.from_bytes(pixels[:8], "big")
        hashes[at] = dhash
    leaving, within = _exact(state, images, starts)
    exact = len(leaving)

    def thumb(at: int) -> bytes:
        return state.value("thumb", int(images.numbers[at]))

    for low, high in across_splits(hashes, images.ranks, thumb).items():
        leaving.setdefault(low, Leaving("looks like", high))
    return leaving, {"exact": exact, "near": len(leaving) - exact, "within": within}


def _exact(state: State, images: Divided, starts: np.ndarray) -> tuple[dict[int, Leaving], int]:
    """Exact duplicates, of which only those are looked at whose digests begin alike."""
    order = np.argsort(starts, kind="stable")
    alike = np.flatnonzero(starts[order][1:] == starts[order][:-1])
    suspects = np.unique(order[np.concatenate([alike, alike + 1])]) if len(alike) else ()
    ranks = images.ranks
    owner: dict[bytes, int] = {}
    leaving: dict[int, Leaving] = {}
    within = 0
    for at in map(int, suspects):
        pixels = state.value("pixels", int(images.numbers[at]))
        other = owner.setdefault(pixels, at)
        if other == at:
            continue
        if ranks[other] == ranks[at]:
            within += 1
            continue
        low, high = (at, other) if ranks[at] < ranks[other] else (other, at)
        leaving[low] = Leaving("same image as", high)
        owner[pixels] = high
    return leaving, within


def settle(state: State, images: Divided, leaving: dict[int, Leaving]):
    """Note in the state what leaves and why, and under which name each of the others stands."""

    def places() -> Iterator[tuple[str, str, int]]:
        for at, (number, name) in enumerate(islice(state.rows("id, name"), len(images.ranks))):
            if at not in leaving:
                split = SPLITS[images.ranks[at]]
                yield split, f"{split}/{prepared_name(name, '.png')}", number

    def reasons() -> Iterator[tuple[str, int]]:
        for at, (words, other) in leaving.items():
            name = state.value("name", int(images.numbers[other]))
            split = SPLITS[images.ranks[other]]
            reason = f"duplicate across splits: {words} {name} ({split})"
            yield reason, int(images.numbers[at])

    state.settle(places(), reasons())


def check_complete(counts: Counter, source: str, out: Path):
    """Refuse a data set that no run could use."""
    empty = [split for split in SPLITS if not counts[split]]
    if empty:
        found = ", ".join(f"{counts[split]} {split}" for split in SPLITS)
        raise UserError(
            f"{source}: {found} usable images, none for {' and '.join(empty)}. With a "
            "new -o give more images, a higher --limit, or another --split. "
            f"{out / 'rejected.csv'} says what was left out."
        )


def remove_work(work: Path):
    """Remove the state and the images that were left out; ours alone lie there."""
    shutil.rmtree(work, ignore_errors=True)
