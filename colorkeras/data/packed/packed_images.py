"""Prepared images that are kept in one file or a few, as train, val and test sets.

A packed set has the names, hashes and order of the same images kept as files, so that a run on
either has the same manifest.
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

DATASET = "dataset.json"  # the metadata of prepared data


def check_complete(folder: Path) -> None:
    """Refuse prepared data without one of the packed files that their metadata names.

    Whether the files are as they were written, `python -m data_prep.verify` tells.

    Raises:
        UserError: naming the file.
    """
    try:
        facts = json.loads((folder / DATASET).read_text(encoding="utf-8-sig"))
        names = [str(file["name"]) for file in facts["files"]]
    except (OSError, ValueError, KeyError, TypeError):  # no such data, or of no use here
        return
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise UserError(
            f"{folder}: {missing[0]} is missing, which {DATASET} names. Copy the folder again, or "
            "prepare the data set anew."
        )


class PackedSet:
    """The images of one split; the contract of `ImageSet`.

    Attributes:
        names: paths that the images have, or would have, as files.
        size: (height, width) of every image that `read` returns.
        manifest_hash: SHA-256 over the lines "sha256 name".
    """

    def __init__(
        self,
        names: Sequence[str],
        sha256s: Sequence[str],
        size: tuple[int, int],
        resize: str,
        read_stored: Callable[[int], np.ndarray],
    ):
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
        """Read image `index`, cropped or stretched to `size` where it has another.

        Returns:
            (height, width, 3) uint8 sRGB.
        """
        image = self._read_stored(index)
        if image.shape[:2] == self.size:
            return image
        return fit(image, *self.size, rule=self._resize)


@dataclass(frozen=True, eq=False)
class PackedSource:
    """The sets of a packed data set; the contract of `FolderSource`."""

    name: str
    manifest_hash: str
    sets: dict[str, PackedSet]
    default_split: str = "test"
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> Joined:
        return Joined(list(self.sets.values()))


@dataclass(frozen=True, eq=False)
class StoredSplit:
    """What a file format says of a split.

    Attributes:
        names: of the images.
        sha256s: hexadecimal SHA-256 of each as a PNG file.
        read: position → (height, width, 3) uint8.
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
    """Make a source of what a file holds.

    Args:
        name: of the file or folder, as given.
        stored: the splits.
        size: (height, width) wanted.
        resize: "crop" or "stretch", where the images have another size.
        limit: use about so many images, in proportion of the splits; None uses all.

    Raises:
        UserError: when training is left without images, or there is nothing to test on.
    """
    groups = {split: list(stored[split].names) for split in splits.SPLITS}
    if limit:
        groups = splits.keep_shares(groups, limit)
    if not groups["train"] or not (groups["val"] or groups["test"]):
        counts = ", ".join(f"{len(names)} {split}" for split, names in groups.items())
        raise UserError(
            f"{name}: {counts} images. Expected at least one train image and one val or test "
            "image; prepare the data set anew."
        )
    sets = {split: _chosen(stored[split], groups[split], size, resize) for split in splits.SPLITS}
    lines = (f"{split} {line}" for split, images in sets.items() for line in images.manifest())
    notes = [f"the {split} split is empty" for split, names in groups.items() if not names]
    return PackedSource(name, hash_lines(lines), sets, notes=notes)


def _chosen(stored: StoredSplit, names: list[str], size, resize: str) -> PackedSet:
    position = {name: at for at, name in enumerate(stored.names)}
    chosen = [position[name] for name in names]
    sha256s = [stored.sha256s[at] for at in chosen]
    return PackedSet(names, sha256s, size, resize, lambda index: stored.read(chosen[index]))
