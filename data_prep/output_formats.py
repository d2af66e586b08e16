"""How the prepared images are stored: as files, in TFRecord shards, or in one HDF5 file.

Each function takes the images from the folder where the workers wrote them, in the order of the
manifest. It returns what dataset.json states about the files that it made.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.data.packed.hdf5_images import HDF5, create_split, write_head
from colorkeras.data.splits import SPLITS
from colorkeras.records.atomic import replacing
from colorkeras.records.environment import available_cores
from colorkeras.records.hdf5_file import writing_hdf5
from data_prep.disk_space import require_space
from data_prep.parallel import image_path
from data_prep.prepared_image import Recipe, decode_png
from data_prep.state import State
from data_prep.worker_process import portions

SHARD_BYTES = 128 << 20  # large enough for a network disk, small enough to move
_PORTION = 64


Files = list[dict[str, Any]]  # name, bytes and SHA-256 of each


def store_files(
    state: State, out: Path, work: Path, recipe: Recipe, counts: Mapping[str, int]
) -> Files:
    """Move the images to OUT/<split>/<name>.

    Args:
        state: of the preparation, in which the images have their paths.
        out: the folder of the data set.
        work: the folder with the images as the workers wrote them.
        recipe: how the images were prepared.
        counts: number of images of each split.

    Returns:
        Nothing: the manifest lists the files.
    """
    with _storing(counts) as progress:
        done = 0
        for split in SPLITS:
            for number, path in state.placed("id, path", split):
                _move(image_path(work, number), out / path)
                done += 1
                progress.update(done)
    return []


def store_hdf5(
    state: State, out: Path, work: Path, recipe: Recipe, counts: Mapping[str, int]
) -> Files:
    """Write OUT/images.h5, the pixels of all images; the arguments are those of `store_files`."""
    require_space(out, sum(counts.values()) * recipe.height * recipe.width * 3)
    with (
        _storing(counts) as progress,
        writing_hdf5(out / HDF5) as file,
        ThreadPoolExecutor(available_cores()) as threads,
    ):
        write_head(file)
        done = 0
        for split in SPLITS:
            names = [path for (path,) in state.placed("path", split)]
            digests = [bytes.fromhex(digest) for (digest,) in state.placed("sha256", split)]
            images = create_split(file, split, names, digests, (recipe.height, recipe.width))
            first = 0
            for portion in _portions(state, split, work):
                pixels = list(threads.map(lambda item: decode_png(_read(item[1])), portion))
                images[first : first + len(pixels)] = np.stack(pixels)
                first += len(pixels)
                done += len(pixels)
                progress.update(done)
    return [_described(out / HDF5)]


def store_tfrecord(
    state: State, out: Path, work: Path, recipe: Recipe, counts: Mapping[str, int]
) -> Files:
    """Write OUT/<split>-NNNNN-of-NNNNN.tfrecord, with the PNG files; see `store_files`."""
    from colorkeras.data.packed.tfrecord_images import shard_name, write_shard

    made, done = [], 0
    with _storing(counts) as progress:
        for split in SPLITS:
            shards = list(_shards(state, split, work))
            for at, shard in enumerate(shards):
                target = out / shard_name(split, at, len(shards))
                with replacing(target) as temporary:
                    write_shard(temporary, ((path, _read(file)) for path, file in shard))
                made.append(_described(target))
                done += len(shard)
                progress.update(done)
    return made


Store = Callable[[State, Path, Path, Recipe, Mapping[str, int]], Files]
FORMATS: dict[str, Store] = {
    "files": store_files,
    "tfrecord": store_tfrecord,
    "hdf5": store_hdf5,
}


def _storing(counts: Mapping[str, int]) -> ProgressReport:
    return ProgressReport("storing", sum(counts.values()), unit="image")


def _move(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
    except FileNotFoundError:
        if not target.exists():  # where it does, an earlier, interrupted attempt has moved it
            raise _missing(source) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _missing(path) from None


def _missing(path: Path) -> UserError:
    return UserError(
        f"{path}: was prepared, but does not exist any more. Remove the folder {path.parents[2]} "
        "and begin again."
    )


def _images(state: State, split: str, work: Path) -> Iterator[tuple[str, Path]]:
    """(path in the data set, file) of the images of a split."""
    for number, path in state.placed("id, path", split):
        yield path, image_path(work, number)


def _portions(state: State, split: str, work: Path) -> Iterator[list[tuple[str, Path]]]:
    return portions(_images(state, split, work), _PORTION)


def _shards(state: State, split: str, work: Path) -> Iterator[list[tuple[str, Path]]]:
    """The images of a split in groups of about SHARD_BYTES."""
    shard: list[tuple[str, Path]] = []
    size = 0
    for path, file in _images(state, split, work):
        shard.append((path, file))
        size += file.stat().st_size if file.exists() else 0
        if size >= SHARD_BYTES:
            yield shard
            shard, size = [], 0
    if shard:
        yield shard


def _described(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}
