"""Keep decoded uint8 images in memory when they fit, so that only the first epoch reads files."""

import numpy as np


class CachedSet:
    """An image set that remembers what it has read.

    The memory is one array of (images, height, width, 3) uint8, filled as images are first read;
    the system commits its pages only as they are written.
    """

    def __init__(self, images):
        self._images = images
        self.names = images.names
        self.size = images.size
        self._pixels = np.empty((len(images), *images.size, 3), np.uint8)
        self._ready = np.zeros(len(images), bool)
        if hasattr(images, "expected"):  # as rendered scenes have; see `RenderedSet`
            self.expected = images.expected

    def __len__(self):
        return len(self.names)

    @property
    def manifest_hash(self):
        return self._images.manifest_hash

    def read(self, index):
        """Return image `index` as (height, width, 3) uint8; do not write to it."""
        if not self._ready[index]:
            self._pixels[index] = self._images.read(index)
            self._ready[index] = True
        return self._pixels[index]


def cached(images, budget_mb):
    """Return `images`, cached when all of it fits into `budget_mb` MiB."""
    height, width = images.size
    fits = len(images) * height * width * 3 <= budget_mb * 2**20
    return CachedSet(images) if fits else images
