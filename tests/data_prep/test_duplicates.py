"""Perceptual hashes and the pairs they find."""

import numpy as np
import pytest
from data_prep_archives import pixels

from data_prep.duplicates import MAX_BITS, across_splits, bit_distance, looks_alike, near_pairs
from data_prep.picture import difference_hash


def test_bit_distance_by_hand():
    one = np.array([0, -1, 0b1011], np.int64)
    other = np.array([0, 0, 0b0110], np.int64)
    assert bit_distance(one, other).tolist() == [0, 64, 3]


def test_hash_by_hand():
    ramp = np.repeat(np.arange(9, dtype=np.uint8)[None, :, None] * 20, 8, axis=0)
    picture = np.repeat(ramp, 3, axis=2)
    assert difference_hash(picture) == -1  # every cell darker than its right neighbour: 64 ones
    assert difference_hash(picture[:, ::-1]) == 0
    half = picture.copy()
    half[4:] = half[4:, ::-1]
    assert difference_hash(half) & (2**64 - 1) == 0xFFFFFFFF00000000


def test_pairs_equal_a_search_of_all_with_all():
    random = np.random.default_rng(0)
    hashes = random.integers(-(2**63), 2**63 - 1, 300, dtype=np.int64)
    for at in range(100):  # neighbours at 0 to 9 bits
        flips = random.choice(64, at % 10, replace=False)
        mask = sum(1 << int(bit) for bit in flips)
        hashes[200 + at] = np.uint64((int(hashes[at]) & (2**64 - 1)) ^ mask).astype(np.int64)
    queries = np.arange(150, 300)
    found = {frozenset(pair) for pair in near_pairs(hashes, queries)}
    expected = {
        frozenset((i, j))
        for i in queries.tolist()
        for j in range(300)
        if i != j and bit_distance(hashes[i : i + 1], hashes[j : j + 1])[0] <= MAX_BITS
    }
    assert found == expected
    assert len(found) >= 60


def test_looks_alike():
    thumb = bytes(range(192))
    assert looks_alike(thumb, bytes(value + 7 for value in range(192)))
    assert not looks_alike(thumb, bytes(value + 9 for value in range(192)))


def test_training_pictures_yield_to_val_and_val_to_test():
    hashes = np.array([5, 5, 5, -5, -5], np.int64)
    ranks = np.array([0, 1, 2, 0, 0])
    leaving = across_splits(hashes, ranks, lambda at: bytes(192))
    assert leaving.keys() == {0, 1}  # of the three, the test picture stays; train may repeat itself
    assert across_splits(hashes, ranks, lambda at: bytes([at * 50]) * 192) == {}


@pytest.mark.parametrize("change", [np.int16(4), np.int16(-4)])
def test_small_changes_keep_the_hash_near(change):
    picture = pixels(7)
    changed = np.clip(picture.astype(np.int16) + change, 0, 255).astype(np.uint8)
    pair = np.array([difference_hash(picture), difference_hash(changed)], np.int64)
    assert bit_distance(pair[:1], pair[1:])[0] <= 2
