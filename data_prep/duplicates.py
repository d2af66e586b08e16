"""Near duplicates: which images of one split are also in another.

The perceptual hashes of near duplicates differ in few bits, and their small copies are equal except
for brightness and contrast of each channel. So copies that were encoded again, resized, brightened
or given a watermark are found. Copies that were cropped by more than 1 % are not found. Hashes are
kept in memory (8 bytes an image). Candidates are found by bands: two hashes that differ in at most
6 of 64 bits agree in at least one of 7 parts.
"""

from collections.abc import Callable, Iterator

import numpy as np

MAX_BITS = 6
# Levels, of 255: root mean square difference of two 8×8 copies after gain and offset are fitted.
# Copies of one image stay below; portraits of two people before the same wall do not.
MAX_RESIDUAL = 5.0
_BANDS = np.array_split(np.arange(64), MAX_BITS + 1)
_ONES = np.array([bin(value).count("1") for value in range(1 << 16)], np.uint8)
_CHUNK = 1 << 20  # pairs compared at a time


def bit_distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How many bits of two hashes differ.

    Args:
        one, other: int64 arrays of shapes that broadcast.

    Returns:
        uint8 in [0, 64], of the common shape.
    """
    parts = (one ^ other).view(np.uint64)[..., None] >> np.array([0, 16, 32, 48], np.uint64)
    return _ONES[(parts & np.uint64(0xFFFF)).astype(np.uint16)].sum(axis=-1, dtype=np.uint8)


def near_pairs(hashes: np.ndarray, queries: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield (query, other) positions of hashes at most MAX_BITS apart, each pair once.

    Args:
        hashes: (images,) int64.
        queries: (queries,) positions; only pairs that include one of them are found.
    """
    seen: set[tuple[int, int]] = set()
    values = hashes.view(np.uint64)
    for band in _BANDS:
        key = (values >> np.uint64(band[0])) & np.uint64((1 << len(band)) - 1)
        order = np.argsort(key, kind="stable")
        keys = key[order]
        first = np.searchsorted(keys, key[queries], "left")
        last = np.searchsorted(keys, key[queries], "right")
        for query, begin, end in zip(queries.tolist(), first.tolist(), last.tolist(), strict=True):
            for start in range(begin, end, _CHUNK):
                others = order[start : min(end, start + _CHUNK)]
                close = bit_distance(hashes[others], hashes[query]) <= MAX_BITS
                for other in others[close].tolist():
                    pair = (min(query, other), max(query, other))
                    if other != query and pair not in seen:
                        seen.add(pair)
                        yield query, other


def looks_alike(one: bytes, other: bytes) -> bool:
    """Whether two copies are equal except for brightness and contrast of each channel.

    Args:
        one, other: 192 bytes each, an 8×8 image of uint8 sRGB.
    """
    pair = [np.frombuffer(thumb, np.uint8).reshape(-1, 3).astype(float) for thumb in (one, other)]
    x, y = (values - values.mean(axis=0) for values in pair)
    # The least-squares gain of each channel; for a constant channel it is 0.
    gain = (x * y).sum(axis=0) / np.maximum((x * x).sum(axis=0), 1e-9)
    residual = y - gain * x
    return bool(np.sqrt(np.mean(residual**2)) <= MAX_RESIDUAL)


def across_splits(
    hashes: np.ndarray, ranks: np.ndarray, thumb: Callable[[int], bytes]
) -> dict[int, int]:
    """Which images are to be rejected, as a split of higher rank has a near duplicate.

    Args:
        hashes: (images,) int64 perceptual hashes.
        ranks: (images,) 0 for train, 1 for val, 2 for test: of two duplicates in two splits, the
            one of the higher rank stays.
        thumb: position → the small copy; see `looks_alike`.

    Returns:
        The position of each image to reject → the position of the image that it resembles.
    """
    leaving: dict[int, int] = {}
    queries = np.flatnonzero(ranks > 0)
    for query, other in near_pairs(hashes, queries):
        if ranks[query] == ranks[other]:
            continue
        low, high = (query, other) if ranks[query] < ranks[other] else (other, query)
        if low in leaving or high in leaving:
            continue
        if looks_alike(thumb(low), thumb(high)):
            leaving[low] = high
    return leaving
