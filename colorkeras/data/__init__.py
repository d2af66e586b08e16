"""Images in: files, packed files or rendered scenes → train, val and test sets of uint8 sRGB.

A source has `name`, `manifest_hash`, `sets`, `whole`, `default_split`, `set_aside` and `notes`; a
set has `names`, `size`, `manifest_hash` and `read(index)`. Nothing outside this package knows where
an image came from.
"""

import os
from pathlib import Path

from colorkeras.data.folders.image_folder import open_folder
from colorkeras.data.folders.index import local_folder
from colorkeras.data.packed.hdf5 import HDF5, open_hdf5
from colorkeras.data.packed.packed_images import check_complete
from colorkeras.data.packed.tfrecord import has_shards, open_tfrecord
from colorkeras.data.rendered import RenderedSource, parse_domain


def is_rendered(source):
    """Whether a data source string means the embedded scenes rather than a folder."""
    return source.split(":")[0] == "scenes"


def check_source(source):
    """Refuse a data source string that means nothing, without looking into it.

    Raises:
        UserError: when there are no such scenes, or no such folder or file.
    """
    if is_rendered(source):
        parse_domain(source)
    elif not os.path.isfile(os.path.expanduser(source)):
        local_folder(source)


def open_source(data, progress=None, for_training=True):
    """Open the data source of a configuration.

    Args:
        data: a `DataTable`.
        progress: called with (done, total) while a folder is scanned for the first time.
        for_training: whether there must be training images and some to validate or test on.

    Returns:
        A source with `sets["train" | "val" | "test"]`, and all images as `whole`.

    Raises:
        UserError: when the source is missing, empty or unusable.
    """
    if is_rendered(data.source):
        counts = {"train": data.train_images, "val": data.val_images, "test": data.test_images}
        return RenderedSource(
            parse_domain(data.source),
            seed=data.seed,
            counts=_limited(counts, data.limit),
            height=data.height,
            width=data.width,
        )
    limit = data.limit or None
    options = {
        "size": (data.height, data.width),
        "resize": data.resize,
        "limit": limit,
    }
    path = Path(os.path.expanduser(data.source))
    if path.suffix == ".h5" and path.is_file():
        return open_hdf5(path, **options, name=data.source)
    check_complete(path)
    if (path / HDF5).is_file():
        return open_hdf5(path / HDF5, **options, name=data.source)
    if has_shards(path):
        return open_tfrecord(path, **options, name=data.source)
    test_fraction = 1 - data.train_fraction - data.val_fraction
    return open_folder(
        data.source,
        height=data.height,
        width=data.width,
        resize=data.resize,
        split=(data.train_fraction, data.val_fraction, test_fraction),
        limit=limit,
        for_training=for_training,
        progress=progress,
    )


def _limited(counts, limit):
    """Scale the split sizes down to `limit` images in all (0: no limit), at least one each."""
    share = min(1.0, limit / sum(counts.values())) if limit else 1.0
    return {split: max(1, int(count * share)) for split, count in counts.items()}


def describe_source(source):
    """Return what run.json says about a source: its name, manifest hash and counts."""
    return {
        "source": source.name,
        "manifest": source.manifest_hash,
        **{split: len(images) for split, images in source.sets.items()},
        "set_aside": len(source.set_aside),
    }
