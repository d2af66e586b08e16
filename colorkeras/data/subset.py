"""A smaller image set out of a larger one."""

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


def evenly_spaced(images, count):
    """Return `images` itself, or `count` of them evenly spaced when there are more."""
    if len(images) <= count:
        return images
    return Subset(images, np.linspace(0, len(images) - 1, count).round().astype(int))
