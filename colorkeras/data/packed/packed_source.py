"""Prepared images that are stored in one file or a few, as train, val and test sets.

A packed set has the same names, hashes and order as the same images stored as separate files. A
run on either has the same manifest hash.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.data import splits
from colorkeras.data.folders.index import hash_lines
from colorkeras.data.images.decode import fit
from colorkeras.data.subset import Joined

DATASET, MANIFEST = "dataset.json", "manifest.csv"  # the metadata of prepared data


def check_complete(folder: Path) -> None:
    """Refuse prepared data that lacks one of the packed files named in its metadata.

    Whether the files have their original bytes is checked by `python -m data_prep.verify`.

    Raises:
        UserError: naming the missing file.
    """
    try:
        facts = json.loads((folder / DATASET).read_text(encoding="utf-8-sig"))
        names = [str(file["name"]) for file in facts["files"]]
    except (OSError, ValueError, KeyError, TypeError):  # no prepared data, or without such a list
        return
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise UserError(
            f"{folder}: {missing[0]} is missing, which {DATASET} names. Copy the folder again, or "
            "prepare the data set again."
        )


class PackedSet:
    """The images of one split; an `ImageSet`.

    Args:
        names: the paths that the images have, or would have, as files.
        sha256s: hexadecimal SHA-256 of each image as a PNG file.
        size: (height, width) of every image that `read` returns.
        resize: "crop" or "stretch", for images of another size.
        read_stored: position → (height, width, 3) uint8 sRGB as stored.

    Attributes:
        names: as given.
        size: as given.
        manifest_hash: SHA-256 over the lines "sha256 name".
    """

    expected = None

    def __init__(
        self,
        names: Sequence[str],
        sha256s: Sequence[str],
        size: tuple[int, int],
        resize: str,
        read_stored: Callable[[int], np.ndarray],
    ) -> None:
        self.names, self.size = tuple(names), size
        self._sha256s, self._resize = tuple(sha256s), resize
        self._read_stored = read_stored
        self.manifest_hash = hash_lines(self.manifest())

    def __len__(self) -> int:
        return len(self.names)

    def manifest(self) -> list[str]:
        """One line "sha256 name" for each image."""
        return [f"{digest} {name}" for digest, name in zip(self._sha256s, self.names, strict=True)]

    def read(self, index: int) -> np.ndarray:
        """Read image `index`, cropped or stretched to `size` where it has another size.

        Returns:
            (height, width, 3) uint8 sRGB.
        """
        image = self._read_stored(index)
        if image.shape[:2] == self.size:
            return image
        return fit(image, *self.size, rule=self._resize)


@dataclass(frozen=True, eq=False)
class PackedSource:
    """The sets of a packed data set; a `DataSource`."""

    name: str
    manifest_hash: str
    sets: dict[str, PackedSet]
    default_split: str = "test"
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> Joined:
        """All images as one set."""
        return Joined(list(self.sets.values()))


@dataclass(frozen=True, eq=False)
class StoredSplit:
    """One split as a file stores it.

    Attributes:
        names: of the images.
        sha256s: hexadecimal SHA-256 of each image as a PNG file.
        read: position → (height, width, 3) uint8 sRGB.
    """

    names: list[str]
    sha256s: list[str]
    read: Callable[[int], np.ndarray]


def packed_source(
    name: str,
    stored: dict[str, StoredSplit],
    size: tuple[int, int],
    resize: str,
    limit: int | None,
) -> PackedSource:
    """Make a source from the splits that a file stores.

    Args:
        name: of the file or folder, as given.
        stored: the splits.
        size: (height, width) that every image is brought to.
        resize: "crop" or "stretch", where the images have another size.
        limit: use about this many images, each split in proportion; None uses all.

    Raises:
        UserError: when there are no training images, or none to validate or test on.
    """
    groups = {split: list(stored[split].names) for split in splits.SPLITS}
    if limit:
        groups = splits.keep_shares(groups, limit)
    if not groups["train"] or not (groups["val"] or groups["test"]):
        counts = ", ".join(f"{len(names)} {split}" for split, names in groups.items())
        raise UserError(
            f"{name}: {counts} images. Expected at least one train image and one val or test "
            "image; prepare the data set again."
        )
    sets = {split: _chosen(stored[split], groups[split], size, resize) for split in splits.SPLITS}
    lines = (f"{split} {line}" for split, images in sets.items() for line in images.manifest())
    notes = [f"the {split} split is empty" for split, names in groups.items() if not names]
    return PackedSource(name, hash_lines(lines), sets, notes=notes)


def _chosen(stored: StoredSplit, names: list[str], size: tuple[int, int], resize: str) -> PackedSet:
    position = {name: at for at, name in enumerate(stored.names)}
    chosen = [position[name] for name in names]
    sha256s = [stored.sha256s[at] for at in chosen]
    return PackedSet(names, sha256s, size, resize, lambda index: stored.read(chosen[index]))
