"""The end of a preparation: divide, drop duplicates across splits, decide which images stay where.

Everything is decided from the state, so that an interrupted finish is simply done again. An image
is known by its position in the order of the state; only a few bytes of each are kept in memory.
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
from colorkeras.data.folders.published_splits import PublishedSplits, fill_missing
from colorkeras.data.splits import SPLITS, by_name
from data_prep.dataset_files import REJECTED
from data_prep.duplicates import across_splits
from data_prep.safe_names import prepared_name
from data_prep.specification import Division
from data_prep.state import State


class Duplicate(NamedTuple):
    """Why an image is rejected: how it is similar to another, and the position of that image."""

    similarity: str
    other: int


class Divided(NamedTuple):
    """The prepared images in the order of the state.

    Attributes:
        numbers: (images,) int64, their ids in the state.
        ranks: (images,) int8: 0 train, 1 val, 2 test.
    """

    numbers: np.ndarray
    ranks: np.ndarray


def divide(state: State, division: Division, wanted: int | None) -> Divided:
    """Decide the split of each prepared image.

    Args:
        state: of the preparation.
        division: how the images are divided.
        wanted: only divide this many, the first ones; None for all.

    Raises:
        UserError: when there are fewer images than the division counts.
    """
    if division.published:
        return _as_published(state, division, division.published, wanted)
    numbers, ranks = array("q"), array("b")
    for rank, (number, name) in enumerate(islice(state.rows("id, name"), wanted)):
        numbers.append(number)
        ranks.append(SPLITS.index(division.split(name, rank)))
    if not division.counts:
        ranks = _without_empty_splits(state, division, ranks)
    elif len(ranks) < sum(division.counts):
        raise UserError(
            f"{len(ranks):,} usable images, {sum(division.counts):,} are wanted. Give more images "
            "or other numbers, with a new -o; --split 0.8/0.1/0.1 takes all images."
        )
    return Divided(np.array(numbers, np.int64), np.array(ranks, np.int8))


def _as_published(
    state: State, division: Division, published: PublishedSplits, wanted: int | None
) -> Divided:
    """The splits in which the source was published; images outside of them were refused before."""
    groups: dict[str, list[str]] = {split: [] for split in SPLITS}
    numbers: dict[str, int] = {}
    for number, name in islice(state.rows("id, name"), wanted):
        if split := published.split_of(name):
            numbers[name] = number
            groups[split].append(name)
    groups = fill_missing(groups, published.published(), division.shares)
    rank_of = {name: rank for rank, split in enumerate(SPLITS) for name in groups[split]}
    return Divided(
        np.array(list(numbers.values()), np.int64),
        np.array([rank_of[name] for name in numbers], np.int8),
    )


def _without_empty_splits(state: State, division: Division, ranks: "array[int]") -> "array[int]":
    """Give every split with a share at least one of three or more groups.

    Folders of images are divided in the same way. Only small sets have an empty split.
    """
    if len(set(ranks)) == len(SPLITS) or not ranks:
        return ranks
    names = (name for (name,) in islice(state.rows("name"), len(ranks)))
    groups = [division.group_of(name) for name in names]
    parts = by_name(list(dict.fromkeys(groups)), division.shares).values()
    rank_of = {group: rank for rank, members in enumerate(parts) for group in members}
    return array("b", [rank_of[group] for group in groups])


def find_duplicates(state: State, images: Divided) -> tuple[dict[int, Duplicate], dict[str, int]]:
    """Find images of which a duplicate is in a split of higher rank (test, then val, then train).

    Returns:
        The positions of the images to reject, with the reason; and the number of "exact" and of
        "near" duplicates among them, and of exact ones that stay, as both are "within" a split.
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
        leaving.setdefault(low, Duplicate("looks like", high))
    return leaving, {"exact": exact, "near": len(leaving) - exact, "within": within}


def _exact(state: State, images: Divided, starts: np.ndarray) -> tuple[dict[int, Duplicate], int]:
    """Exact duplicates; only images whose digests have the same first bytes are compared."""
    order = np.argsort(starts, kind="stable")
    alike = np.flatnonzero(starts[order][1:] == starts[order][:-1])
    suspects = np.unique(order[np.concatenate([alike, alike + 1])]) if len(alike) else ()
    ranks = images.ranks
    owner: dict[bytes, int] = {}
    leaving: dict[int, Duplicate] = {}
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
        leaving[low] = Duplicate("same image as", high)
        owner[pixels] = high
    return leaving, within


def settle(state: State, images: Divided, leaving: dict[int, Duplicate]) -> None:
    """Note in the state which images are rejected and why, and the path of each other image."""

    def places() -> Iterator[tuple[str, str, int]]:
        for at, (number, name) in enumerate(islice(state.rows("id, name"), len(images.ranks))):
            if at not in leaving:
                split = SPLITS[images.ranks[at]]
                yield split, f"{split}/{prepared_name(name, '.png')}", number

    def reasons() -> Iterator[tuple[str, int]]:
        for at, (similarity, other) in leaving.items():
            name = state.value("name", int(images.numbers[other]))
            split = SPLITS[images.ranks[other]]
            reason = f"duplicate across splits: {similarity} {name} ({split})"
            yield reason, int(images.numbers[at])

    state.settle(places(), reasons())


def check_complete(counts: Counter[str], source: str, out: Path) -> None:
    """Refuse a data set with an empty split, which no run could use.

    Raises:
        UserError: naming the empty splits.
    """
    empty = [split for split in SPLITS if not counts[split]]
    if empty:
        found = ", ".join(f"{counts[split]} {split}" for split in SPLITS)
        raise UserError(
            f"{source}: {found} usable images, none for {' and '.join(empty)}. With a "
            "new -o give more images, a higher --limit, or another --split. "
            f"{out / REJECTED} lists the rejected images."
        )


def remove_work(work: Path) -> None:
    """Remove the folder with the state and the rejected images; it holds nothing of the user's."""
    shutil.rmtree(work, ignore_errors=True)
