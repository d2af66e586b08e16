"""A smaller image set out of a larger one, and one out of several."""

import hashlib

import numpy as np


class Subset:
    """The images of `images` at `indices`, in that order."""

    def __init__(self, images, indices):
        self._images, self._indices = images, [int(index) for index in indices]
        self.size = images.size
        self.names = [images.names[index] for index in self._indices]
        if hasattr(images, "expected"):  # as rendered scenes have; see `RenderedSet`
            self.expected = lambda index: images.expected(self._indices[index])

    def __len__(self):
        return len(self._indices)

    @property
    def manifest_hash(self):
        """SHA-256 of the larger set's hash and the names chosen."""
        text = "\n".join([self._images.manifest_hash, *self.names])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def read(self, index):
        """Return image `index` as (height, width, 3) uint8 sRGB."""
        return self._images.read(self._indices[index])


class Joined:
    """The images of several sets of one size, one set after the other."""

    def __init__(self, parts):
        self._parts = [part for part in parts if len(part)]
        self._ends = np.cumsum([len(part) for part in self._parts])
        self.size = parts[0].size
        self.names = [name for part in self._parts for name in part.names]
        if self._parts and all(hasattr(part, "expected") for part in self._parts):
            self.expected = lambda index: self._at(index, "expected")

    def __len__(self):
        return len(self.names)

    @property
    def manifest_hash(self):
        """SHA-256 of the sets' hashes."""
        text = "\n".join(part.manifest_hash for part in self._parts)
        return hashlib.sha256(text.encode()).hexdigest()

    def read(self, index):
        """Return image `index` as (height, width, 3) uint8 sRGB."""
        return self._at(index, "read")

    def _at(self, index, method):
        number = int(np.searchsorted(self._ends, index, side="right"))
        first = int(self._ends[number]) - len(self._parts[number])
        return getattr(self._parts[number], method)(int(index) - first)


def evenly_spaced(images, count):
    """Return `images` itself, or `count` of them evenly spaced when there are more."""
    if len(images) <= count:
        return images
    return Subset(images, np.linspace(0, len(images) - 1, count).round().astype(int))
