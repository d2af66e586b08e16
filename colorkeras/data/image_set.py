"""What training and evaluation ask of images: a set of images, and a source with several sets.

Both are protocols. Folders, packed files and rendered scenes have classes of their own that match.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

Prediction = Callable[[int], np.ndarray]  # position → (height, width, 3) float32 in [0, 255]


class ImageSet(Protocol):
    """Images of one size, each read by its position."""

    @property
    def names(self) -> Sequence[str]:
        """The name of each image; no two are the same."""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of every image in pixels."""

    @property
    def manifest_hash(self) -> str:
        """A hexadecimal SHA-256 that names exactly these images."""

    @property
    def expected(self) -> Prediction | None:
        """The best prediction that luminance allows, where it is known; else None.

        It is the mean over all colorings that the luminance leaves open. No other prediction has a
        smaller expected squared error.
        """

    def __len__(self) -> int: ...

    def read(self, index: int) -> np.ndarray:
        """Return image `index` as (height, width, 3) uint8 sRGB; do not write to it."""


class DataSource(Protocol):
    """Where the images of a run come from, divided into train, val and test."""

    @property
    def name(self) -> str:
        """The source as the user named it."""

    @property
    def manifest_hash(self) -> str:
        """A hexadecimal SHA-256 that names exactly these images and their division."""

    @property
    def sets(self) -> Mapping[str, ImageSet]:
        """An image set for each of "train", "val" and "test"; some may be empty."""

    @property
    def whole(self) -> ImageSet:
        """All usable images as one set."""

    @property
    def default_split(self) -> str:
        """What a model is measured on by default: "test", "val" or "all"."""

    @property
    def set_aside(self) -> Sequence[tuple[str, str]]:
        """(name, reason) of each image file that is not usable."""

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know about the source, one line each."""
