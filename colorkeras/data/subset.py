"""Part of an image set, and several sets as one."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from colorkeras.data.image_set import ImageSet, Prediction


class Subset:
    """The images of `images` at `indices`, in that order; an `ImageSet`."""

    def __init__(self, images: ImageSet, indices: Iterable[int]) -> None:
        self._images, self._indices = images, [int(index) for index in indices]
        self.size = images.size
        self.names = [images.names[index] for index in self._indices]

    def __len__(self) -> int:
        return len(self._indices)

    @property
    def manifest_hash(self) -> str:
        """SHA-256 over the hash of the whole set and the names chosen."""
        text = "\n".join([self._images.manifest_hash, *self.names])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def expected(self) -> Prediction | None:
        """The best prediction that luminance allows, where the whole set knows it."""
        of_whole = self._images.expected
        return None if of_whole is None else lambda index: of_whole(self._indices[index])

    def read(self, index: int) -> np.ndarray:
        """Return image `index` as (height, width, 3) uint8 sRGB."""
        return self._images.read(self._indices[index])


class Joined:
    """The images of several sets of one size, one set after the other; an `ImageSet`."""

    def __init__(self, parts: Sequence[ImageSet]) -> None:
        self._parts = [part for part in parts if len(part)]
        self._ends = np.cumsum([len(part) for part in self._parts])
        self.size = parts[0].size
        self.names = [name for part in self._parts for name in part.names]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def manifest_hash(self) -> str:
        """SHA-256 over the hashes of the sets."""
        text = "\n".join(part.manifest_hash for part in self._parts)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def expected(self) -> Prediction | None:
        """The best prediction that luminance allows, where every set knows it."""
        known = [part.expected for part in self._parts if part.expected is not None]
        if not known or len(known) < len(self._parts):
            return None

        def predict(index: int) -> np.ndarray:
            number, place = self._locate(index)
            return known[number](place)

        return predict

    def read(self, index: int) -> np.ndarray:
        """Return image `index` as (height, width, 3) uint8 sRGB."""
        number, place = self._locate(index)
        return self._parts[number].read(place)

    def _locate(self, index: int) -> tuple[int, int]:
        """The number of the set that holds image `index`, and the position in that set."""
        number = int(np.searchsorted(self._ends, index, side="right"))
        first = int(self._ends[number]) - len(self._parts[number])
        return number, int(index) - first


def evenly_spaced(images: ImageSet, count: int) -> ImageSet:
    """Return `images` itself, or `count` of them evenly spaced when there are more."""
    if len(images) <= count:
        return images
    return Subset(images, np.linspace(0, len(images) - 1, count).round().astype(int))
