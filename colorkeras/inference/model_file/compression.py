"""Compressed weights in a model file: the one form that is read, and how it is written.

A weight is one chunk, shuffled (the bytes of all numbers by their place) and then deflated, as
h5py does with `compression="gzip", shuffle=True`, so that plain Keras opens the file. Reading
does not call HDF5's filters, which take as much memory as the compressed data ask for: the
chunk is inflated here, to the size that was declared and no further.
"""

import math
import zlib
from typing import Any

import h5py
import numpy as np

MOST_BYTES = 64 * 2**20  # of all compressed weights of a file, unpacked
# Smaller ones would not shrink: a chunk costs HDF5 2 kB.
_LEAST_BYTES = 8192
_ITEM = 4  # bytes of a float32
_LEVEL = 9


def is_compressed(dataset: h5py.Dataset) -> bool:
    """Whether a dataset is stored in the one form that `unpacked` reads.

    Args:
        dataset: of float32 numbers; none of its data is read.
    """
    plan = dataset.id.get_create_plist()
    if plan.get_layout() != h5py.h5d.CHUNKED or dataset.chunks != dataset.shape:
        return False
    filters = [plan.get_filter(number) for number in range(plan.get_nfilters())]
    if [code for code, *_ in filters] != [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE]:
        return False
    if filters[0][2] != (_ITEM,) or dataset.id.get_num_chunks() != 1:
        return False
    return bool(dataset.id.get_chunk_info(0).filter_mask == 0)  # no filter was passed over


def unpacked(dataset: h5py.Dataset) -> np.ndarray:
    """Read a dataset for which `is_compressed` holds.

    Returns:
        float32 array of its shape.

    Raises:
        ValueError: when it is damaged, or inflates to more or less than its shape.
    """
    _, deflated = dataset.id.read_direct_chunk((0,) * dataset.ndim)
    size = _ITEM * math.prod(dataset.shape)
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(deflated, size + 1)
    except zlib.error as error:
        raise ValueError(f"compressed weights: {error}") from error
    if len(content) != size or not inflate.eof:
        raise ValueError("compressed weights have another size than was declared")
    places = np.frombuffer(content, np.uint8).reshape(_ITEM, -1)
    return np.ascontiguousarray(places.T).view("<f4").reshape(dataset.shape)


def copy_compressed(source: h5py.Group, target: h5py.Group) -> None:
    """Copy what a group holds into another, with every large dataset compressed.

    Args:
        source: a group or file of float32 datasets.
        target: an empty one.
    """
    for name, value in source.attrs.items():
        target.attrs[name] = value
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            copy_compressed(item, target.create_group(name))
        else:
            target.create_dataset(name, data=item[()], **_storage(item))


def _storage(dataset: h5py.Dataset) -> dict[str, Any]:
    if dataset.nbytes < _LEAST_BYTES:
        return {}
    gzip = {"compression": "gzip", "compression_opts": _LEVEL, "shuffle": True}
    return {"chunks": dataset.shape, **gzip}
