"""All images of a data set in one HDF5 file, read through NumPy alone: no decoder, no TensorFlow.

Layout, version 1: root attributes `format` and `version`; for each of train, val and test a group
with `images` (images, height, width, 3) uint8 sRGB, `names` (images,) UTF-8 of fixed length and
`sha256` (images, 32) uint8, of each image as a PNG file. `images` is one contiguous block, so
that a row is a slice of the file mapped into memory, and many threads may read at once.
"""

from pathlib import Path

import h5py
import numpy as np

from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.data.packed.packed_source import PackedSource, StoredSplit, packed_source
from colorkeras.data.splits import SPLITS

HDF5 = "images.h5"
FORMAT, VERSION = "colorkeras-images", 1
_DIGEST = 32


def write_head(file: h5py.File) -> None:
    """Mark a new file as one of this format."""
    file.attrs["format"], file.attrs["version"] = FORMAT, VERSION


def create_split(
    file: h5py.File, split: str, names: list[str], digests: list[bytes], size: tuple[int, int]
) -> h5py.Dataset:
    """Add a split to a file.

    Args:
        file: open for writing.
        split: "train", "val" or "test".
        names: of the images.
        digests: SHA-256 of each image as a PNG file, 32 bytes.
        size: (height, width) of the images.

    Returns:
        The data set `images`, (images, height, width, 3) uint8, to be filled in the order of
        `names`.
    """
    group = file.create_group(split)
    encoded = np.array([name.encode() for name in names], dtype=np.bytes_)
    group.create_dataset("names", data=encoded if names else np.empty(0, "S1"))
    flat = np.frombuffer(b"".join(digests), np.uint8)
    group.create_dataset("sha256", data=flat.reshape(len(names), _DIGEST))
    return group.create_dataset("images", (len(names), *size, 3), np.uint8)


def open_hdf5(
    path: Path, *, size: tuple[int, int], resize: str, limit: int | None, name: str
) -> PackedSource:
    """Open a packed file; the arguments are those of `packed_source`.

    Raises:
        UserError: when the file is truncated, of another version, or no packed file at all.
    """
    try:
        with h5py.File(path, "r") as file:
            _check_head(path, file)
            stored = {split: _stored(path, file, split) for split in SPLITS}
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path}: not a complete file of packed images ({_short(error)}). Copy it again, or "
            f"prepare it with `{program_name('data_prep.folder')} PHOTOS -o OUT --format hdf5`."
        ) from error
    return packed_source(name, stored, size, resize, limit)


def _check_head(path: Path, file: h5py.File) -> None:
    found = file.attrs.get("format"), file.attrs.get("version")
    if found != (FORMAT, VERSION):
        raise UserError(
            f"{path}: an HDF5 file of format {found[0]}, version {found[1]}; expected {FORMAT}, "
            f"version {VERSION}. Prepare it with `data_prep … --format hdf5`."
        )


def _stored(path: Path, file: h5py.File, split: str) -> StoredSplit:
    group = file[split]
    names = [name.decode() for name in group["names"][:].tolist()]
    digests = group["sha256"][:]
    images = group["images"]
    expected = (len(names), *images.shape[1:3], 3)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape != expected:
        raise ValueError(f"{split}/images is {images.dtype} {images.shape}, not {expected} uint8")
    if digests.dtype != np.uint8 or digests.shape != (len(names), _DIGEST):
        raise ValueError(f"{split}/sha256 is {digests.dtype} {digests.shape}")
    pixels = _mapped(path, images)
    return StoredSplit(names, [bytes(row).hex() for row in digests], pixels.__getitem__)


def _mapped(path: Path, images: h5py.Dataset) -> np.ndarray:
    if not len(images):
        return np.empty(images.shape, np.uint8)
    offset = images.id.get_offset()
    if offset is None:
        raise ValueError("images are not one contiguous block")
    # NumPy refuses a map that is longer than the file, as of a copy that was interrupted.
    return np.memmap(path, np.uint8, "r", offset, images.shape)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
