"""What a data set's module says of it: where it comes from, what is taken, how it is divided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from colorkeras.data.folders.published_splits import PublishedSplits
from colorkeras.data.folders.walk import nfc
from colorkeras.data.splits import SPLITS, name_hash
from data_prep.download import Download


@dataclass(frozen=True)
class Licence:
    """Under which terms the images stand.

    Attributes:
        text: the terms in a sentence, as the publisher states them.
        url: where they are.
        must_confirm: whether the command asks for --accept-licence.
    """

    text: str
    url: str = ""
    must_confirm: bool = False


@dataclass(frozen=True)
class Division:
    """How images come to train, val and test.

    Attributes:
        shares: of train, val and test; by a hash of the group, so that an image stays where it is
            when others come or go.
        counts: numbers of images instead, taken in the order of a seeded hash; None for shares.
        group: name → what must not be divided (a person, a film); the name itself by default.
        seed: of the order in which a limit or `counts` takes images.
        keeps_published: whether a source that comes divided stays as it is.
        published: the division that the source came with, where that is kept.
    """

    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    counts: tuple[int, int, int] | None = None
    group: Callable[[str], str] | None = None
    seed: int = 0
    keeps_published: bool = False
    published: PublishedSplits | None = None

    def group_of(self, name: str) -> str:
        return nfc(self.group(name) if self.group else name)

    def place(self, name: str) -> float:
        """A number in [0, 1): where the image stands in the seeded order."""
        return name_hash(f"order-{self.seed}", name)

    def split(self, name: str, rank: int) -> str:
        """The split of an image, of which `rank` others come before it in the seeded order."""
        if self.counts:
            # The training images come last, so that a larger training set holds the smaller one
            # and is tested on the same images.
            _, val, test = self.counts
            return SPLITS[2 - (rank >= test) - (rank >= test + val)]
        at = name_hash("split", self.group_of(name))
        train, val, _ = self.shares
        return SPLITS[(at >= train) + (at >= train + val)]

    @property
    def total(self) -> int | None:
        """How many images `counts` needs."""
        return sum(self.counts) if self.counts else None

    def rule(self) -> str:
        """The rule in words, for the metadata."""
        if self.counts:
            numbers = "/".join(map(str, self.counts))
            return f"{numbers} images in an order drawn by seed {self.seed}, test and val first"
        by = getattr(self.group, "label", "group") if self.group else "name"
        rule = f"{'/'.join(f'{share:g}' for share in self.shares)} by SHA-256 of the {by}"
        return f"as published, or {rule}" if self.keeps_published else rule


def folder_of(name: str) -> str:
    """The folder that an image is in, as its group."""
    return name.rpartition("/")[0]


folder_of.label = "folder"  # in the rule of a division


@dataclass(frozen=True)
class DatasetSpec:
    """A data set as its module describes it.

    Attributes:
        name: of the module and of the data set.
        title: one line for --help.
        licence: the terms of the images.
        size: (height, width) by default.
        resize: "crop" or "stretch" by default.
        division: how it is divided by default.
        guide: where to get it and what to give as SOURCE.
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
