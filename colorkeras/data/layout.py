"""Train, val and test as a data set was published: read from the names of its folders.

One rule for every command: whatever stood in a folder called test when it was published is never
trained on. Recognised are the usual words with years, sizes and CycleGAN's A and B (`train2017`,
`Validation`, `testA`), below any folder, and words within a longer name that all splits share
(`DIV2K_train_HR`, `DIV2K_valid_HR`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from colorkeras.data.splits import SPLITS, by_name
from colorkeras.safe_text import printable, shortened

_WORDS = {
    **dict.fromkeys(("train", "training", "trainval"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
# What may stand beside the word without making the name another one.
_PLAIN = re.compile(r"\d+|a|b|set|split|data|images?|imgs?")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# Below this share of the images, folders that happen to be named so are no layout.
_LEAST_SHARE = 0.5
_SHOWN = 4
_LONGEST = 100  # characters of a folder in a note

_Place = tuple[str, tuple[str, ...]]  # the folder that splits stand in, the rest of their names


@dataclass(frozen=True)
class Layout:
    """Which folders are which split.

    Attributes:
        splits: split by folder, as a POSIX path with a slash at its end.
        outside: how many images lie in none of them.
    """

    splits: dict[str, str]
    outside: int

    def split_of(self, name: str) -> str | None:
        """The split of an image by the outermost folder that is one; None outside of them."""
        return next((self.splits[f] for f in _folders(name) if f in self.splits), None)

    def published(self) -> set[str]:
        """The splits that there are."""
        return set(self.splits.values())

    def note(self) -> str:
        """What was recognised, in one line."""
        parts = []
        for split in SPLITS:
            folders = sorted(f for f, s in self.splits.items() if s == split)
            more = f" and {len(folders) - _SHOWN} more" if len(folders) > _SHOWN else ""
            if folders:
                shown = ", ".join(shortened(folder, _LONGEST) for folder in folders[:_SHOWN])
                parts.append(f"{split} is {shown}{more}")
        return printable(f"divided as published: {'; '.join(parts)}")


def recognise(names: Iterable[str]) -> Layout | None:
    """The published division that the names of images show; None for a plain folder.

    A training folder beside a val or test folder is one, and so is a folder in which all images
    lie in test or val.
    """
    found, total = Counter(), 0
    for name in names:
        total += 1
        found[name.rpartition("/")[0]] += 1
    inside = {folder: list(_folders(f"{folder}/")) for folder in found}
    splits_at: dict[_Place, set[str]] = defaultdict(set)
    for folders in inside.values():
        for folder in folders:
            if word := _word(folder):
                place, split = word
                splits_at[place].add(split)
    for is_layout in (_is_divided, _is_held_out):
        chosen = {}
        covered = 0
        for folder, folders in inside.items():
            for candidate in folders:
                word = _word(candidate)
                if word and is_layout(word[0], splits_at[word[0]]):
                    chosen[candidate] = word[1]
                    covered += found[folder]
                    break
        least = total if is_layout is _is_held_out else total * _LEAST_SHARE
        at_root = is_layout is _is_divided and any(_word(f)[0] == ("", ()) for f in chosen)
        if chosen and (covered >= least or at_root):
            return Layout(chosen, total - covered)
    return None


def fill(
    groups: dict[str, list[str]], published: Iterable[str], shares: Sequence[float]
) -> dict[str, list[str]]:
    """Give a division without val or test one out of its training images, by their names.

    Args:
        groups: names by split, as published.
        published: the splits that there were folders for; an empty one stays empty.
        shares: of train, val and test in a folder without a division.
    """
    missing = set(SPLITS) - set(published)
    share_of = dict(zip(SPLITS, shares, strict=True))
    wanted = {split: share_of[split] for split in SPLITS if split in {*missing, "train"}}
    if "train" in missing or not missing or not share_of["train"]:
        return groups
    parts = [wanted.get(split, 0.0) / sum(wanted.values()) for split in SPLITS]
    taken = by_name(groups["train"], parts)
    return {split: taken[split] if split in wanted else groups[split] for split in SPLITS}


def _folders(name: str):
    """The folders that a name lies in, outermost first, each with a slash at its end."""
    at = name.find("/")
    while at >= 0:
        yield name[: at + 1]
        at = name.find("/", at + 1)


def _word(folder: str) -> tuple[_Place, str] | None:
    """Where a folder stands and which split its name means; None for any other name."""
    parent, _, name = folder[:-1].rpartition("/")
    parts = [part.casefold() for part in _PARTS.findall(name)]
    splits = [_WORDS[part] for part in parts if part in _WORDS]
    if not splits or len(name) > 60:
        return None
    rest = tuple(p for p in parts if p not in _WORDS and not _PLAIN.fullmatch(p))
    return (parent, rest), splits[0]


def _is_divided(place: _Place, splits: set[str]) -> bool:
    return "train" in splits and len(splits) > 1


def _is_held_out(place: _Place, splits: set[str]) -> bool:
    return not place[1] and "train" not in splits
