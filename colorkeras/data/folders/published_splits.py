"""The splits in which a data set was published: read from the names of its folders.

One rule for every command: a folder named test or val is held out, or a note says why it is not.
The usual words are recognized, also with years, sizes and CycleGAN's A and B (`train2017`,
`Validation`, `testA`, `testset`), below any folder. Recognized as well are words inside a longer
name that the splits share (`DIV2K_train_HR`, `DIV2K_valid_HR`).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from os.path import commonpath
from typing import NamedTuple

from colorkeras.console.safe_text import printable
from colorkeras.data.folders.notes import listed
from colorkeras.data.splits import SPLITS, by_name

_WORDS = {
    **dict.fromkeys(("train", "training", "trainval"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
# Words that mean a split only beside a training folder: alone they may have other meanings.
_UNSURE_WORDS = {
    "dev": "val",
    "holdout": "test",
    **{f"{word}{letter}": _WORDS[word] for word in ("train", "val", "test") for letter in "ab"},
}
_ENDS = ("set", "data", "images", "image", "imgs", "img", "split")
_WORDS |= {f"{word}{end}": split for word, split in _WORDS.items() for end in _ENDS}
_ALL_WORDS = _UNSURE_WORDS | _WORDS
# Parts of a name that may stand beside the word and are not compared.
_PLAIN = re.compile(rf"\d+|a|b|{'|'.join(_ENDS)}")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_AFTER_CAPITALS = re.compile(r"(?<=[A-Z]{2})(?=(trainval|train|val|test)(?![a-z]))")  # VOCtest
# Folders that hold less than this share of the images have such names by chance.
_LEAST_SHARE = 0.5


class _SplitFolder(NamedTuple):
    """What the name of a folder says about its split.

    Attributes:
        parent: the folder that it is in.
        rest: the other parts of its name.
        split: "train", "val" or "test".
        is_sure: whether the word means a split also without a training folder beside it.
    """

    parent: str
    rest: tuple[str, ...]
    split: str
    is_sure: bool


@dataclass(frozen=True)
class PublishedSplits:
    """Which folders are which split.

    Attributes:
        splits: the split of each folder; a folder is a POSIX path with a slash at its end.
        outside: how many images are in none of these folders.
    """

    splits: dict[str, str]
    outside: int

    def split_of(self, name: str) -> str | None:
        """The split of an image: that of the outermost folder here; None outside of them all."""
        return next((self.splits[f] for f in _folders(name) if f in self.splits), None)

    def published(self) -> set[str]:
        """The splits that have a folder."""
        return set(self.splits.values())

    def note(self) -> str:
        """What was recognized, in one line."""
        parts = []
        for split in SPLITS:
            if folders := [f for f, s in self.splits.items() if s == split]:
                parts.append(f"{split} is {listed(sorted(folders))}")
        return printable(f"divided as published: {'; '.join(parts)}")


def recognize(names: Iterable[str]) -> PublishedSplits | None:
    """The published splits that the names of images show; None for a plain folder.

    Three forms are recognized:

    - a training folder beside a val or test folder;
    - val and test folders beside others, in the topmost folder that has several; the others are
      then for training;
    - all images in folders named test or val.

    The first form counts at the top, and elsewhere where it holds half of the images.

    Args:
        names: POSIX paths of all images, relative to the folder.
    """
    found, named = _named_folders(names)
    top = _top(found)
    total = found.total()
    for splits, at, least in (
        (_beside_train(named), top, total * _LEAST_SHARE),
        (_others_are_train(found, named, top), top, total),
        (_held_out(named), None, total),
    ):
        chosen, covered = {}, 0
        for folder, count in found.items():
            outermost = next((f for f in _folders(f"{folder}/") if f in splits), None)
            if outermost:
                chosen[outermost] = splits[outermost]
                covered += count
        if chosen and (covered >= least or any(_parent(folder) == at for folder in chosen)):
            return PublishedSplits(chosen, total - covered)
    return None


def unused_note(names: Iterable[str]) -> str:
    """A note on folders named test or val that are not used as splits.

    Args:
        names: POSIX paths of all images of a folder in which `recognize` found no splits.

    Returns:
        Which folders they are, why they are not used and what to do, in one line; "" for none.
    """
    found, named = _named_folders(names)
    held_out = {f for f, name in named.items() if name.is_sure and name.split != "train"}
    inside: Counter[str] = Counter()
    for folder, count in found.items():
        if outermost := next((f for f in _folders(f"{folder}/") if f in held_out), None):
            inside[outermost] += count
    if not inside:
        return ""
    if inside.keys() & _beside_train(named).keys():
        why = "below the top such names count only where they hold half of the images"
        advice = "give the folder that contains them by itself"
    else:
        why = "no folder with a similar name is for training"
        advice = "put all others into a folder train beside them"
    return printable(
        f"named as test or val sets, but not used as such: {listed(sorted(inside))} "
        f"({inside.total():,} images), since {why}. Their images are used like all others; to "
        f"keep them apart, {advice}"
    )


def fill_missing(
    groups: dict[str, list[str]], published: Iterable[str], shares: Sequence[float]
) -> dict[str, list[str]]:
    """Take images for a val or test split that was not published from the training images.

    Args:
        groups: names by split, as published.
        published: the splits that had a folder; an empty one of these stays empty.
        shares: of train, val and test in a folder without published splits.

    Returns:
        Names by split.
    """
    missing = set(SPLITS) - set(published)
    share_of = dict(zip(SPLITS, shares, strict=True))
    wanted = {split: share_of[split] for split in SPLITS if split in {*missing, "train"}}
    if "train" in missing or not missing or not share_of["train"]:
        return groups
    parts = [wanted.get(split, 0.0) / sum(wanted.values()) for split in SPLITS]
    taken = by_name(groups["train"], parts)
    return {split: taken[split] if split in wanted else groups[split] for split in SPLITS}


def _folders(name: str) -> Iterator[str]:
    """The folders that contain a name, outermost first, each with a slash at its end."""
    at = name.find("/")
    while at >= 0:
        yield name[: at + 1]
        at = name.find("/", at + 1)


def _named_folders(names: Iterable[str]) -> tuple[Counter[str], dict[str, _SplitFolder]]:
    """How many images are directly in each folder, and what the names of folders say."""
    found = Counter(name.rpartition("/")[0] for name in names)
    folders = {above for folder in found for above in _folders(f"{folder}/")}
    return found, {folder: name for folder in sorted(folders) if (name := _read(folder))}


def _read(folder: str) -> _SplitFolder | None:
    """What the name of a folder says; None where it has no word for a split."""
    parent, _, name = folder[:-1].rpartition("/")
    name = _AFTER_CAPITALS.sub(" ", unicodedata.normalize("NFKC", name))
    parts = [part.casefold() for part in _PARTS.findall(name)]
    words = [part for part in parts if part in _ALL_WORDS]
    if not words or len(name) > 60:
        return None
    rest = tuple(part for part in parts if part not in _ALL_WORDS and not _PLAIN.fullmatch(part))
    return _SplitFolder(parent, rest, _ALL_WORDS[words[0]], words[0] in _WORDS)


def _places(named: dict[str, _SplitFolder]) -> dict[tuple[str, tuple[str, ...]], set[str]]:
    """The splits in each folder, for names that differ only in the word for the split."""
    places = defaultdict(set)
    for name in named.values():
        places[name.parent, name.rest].add(name.split)
    return places


def _beside_train(named: dict[str, _SplitFolder]) -> dict[str, str]:
    """Folders of splits that include train, with others beside them such as train_extra."""
    divided = {parent for (parent, _), splits in _places(named).items() if splits > {"train"}}
    return {folder: name.split for folder, name in named.items() if name.parent in divided}


def _others_are_train(
    found: Counter[str], named: dict[str, _SplitFolder], top: str
) -> dict[str, str]:
    """The folders in the topmost one, where val and test are beside others (Places365)."""
    sure = {folder: name for folder, name in named.items() if name.is_sure}
    if not any(place[0] == top and s == {"val", "test"} for place, s in _places(sure).items()):
        return {}
    beside = {
        f for folder in found for f in _folders(f"{folder}/") if _parent(f) == top and f != "/"
    }
    splits = {f: named[f].split if f in named else "train" for f in sorted(beside)}
    return splits if "train" in splits.values() else {}


def _held_out(named: dict[str, _SplitFolder]) -> dict[str, str]:
    """Folders named just test or val, without a training folder beside them."""
    places = _places(named)
    return {
        folder: name.split
        for folder, name in named.items()
        if name.is_sure and not name.rest and "train" not in places[name.parent, ()]
    }


def _top(found: Iterable[str]) -> str:
    """The deepest folder that contains all images; "" for the folder that was given."""
    folders = list(found)
    return "" if "" in folders or not folders else commonpath(folders)


def _parent(folder: str) -> str:
    return folder[:-1].rpartition("/")[0]
