"""Keep decoded uint8 images in memory when they fit, so that only the first epoch reads files."""

from collections.abc import Sequence

import numpy as np

from colorkeras.data.image_set import ImageSet, Prediction


class CachedSet:
    """An image set that keeps in memory what it has read; an `ImageSet`.

    The memory is one array of (images, height, width, 3) uint8. The operating system provides its
    pages only as they are filled.
    """

    def __init__(self, images: ImageSet) -> None:
        self._images = images
        self._pixels = np.empty((len(images), *images.size, 3), np.uint8)
        self._ready = np.zeros(len(images), bool)

    def __len__(self) -> int:
        return len(self._images)

    @property
    def names(self) -> Sequence[str]:
        """The names of the images."""
        return self._images.names

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of every image in pixels."""
        return self._images.size

    @property
    def manifest_hash(self) -> str:
        """The hash of the set that is cached."""
        return self._images.manifest_hash

    @property
    def expected(self) -> Prediction | None:
        """The best prediction that luminance allows, where the cached set knows it."""
        return self._images.expected

    def read(self, index: int) -> np.ndarray:
        """Return image `index` as (height, width, 3) uint8; do not write to it."""
        if not self._ready[index]:
            self._pixels[index] = self._images.read(index)
            self._ready[index] = True
        return self._pixels[index]


def cached(images: ImageSet, budget_mb: float) -> ImageSet:
    """Return `images`, cached when all of it fits into `budget_mb` MiB."""
    height, width = images.size
    fits = len(images) * height * width * 3 <= budget_mb * 2**20
    return CachedSet(images) if fits else images
