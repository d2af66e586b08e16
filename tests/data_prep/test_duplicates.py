"""Perceptual hashes and the pairs they find."""

import io

import cv2
import numpy as np
import pytest
from data_prep_archives import pixels
from PIL import Image

from data_prep.duplicates import MAX_BITS, across_splits, bit_distance, looks_alike, near_pairs
from data_prep.prepared_image import difference_hash


def test_bit_distance_by_hand():
    one = np.array([0, -1, 0b1011], np.int64)
    other = np.array([0, 0, 0b0110], np.int64)
    assert bit_distance(one, other).tolist() == [0, 64, 3]


def test_hash_by_hand():
    ramp = np.repeat(np.arange(9, dtype=np.uint8)[None, :, None] * 20, 8, axis=0)
    image = np.repeat(ramp, 3, axis=2)
    assert difference_hash(image) == -1  # every cell darker than its right neighbour: 64 ones
    assert difference_hash(image[:, ::-1]) == 0
    half = image.copy()
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


def thumb(image):
    return cv2.resize(image, (8, 8), interpolation=cv2.INTER_AREA).tobytes()


def jpeg(image, quality):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def marked(image):
    return cv2.putText(image.copy(), "(c)", (4, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.3, (200,) * 3)


COPIES = {
    "encoded anew": lambda image: jpeg(image, 40),
    "smaller": lambda image: jpeg(cv2.resize(image, (48, 32)), 85),
    "lighter": lambda image: np.clip(image * 1.1 + 5, 0, 255).astype(np.uint8),
    "flatter": lambda image: (60 + image * 0.6).astype(np.uint8),
    "marked": marked,
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_copies_look_alike(copy):
    for seed in range(10):
        image = pixels(seed, 64, 96)
        assert looks_alike(thumb(image), thumb(copy(image)))


def test_two_people_before_the_same_wall_do_not():
    """One background, two heads in the middle that differ by forty levels."""
    wall = pixels(1, 64, 64)
    heads = [wall.copy(), wall.copy()]
    for head, color in zip(heads, ((200, 170, 150), (160, 130, 110)), strict=True):
        cv2.circle(head, (32, 28), 14, color, -1)
    assert not looks_alike(*map(thumb, heads))
    assert not looks_alike(thumb(pixels(2)), thumb(pixels(3)))


def test_residual_by_hand():
    """Half of the cells of one channel differ by 2 d after the best fit: rms d / sqrt(3)."""
    x = np.zeros((8, 8, 3), np.uint8)
    for alike, levels in ((True, 8), (False, 9)):  # 8 / 1.73 = 4.6; 9 / 1.73 = 5.2
        y = x.copy()
        y[::2, :, 0] = 2 * levels
        assert looks_alike(x.tobytes(), y.tobytes()) is alike


def test_duplicates_stay_in_test_before_val_before_train():
    hashes = np.array([5, 5, 5, -5, -5], np.int64)
    ranks = np.array([0, 1, 2, 0, 0])
    leaving = across_splits(hashes, ranks, lambda at: bytes(192))
    assert leaving.keys() == {0, 1}  # of the three, the test image stays; train may repeat itself
    assert across_splits(hashes, ranks, lambda at: thumb(pixels(at))) == {}


@pytest.mark.parametrize("change", [np.int16(4), np.int16(-4)])
def test_small_changes_keep_the_hash_near(change):
    image = pixels(7)
    changed = np.clip(image.astype(np.int16) + change, 0, 255).astype(np.uint8)
    pair = np.array([difference_hash(image), difference_hash(changed)], np.int64)
    assert bit_distance(pair[:1], pair[1:])[0] <= 2
