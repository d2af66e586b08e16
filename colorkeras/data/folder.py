"""A folder of images as train, val and test sets.

Sub-folders named exactly `train` and `val` or `test` are the splits. Otherwise each image's split
follows from the hash of its name alone, so that it stays where it is when others come or go.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from colorkeras.data import splits
from colorkeras.data.formats import UnusableImage
from colorkeras.data.images import fit, read_rgb
from colorkeras.data.index import Index, Progress, hash_lines, scan_folder
from colorkeras.errors import UserError

_NOT_SPLITS = ("training", "validation", "valid", "eval", "testing")


class ImageSet:
    """The images of one split, read from their files one at a time.

    Attributes:
        names: POSIX paths relative to the source's folder, sorted.
        size: (height, width) of every image that `read` returns.
        manifest_hash: SHA-256 over the lines "sha256 name".
    """

    def __init__(self, index: Index, positions: Sequence[int], size: tuple[int, int], resize: str):
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
        return [f"{digest} {name}" for digest, name in zip(digests, self.names, strict=True)]

    def read(self, index: int):
        """Read image `index`, cropped or stretched to `size`.

        Returns:
            (height, width, 3) uint8 sRGB.

        Raises:
            UserError: The file is gone or has changed since the scan.
        """
        path = self._index.root / self.names[index]
        try:
            self._check_unchanged(self._positions[index], path)
            image = read_rgb(path, at_least=self.size, checked=True)
        except (OSError, UnusableImage) as error:
            raise UserError(
                f"{path}: usable when the folder was scanned, not now ({error}). Expected files "
                "that stay as they are while they are in use; run again to scan anew."
            ) from error
        return fit(image, *self.size, rule=self._resize)

    def _check_unchanged(self, position: int, path: Path) -> None:
        index, status = self._index, os.stat(path)
        if (status.st_size, status.st_mtime_ns) == (
            index.sizes[position],
            index.mtimes_ns[position],
        ):
            return
        with open(path, "rb") as file:  # copied or touched, maybe, but the same bytes
            if hashlib.file_digest(file, "sha256").hexdigest() != index.sha256s[position]:
                raise UnusableImage("its bytes have changed")


@dataclass(frozen=True, eq=False)
class FolderSource:
    """The image sets of a folder.

    Attributes:
        name: the folder as it was given.
        manifest_hash: SHA-256 over the lines "split sha256 name" of the images used.
        sets: an `ImageSet` for each of "train", "val" and "test".
        set_aside: (name, reason) of every image file that is not usable.
        notes: what the user should know about how the folder was understood.
    """

    name: str
    manifest_hash: str
    sets: dict[str, ImageSet]
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
    min_side: int = 32,
    progress: Progress | None = None,
) -> FolderSource:
    """Scan a folder (once; see `scan_folder`) and divide its usable images.

    Args:
        root: a local folder of JPEG, PNG, WebP, BMP, GIF or TIFF files, at any depth.
        height, width: size that `ImageSet.read` brings every image to.
        resize: "crop" or "stretch"; see `fit`.
        split: shares of train, val and test; unused where the folder has its own splits. Of three
            or more images, every split with a share gets at least one.
        limit: use about so many images, chosen by the hash of their names: exactly so many, except
            that a folder's own splits are limited in proportion and keep at least one each.
        min_side: images whose shorter side is less are set aside.
        progress: called with (done, total) during the scan.

    Raises:
        UserError: Not a readable folder, no usable image, no training image, neither val nor test
            images, or a `split` or `limit` that makes no sense.
    """
    _check_numbers(split, limit)
    index = scan_folder(root, min_side=min_side, progress=progress)
    own = _has_own_splits(index.root)
    if own:
        groups = {
            s: [name for name in index.names if name.startswith(f"{s}/")] for s in splits.SPLITS
        }
        groups = splits.keep_shares(groups, limit) if limit else groups
    else:
        names = splits.keep_smallest(index.names, limit) if limit else index.names
        groups = splits.by_name(names, split)
    _check_groups(index, groups, own)
    position = {name: at for at, name in enumerate(index.names)}
    sets = {
        s: ImageSet(index, [position[name] for name in names], (height, width), resize)
        for s, names in groups.items()
    }
    lines = (f"{s} {line}" for s, images in sets.items() for line in images.manifest())
    return FolderSource(
        str(root), hash_lines(lines), sets, index.set_aside, _notes(index, groups, own)
    )


def _check_numbers(split, limit):
    if len(split) != 3 or not all(0 <= share <= 1 for share in split) or abs(sum(split) - 1) > 1e-6:
        raise UserError(
            f"split {tuple(split)}: expected the shares of train, val and test, summing to 1, such "
            "as (0.8, 0.1, 0.1)."
        )
    if limit is not None and limit < 1:
        raise UserError(f"limit {limit}: expected a number of images, at least 3, or none.")


def _has_own_splits(root: Path) -> bool:
    return (root / "train").is_dir() and any((root / s).is_dir() for s in ("val", "test"))


def _check_groups(index: Index, groups: dict[str, list[str]], own: bool) -> None:
    if groups["train"] and (groups["val"] or groups["test"]):
        return
    counts = ", ".join(f"{len(names)} {split}" for split, names in groups.items())
    aside = f" ({len(index.set_aside)} files were set aside)" if index.set_aside else ""
    advice = (
        "Put usable images into the folders train and val or test."
        if own
        else "Add images, raise the limit, or give every split a share; three images are the least."
    )
    raise UserError(
        f"{index.root}: {counts} images{aside}. Expected at least one train image and one val or "
        f"test image. {advice}"
    )


def _notes(index: Index, groups: dict[str, list[str]], own: bool) -> list[str]:
    notes = []
    for name in _NOT_SPLITS:
        if (index.root / name).is_dir():
            notes.append(f"folder {name!r} is not taken for a split; only train, val and test are")
    if own:
        outside = sum(not name.startswith(("train/", "val/", "test/")) for name in index.names)
        if outside:
            notes.append(f"{outside} images outside the folders train, val and test are ignored")
    notes += [f"the {split} split is empty" for split, names in groups.items() if not names]
    return notes
