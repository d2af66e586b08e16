"""The end of a preparation: divide, drop duplicates across splits, put the pictures in place.

Everything is decided from the state, so that a finish that was cut off is simply done again.
"""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np

from colorkeras.data.splits import SPLITS, by_name
from colorkeras.errors import UserError
from data_prep.dataset import Division
from data_prep.duplicates import across_splits
from data_prep.names import prepared_name
from data_prep.state import State


def divide(state: State, division: Division, wanted: int | None) -> tuple[np.ndarray, np.ndarray]:
    """The split of each prepared image.

    Returns:
        (images,) int64 numbers of the images in their order, and (images,) int8 ranks: 0 train,
        1 val, 2 test.
    """
    numbers, ranks = [], []
    for rank, (number, name) in enumerate(state.rows("id, name", "done")):
        if wanted is not None and rank >= wanted:
            break
        numbers.append(number)
        ranks.append(SPLITS.index(division.split(name, rank)))
    if division.counts and len(numbers) < division.total:
        raise UserError(
            f"{len(numbers):,} usable images, {division.total:,} are wanted. Give more images, or "
            "change --split; --split 0.8/0.1/0.1 takes all there are."
        )
    if not division.counts:
        _fill_empty_splits(state, division, numbers, ranks)
    return np.array(numbers, np.int64), np.array(ranks, np.int8)


def _fill_empty_splits(state: State, division: Division, numbers: list, ranks: list):
    """Of three groups or more, give every split with a share at least one, as folders of images
    are divided; only small sets have an empty split."""
    if len(set(ranks)) == len(SPLITS) or not numbers:
        return
    wanted = set(numbers)
    groups = {
        number: division.group_of(name)
        for number, name in state.rows("id, name", "done")
        if number in wanted
    }
    split_of = {
        group: rank
        for rank, members in enumerate(
            by_name(list(dict.fromkeys(groups.values())), division.shares).values()
        )
        for group in members
    }
    ranks[:] = [split_of[groups[number]] for number in numbers]


def drop_duplicates(state: State, numbers: np.ndarray, ranks: np.ndarray) -> dict[str, int]:
    """Reject images whose like is in a split that outranks theirs; count what was found.

    Returns:
        Numbers of "exact" and "near" duplicates dropped, and of exact ones kept "within" splits.
    """
    position = {int(number): at for at, number in enumerate(numbers)}
    hashes = np.zeros(len(numbers), np.int64)
    owner: dict[bytes, int] = {}
    leaving: dict[int, tuple[str, int]] = {}
    within = 0
    for number, pixels, dhash in state.rows("id, pixels, dhash", "done"):
        at = position.get(number)
        if at is None:
            continue
        hashes[at] = dhash
        other = owner.setdefault(pixels, at)
        if other == at:
            continue
        if ranks[other] == ranks[at]:
            within += 1
            continue
        low, high = (at, other) if ranks[at] < ranks[other] else (other, at)
        leaving[low] = ("same picture as", high)
        owner[pixels] = high
    exact = len(leaving)
    near = across_splits(hashes, ranks, lambda at: state.thumb(int(numbers[at])))
    for low, high in near.items():
        leaving.setdefault(low, ("looks like", high))
    names = dict(state.rows("id, name", "done")) if leaving else {}
    state.reject(
        (
            int(numbers[low]),
            f"duplicate across splits: {words} {names[int(numbers[high])]} ({SPLITS[ranks[high]]})",
        )
        for low, (words, high) in leaving.items()
    )
    return {"exact": exact, "near": len(leaving) - exact, "within": within}


def assign_paths(state: State, splits: dict[int, str]):
    """Note under which name each image stands in the data set.

    Args:
        state: the `State`.
        splits: the split of each image that stays, by its number.
    """
    state.assign(
        (splits[number], f"{splits[number]}/{prepared_name(name, '.png')}", number)
        for number, name in list(state.rows("id, name", "done"))
        if number in splits
    )


def remove_work(work: Path):
    """Remove the state and the pictures that were left out; ours alone lie there."""
    shutil.rmtree(work, ignore_errors=True)


def check_complete(splits: list[str], source: str, out: Path):
    """Refuse a data set that no run could use."""
    counts = Counter(splits)
    empty = [split for split in SPLITS if not counts[split]]
    if empty:
        found = ", ".join(f"{counts[split]} {split}" for split in SPLITS)
        raise UserError(
            f"{source}: {found} usable images, none for {' and '.join(empty)}. Give more images, "
            f"raise --limit, or change --split; {out / 'rejected.csv'} says what was left out."
        )
