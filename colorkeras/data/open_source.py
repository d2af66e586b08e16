"""Open the data source that a configuration names: rendered scenes, packed files or a folder."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colorkeras.config.settings import DataTable
from colorkeras.data.folders.folder_source import open_folder
from colorkeras.data.folders.index import local_folder
from colorkeras.data.image_set import DataSource
from colorkeras.data.packed.hdf5_images import HDF5, open_hdf5
from colorkeras.data.packed.packed_source import PackedSource, check_complete
from colorkeras.data.packed.tfrecord_images import has_shards, open_tfrecord


def is_rendered(source: str) -> bool:
    """Whether a source string names the rendered scenes, and not a folder or a file."""
    return source.split(":")[0] == "scenes"


def check_source(source: str) -> None:
    """Refuse a source string that cannot be opened. Nothing is read.

    Raises:
        UserError: when there are no such scenes, or there is no such folder or file.
    """
    if is_rendered(source):
        from colorkeras.data.scene_source import parse_domain  # loads the painters

        parse_domain(source)
    elif not os.path.isfile(os.path.expanduser(source)):
        local_folder(source)


def open_source(
    data: DataTable,
    progress: Callable[[int, int], None] | None = None,
    for_training: bool = True,
) -> DataSource:
    """Open the data source of a configuration.

    Args:
        data: the table `[data]`.
        progress: called with (done, total) while a folder is scanned for the first time.
        for_training: require training images, and images to validate or test on.

    Returns:
        The source; its images are (data.height, data.width, 3) uint8 sRGB.

    Raises:
        UserError: when the source is missing, empty or unusable.
    """
    if is_rendered(data.source):
        from colorkeras.data.scene_source import open_scenes  # loads the painters

        return open_scenes(data)
    return _open_packed(data) or open_folder(
        data.source,
        height=data.height,
        width=data.width,
        resize=data.resize,
        split=(
            data.train_fraction,
            data.val_fraction,
            1 - data.train_fraction - data.val_fraction,
        ),
        limit=data.limit or None,
        for_training=for_training,
        progress=progress,
    )


def _open_packed(data: DataTable) -> PackedSource | None:
    """Open packed files; None for a source that has none."""
    options: dict[str, Any] = {
        "size": (data.height, data.width),
        "resize": data.resize,
        "limit": data.limit or None,
        "name": data.source,
    }
    path = Path(os.path.expanduser(data.source))
    if path.suffix == ".h5" and path.is_file():
        return open_hdf5(path, **options)
    check_complete(path)
    if (path / HDF5).is_file():
        return open_hdf5(path / HDF5, **options)
    return open_tfrecord(path, **options) if has_shards(path) else None


def describe_source(source: DataSource) -> dict[str, Any]:
    """Return what run.json records of a source: its name, manifest hash and image counts."""
    return {
        "source": source.name,
        "manifest": source.manifest_hash,
        **{split: len(images) for split, images in source.sets.items()},
        "set_aside": len(source.set_aside),
    }
