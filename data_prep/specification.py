"""What the module of a data set states: where it comes from, its size, division and licence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from colorkeras.data.folders.published_splits import PublishedSplits
from colorkeras.data.folders.walk import nfc
from colorkeras.data.splits import SPLITS, name_hash
from data_prep.download import Download


@dataclass(frozen=True)
class Licence:
    """The terms of the images.

    Attributes:
        text: the terms in one sentence, as the publisher states them.
        url: where they are published.
        must_confirm: whether the command asks for --accept-licence.
    """

    text: str
    url: str = ""
    must_confirm: bool = False


def _accept(names: Iterable[str]) -> str:
    return ""


@dataclass(frozen=True)
class Grouping:
    """Which images must not be divided between splits, such as those of one person or film.

    Attributes:
        label: what a group is, in the rule of a division.
        group_of: name of an image → its group.
        check: names of all images → a note for the user, "" for none; raises a `UserError` where
            the grouping does not fit the images.
    """

    label: str
    group_of: Callable[[str], str]
    check: Callable[[Iterable[str]], str] = _accept


BY_FOLDER = Grouping("folder", lambda name: name.rpartition("/")[0])


@dataclass(frozen=True)
class Division:
    """How images are divided into train, val and test.

    Attributes:
        shares: of train, val and test; a hash of the group decides, so that an image stays in its
            split when other images are added or removed.
        counts: numbers of train, val and test images instead, taken in the order of a seeded hash;
            None for shares.
        grouping: which images stay together; None where each image is a group of its own.
        seed: of the order in which a limit or `counts` takes images.
        keeps_published: whether the splits of a source that is published in splits are kept.
        published: the splits in which the source was published, where they are kept.
    """

    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    counts: tuple[int, int, int] | None = None
    grouping: Grouping | None = None
    seed: int = 0
    keeps_published: bool = False
    published: PublishedSplits | None = None

    def group_of(self, name: str) -> str:
        """The group of an image, by its name."""
        return nfc(self.grouping.group_of(name) if self.grouping else name)

    def place(self, name: str) -> float:
        """The place of an image in the seeded order, a number in [0, 1)."""
        return name_hash(f"order-{self.seed}", name)

    def split(self, name: str, rank: int) -> str:
        """The split of an image; `rank` images come before it in the seeded order."""
        if self.counts:
            # Test and val images come first. So a larger training set contains the smaller one,
            # and both are tested on the same images.
            _, val, test = self.counts
            return SPLITS[2 - (rank >= test) - (rank >= test + val)]
        at = name_hash("split", self.group_of(name))
        train, val_share, _ = self.shares
        return SPLITS[(at >= train) + (at >= train + val_share)]

    @property
    def total(self) -> int | None:
        """How many images `counts` needs; None for shares."""
        return sum(self.counts) if self.counts else None

    def rule(self) -> str:
        """The rule in words, for dataset.json."""
        if self.counts:
            numbers = "/".join(map(str, self.counts))
            return f"{numbers} images in an order drawn by seed {self.seed}, test and val first"
        by = self.grouping.label if self.grouping else "name"
        rule = f"{'/'.join(f'{share:g}' for share in self.shares)} by SHA-256 of the {by}"
        return f"as published, or {rule}" if self.keeps_published else rule


@dataclass(frozen=True)
class DatasetSpec:
    """A data set as its module describes it.

    Attributes:
        name: of the module and of the data set.
        title: one line for --help.
        licence: the terms of the images.
        size: (height, width) by default, in pixels.
        guide: where to get the data set and what to give as SOURCE, for --help.
        resize: "crop" or "stretch" by default.
        division: the division by default.
        downloads: what --download can fetch, by part.
        limit: how many usable images are taken by default; None for all.
    """

    name: str
    title: str
    licence: Licence
    size: tuple[int, int]
    guide: str
    resize: str = "crop"
    division: Division = field(default_factory=Division)
    downloads: Mapping[str, tuple[Download, ...]] = field(default_factory=dict)
    limit: int | None = None
