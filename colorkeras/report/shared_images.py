"""The test images that all systems of a protocol stored, read one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from colorkeras.report.stored_images import read_image
from colorkeras.report.systems import Member, System

MOST_MEASURED = 500  # images behind curves and histograms; more would take minutes
MOST_SHOWN = 6  # images in a figure of images


@dataclass(frozen=True)
class Row:
    """One test image: (height, width, 3) uint8 sRGB each.

    Attributes:
        name: of the image.
        truth, grey: the original, and it without chroma.
        models: what each system made, by the number of the system: one of each seed that was read.
    """

    name: str
    truth: np.ndarray
    grey: np.ndarray
    models: dict[int, list[np.ndarray]]


@dataclass(frozen=True)
class SharedImages:
    """The images that systems share.

    Attributes:
        members: by the number of the system in its group: the seeds that stored all of the images,
            the lowest first; at least one. Systems without stored images are left out.
        names: of the images, in the order in which the first system stored them.
    """

    members: dict[int, list[Member]]
    names: list[str]

    def rows(self, most: int, all_seeds: bool = False) -> Iterator[Row]:
        """Read images, evenly spaced over the names; those with a damaged file are left out.

        Args:
            most: how many at the most.
            all_seeds: whether to read what each seed made, or the lowest only.
        """
        count = min(most, len(self.names))
        places = np.unique(np.linspace(0, len(self.names) - 1, count).round().astype(int))
        for place in places:
            row = self._row(self.names[place], all_seeds)
            if row is not None:
                yield row

    def _row(self, name: str, all_seeds: bool) -> Row | None:
        first = next(iter(self.members.values()))[0].images[name]
        truth, grey = read_image(first.truth), read_image(first.grey)
        if truth is None or grey is None or grey.shape != truth.shape:
            return None
        models: dict[int, list[np.ndarray]] = {}
        for index, members in self.members.items():
            for member in members if all_seeds else members[:1]:
                made = read_image(member.images[name].model)
                if made is None or made.shape != truth.shape:
                    return None
                models.setdefault(index, []).append(made)
        return Row(name, truth, grey, models)


def shared_images(systems: list[System]) -> SharedImages | None:
    """Find the images that systems share.

    Returns:
        The images; None where no system stored any, or those that did have none in common.
    """
    shown = {index: system.shown for index, system in enumerate(systems)}
    stored = {index: list(member.images) for index, member in shown.items() if member}
    if not stored:
        return None
    first, *others = stored.values()
    common = set(first).intersection(*others)
    if not common:
        return None
    members = {
        index: [m for m in systems[index].members if common <= m.images.keys()] for index in stored
    }
    return SharedImages(members, [name for name in first if name in common])
