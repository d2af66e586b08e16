"""Which image belongs to which split, from its name alone, and which images a limit keeps."""

import hashlib
import unicodedata
from collections.abc import Sequence

SPLITS = ("train", "val", "test")


def by_name(names: Sequence[str], fractions: Sequence[float]) -> dict[str, list[str]]:
    """Divide names by their hash, each independently of the others.

    The hash is read as a number in [0, 1). Below `fractions[0]` a name goes to train, in the next
    `fractions[1]` to val, else to test. The splits get close to these shares, not exactly.
    Of three or more names, every split with a share gets at least one: the name whose hash is
    nearest to the range of an empty split is moved there, from a split that has several.

    Args:
        names: distinct names.
        fractions: shares of train, val and test, summing to 1.

    Returns:
        Names by split, in the order given.
    """
    edges = (0.0, fractions[0], fractions[0] + fractions[1], 1.0)
    place = {name: name_hash("split", name) for name in names}
    split_of = {
        name: next((s for s, top in zip(SPLITS, edges[1:3], strict=False) if at < top), "test")
        for name, at in place.items()
    }
    for low, high, split in zip(edges, edges[1:], SPLITS, strict=False):
        if len(names) < len(SPLITS) or high <= low or split in split_of.values():
            continue
        counts = {s: list(split_of.values()).count(s) for s in SPLITS}
        spare = [name for name in names if counts[split_of[name]] > 1]
        distance = {n: (max(low - place[n], place[n] - high), place[n]) for n in spare}
        split_of[min(spare, key=distance.__getitem__)] = split
    return {split: [name for name in names if split_of[name] == split] for split in SPLITS}


def by_content(
    names: Sequence[str], digests: Sequence[str], fractions: Sequence[float]
) -> dict[str, list[str]]:
    """Divide names as `by_name` does, but keep files with the same bytes in one split.

    Such files go where the one with the shortest name would go alone (of several such names, the
    first by code point): "a.jpg" stays where it is when "a (1).jpg" is added.

    Args:
        names: distinct names.
        digests: a hash of each file's bytes.
        fractions: shares of train, val and test, summing to 1.

    Returns:
        Names by split, in the order given.
    """
    original: dict[str, str] = {}
    for name, digest in zip(names, digests, strict=True):
        other = original.get(digest, name)
        original[digest] = min(name, other, key=lambda n: (len(n), n))
    originals = set(original.values())
    groups = by_name([name for name in names if name in originals], fractions)
    split_of = {name: split for split, members in groups.items() for name in members}
    found: dict[str, list[str]] = {split: [] for split in SPLITS}
    for name, digest in zip(names, digests, strict=True):
        found[split_of[original[digest]]].append(name)
    return found


def keep_smallest(names: Sequence[str], count: int) -> list[str]:
    """The `count` names with the smallest hash, in the order given.

    This hash is not the one that chooses the split.
    """
    kept = set(sorted(names, key=lambda name: name_hash("limit", name))[:count])
    return [name for name in names if name in kept]


def keep_shares(groups: dict[str, list[str]], count: int) -> dict[str, list[str]]:
    """Keep about `count` names in all, each group in proportion, at least one of each group."""
    total = sum(map(len, groups.values()))
    if count >= total:
        return groups
    return {
        split: keep_smallest(names, max(1, round(count * len(names) / total)))
        for split, names in groups.items()
    }


def name_hash(purpose: str, name: str) -> float:
    """A number in [0, 1) that depends on `purpose` and `name` alone.

    Names that differ only in their Unicode form (NFC, NFD) have the same hash.
    """
    name = unicodedata.normalize("NFC", name)
    text = f"colorkeras-{purpose}:{name}".encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big") / 2**48
