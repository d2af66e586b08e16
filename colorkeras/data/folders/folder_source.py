"""A folder of images as train, val and test sets.

A folder that was published in splits keeps them (`published_splits`). Otherwise the hash of its
name decides the split of an image, so that it stays in its split when other images are added or
removed. Files with the same bytes are in one split.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.data import splits
from colorkeras.data.folders.examine import MIN_SIDE
from colorkeras.data.folders.folder_notes import source_notes
from colorkeras.data.folders.index import Index, Progress, hash_lines, scan_folder
from colorkeras.data.folders.published_splits import (
    PublishedSplits,
    fill_missing,
    recognize,
)
from colorkeras.data.folders.walk import nfc
from colorkeras.data.images.decode import fit, read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.packed.packed_source import DATASET


class FileSet:
    """The images of one split, read from their files one at a time; an `ImageSet`.

    Attributes:
        names: POSIX paths relative to the source's folder, sorted.
        size: (height, width) of every image that `read` returns.
        manifest_hash: SHA-256 over the lines "sha256 name", names in the Unicode form NFC.
    """

    expected = None

    def __init__(
        self, index: Index, positions: Sequence[int], size: tuple[int, int], resize: str
    ) -> None:
        self.names = tuple(index.names[position] for position in positions)
        self.size = size
        self._index = index
        self._positions = tuple(positions)
        self._resize = resize
        self.manifest_hash = hash_lines(self.manifest())

    def __len__(self) -> int:
        return len(self.names)

    def manifest(self) -> list[str]:
        """One line "sha256 name" for each image."""
        digests = (self._index.sha256s[position] for position in self._positions)
        return [f"{digest} {nfc(name)}" for digest, name in zip(digests, self.names, strict=True)]

    def read(self, index: int) -> np.ndarray:
        """Read image `index`, cropped or stretched to `size`.

        Returns:
            (height, width, 3) uint8 sRGB.

        Raises:
            UserError: when the file is gone or has changed since the scan.
        """
        path = self._index.root / self.names[index]
        try:
            self._check_unchanged(self._positions[index], path)
            image = read_rgb(path, at_least=self.size, checked=True)
        except (OSError, UnusableImage) as error:
            raise UserError(
                f"{path}: usable when the folder was scanned, but not now ({error}). Expected "
                "files that do not change while they are in use; run again to scan the folder "
                "again."
            ) from error
        return fit(image, *self.size, rule=self._resize)

    def _check_unchanged(self, position: int, path: Path) -> None:
        index, status = self._index, os.stat(path)
        if (status.st_size, status.st_mtime_ns) == (
            index.sizes[position],
            index.mtimes_ns[position],
        ):
            return
        with open(path, "rb") as file:  # perhaps copied or touched, with the same bytes
            if hashlib.file_digest(file, "sha256").hexdigest() != index.sha256s[position]:
                raise UnusableImage("its bytes have changed")


@dataclass(frozen=True, eq=False)
class FolderSource:
    """The image sets of a folder; a `DataSource`.

    Attributes:
        name: the folder as it was given.
        manifest_hash: SHA-256 over the lines "split sha256 name" of the images used.
        sets: a `FileSet` for each of "train", "val" and "test".
        whole: all usable images, in any split or in none.
        default_split: what a model is measured on by default: "test" or "val" as published, or
            "all" for a folder without published splits.
        set_aside: (name, reason) of every image file that is not usable.
        notes: what the user should know about how the folder was understood.
    """

    name: str
    manifest_hash: str
    sets: dict[str, FileSet]
    whole: FileSet
    default_split: str
    set_aside: list[tuple[str, str]]
    notes: list[str]


def open_folder(
    root: str | Path,
    *,
    height: int,
    width: int,
    resize: str = "crop",
    split: tuple[float, float, float] = (0.8, 0.1, 0.1),
    limit: int | None = None,
    min_side: int = MIN_SIDE,
    for_training: bool = True,
    progress: Progress | None = None,
) -> FolderSource:
    """Scan a folder (once; see `scan_folder`) and divide its usable images.

    Args:
        root: a local folder of JPEG, PNG, WebP, BMP, GIF or TIFF files, at any depth. All images of
            prepared data (with dataset.json) are used, as grey images were rejected before.
        height, width: the size in pixels that every image is brought to.
        resize: "crop" or "stretch"; see `fit`.
        split: shares of train, val and test, for a folder without published splits. They also say
            how many images a published train folder gives to a missing val or test. Of three or
            more images, every split with a share gets at least one.
        limit: use this many images, chosen by the hash of their names. Published splits are
            limited in proportion and keep at least one image each; the total is then about this.
        min_side: images whose shorter side has fewer pixels are set aside.
        for_training: require training images, and images to validate or test on.
        progress: called with (done, total) during the scan.

    Raises:
        UserError: when it is not a readable folder, has no usable image, lacks what training
            requires, or `split` or `limit` has an impossible value.
    """
    _check_numbers(split, limit)
    is_prepared = os.path.isfile(os.path.join(os.path.expanduser(root), DATASET))
    index = scan_folder(root, min_side=min_side, grey_too=is_prepared, progress=progress)
    own, groups = _groups(index, split, limit)
    if for_training:
        _check_groups(index, groups, own)
    return _source(str(root), index, own, groups, (height, width), resize, for_training)


def _source(
    name: str,
    index: Index,
    own: PublishedSplits | None,
    groups: dict[str, list[str]],
    size: tuple[int, int],
    resize: str,
    for_training: bool,
) -> FolderSource:
    position = {name: at for at, name in enumerate(index.names)}
    sets = {
        split: FileSet(index, [position[name] for name in names], size, resize)
        for split, names in groups.items()
    }
    lines = (f"{split} {line}" for split, images in sets.items() for line in images.manifest())
    return FolderSource(
        name=name,
        manifest_hash=hash_lines(lines),
        sets=sets,
        whole=FileSet(index, range(len(index.names)), size, resize),
        default_split=_default_split(own),
        set_aside=index.set_aside,
        notes=[*index.notes, *source_notes(index, groups, own, for_training)],
    )


def _check_numbers(split: tuple[float, float, float], limit: int | None) -> None:
    if len(split) != 3 or not all(0 <= share <= 1 for share in split) or abs(sum(split) - 1) > 1e-6:
        raise UserError(
            f"split {tuple(split)}: expected the shares of train, val and test, summing to 1, such "
            "as (0.8, 0.1, 0.1)."
        )
    if limit is not None and limit < 1:
        raise UserError(f"limit {limit}: expected a number of images, at least 3, or none.")


def _groups(
    index: Index, shares: Sequence[float], limit: int | None
) -> tuple[PublishedSplits | None, dict[str, list[str]]]:
    """The published splits, if there are any, and the names of the images in each split."""
    own = recognize(index.all_names())
    if own is None:
        return None, _divided(index, shares, limit)
    groups = _published(index, own, shares)
    return own, splits.keep_shares(groups, limit) if limit else groups


def _published(index: Index, own: PublishedSplits, shares: Sequence[float]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {split: [] for split in splits.SPLITS}
    for name in index.names:
        if split := own.split_of(name):
            groups[split].append(name)
    return fill_missing(groups, own.published(), shares)


def _divided(index: Index, shares: Sequence[float], limit: int | None) -> dict[str, list[str]]:
    digest = dict(zip(index.names, index.sha256s, strict=True))
    names = splits.keep_smallest(index.names, limit) if limit else index.names
    return splits.by_content(names, [digest[name] for name in names], shares)


def _default_split(own: PublishedSplits | None) -> str:
    if own is None:
        return "all"
    return next((s for s in ("test", "val") if s in own.published()), "test")


def _check_groups(index: Index, groups: dict[str, list[str]], own: PublishedSplits | None) -> None:
    if groups["train"] and (groups["val"] or groups["test"]):
        return
    counts = ", ".join(f"{len(names)} {split}" for split, names in groups.items())
    aside = f" ({len(index.set_aside)} files were set aside)" if index.set_aside else ""
    if own and not groups["train"]:
        folder = next(iter(own.splits)).rstrip("/")
        advice = (
            f"The folder was published for testing: {own.note()}. Add a folder train, or give "
            f"{index.root / folder} itself, which is then divided into new splits."
        )
    elif own:
        advice = "Put usable images into the folders train and val or test."
    else:
        advice = (
            "Add images, raise the limit, or give every split a share; at least three images are "
            "needed."
        )
    raise UserError(
        f"{index.root}: {counts} images{aside}. Expected at least one train image and one val or "
        f"test image. {advice}"
    )
