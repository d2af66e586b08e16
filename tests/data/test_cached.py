"""Image sets around image sets: the cache in memory, and the smaller set."""

import numpy as np
import pytest

from colorkeras.data.cached import CachedSet, cached
from colorkeras.data.subset import Joined, Subset, evenly_spaced


class Counting:
    """Ten images of 2×3 pixels; counts how often each is read."""

    manifest_hash = "ab" * 32
    size = (2, 3)
    expected = None

    def __init__(self, count=10):
        self.names = [f"{number}.png" for number in range(count)]
        self.reads = [0] * count

    def __len__(self):
        return len(self.names)

    def read(self, index):
        self.reads[index] += 1
        return np.full((2, 3, 3), index, np.uint8)


def test_each_image_is_read_once():
    images = Counting()
    cache = CachedSet(images)
    assert sum(images.reads) == 0
    for _ in range(3):
        for index in (7, 0, 7):
            np.testing.assert_array_equal(cache.read(index), np.full((2, 3, 3), index))
    assert images.reads == [1, 0, 0, 0, 0, 0, 0, 1, 0, 0]


def test_cache_is_the_same_set():
    images = Counting()
    cache = CachedSet(images)
    assert (len(cache), cache.names, cache.size) == (10, images.names, (2, 3))
    assert cache.manifest_hash == images.manifest_hash


def test_a_failed_read_is_tried_again():
    class Failing(Counting):
        def read(self, index):
            if not self.reads[index]:
                self.reads[index] = 1
                raise OSError("busy")
            return super().read(index)

    cache = CachedSet(Failing())
    with pytest.raises(OSError, match="busy"):
        cache.read(4)
    assert cache.read(4).max() == 4


def test_only_what_fits_is_cached():
    class Large(Counting):
        size = (256, 512)  # 384 KiB an image, 3.75 MiB in all

    assert isinstance(cached(Large(), 4), CachedSet)
    images = Large()
    assert cached(images, 3) is images
    assert cached(images, 0) is images


def test_subset():
    images = Counting()
    subset = Subset(images, np.array([8, 2]))
    assert subset.names == ["8.png", "2.png"]
    assert len(subset) == 2
    assert subset.size == (2, 3)
    assert [int(subset.read(index).max()) for index in (0, 1)] == [8, 2]


def test_subset_has_a_manifest_of_its_own():
    images = Counting()
    hashes = [Subset(images, indices).manifest_hash for indices in ([8, 2], [2, 8], [8], [8, 2])]
    assert hashes[0] == hashes[3]
    assert len(set(hashes)) == 3
    assert images.manifest_hash not in hashes


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (9, [0, 1, 2, 3, 4, 6, 7, 8, 9])],
)
def test_evenly_spaced(count, expected):
    chosen = evenly_spaced(Counting(), count)
    assert chosen.names == [f"{index}.png" for index in expected]


@pytest.mark.parametrize("count", [10, 11])
def test_enough_room_for_all(count):
    images = Counting()
    assert evenly_spaced(images, count) is images


class Predicted(Counting):
    """Images that know the best prediction: their own number and a half."""

    def expected(self, index):
        return np.full((2, 3, 3), index + 0.5, np.float32)


def test_best_prediction_of_a_set_around_others():
    images = Predicted()
    for known in (cached(images, 1), Subset(images, range(10)), Joined([images, Counting(0)])):
        assert known.expected(4).max() == 4.5
    assert Subset(images, [8, 2]).expected(1).max() == 2.5
    assert Joined([images, Predicted(3)]).expected(11).max() == 1.5


def test_no_best_prediction_where_one_set_has_none():
    for unknown in (
        cached(Counting(), 1),
        Subset(Counting(), [1]),
        Joined([Predicted(), Counting()]),
    ):
        assert unknown.expected is None
