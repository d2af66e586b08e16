"""The part of `hostile_models.py` about HDF5 and about the numbers in it."""

import os
import zlib

import h5py
import numpy as np
from hostile_files import ATTRIBUTE, entry

# --- HDF5 --------------------------------------------------------------------------------------

KERNEL = "model_weights/chroma/chroma/kernel"


def replaced(file, name=KERNEL, **options):
    """Write a weight anew, stored in another way; returns the dataset."""
    values = file[name][()]
    del file[name]
    return file.create_dataset(name, data=values, **options)


STORAGE = {
    "chunked": lambda file: replaced(file, chunks=(1, 1, 5, 2)),
    "gzip": lambda file: replaced(file, chunks=(1, 1, 5, 2), compression="gzip"),
    "shuffle": lambda file: replaced(file, chunks=(1, 1, 5, 2), shuffle=True),
    "checksummed": lambda file: replaced(file, chunks=(1, 1, 5, 2), fletcher32=True),
    "growing": lambda file: replaced(file, maxshape=(None, None, None, None)),
    "float64": lambda file: replaced(file, dtype="f8"),
    "float16": lambda file: replaced(file, dtype="f2"),
    "big-endian": lambda file: replaced(file, dtype=">f4"),
    "integers": lambda file: replaced(file, dtype="i4"),
    "extra": lambda file: file.create_dataset("model_weights/extra", (16,), "f4"),
    "extra-root": lambda file: file.create_dataset("optimizer_weights", data=np.zeros(3, "f4")),
    "chunk-of-3-gib": lambda file: file.create_dataset(
        "model_weights/extra", (1,), "f4", chunks=(3 * 2**28,), maxshape=(None,)
    ),
    "terabytes": lambda file: file.create_dataset(
        "model_weights/extra", (2**32, 2**32), "f4", chunks=(32, 32)
    ),
    "gigabyte": lambda file: file.create_dataset("model_weights/extra", (2**28,), "f4"),
    "text": lambda file: file.create_dataset("model_weights/extra", data=["a"]),
    "empty": lambda file: file.create_dataset("model_weights/extra", data=h5py.Empty("f4")),
    "reference": lambda file: file.create_dataset(
        "model_weights/extra", data=[file.ref], dtype=h5py.ref_dtype
    ),
    "compound": lambda file: file.create_dataset("model_weights/extra", (2,), np.dtype("f4,i4")),
    "named-type": lambda file: file.__setitem__("model_weights/extra", np.dtype("f4")),
    "soft-link": lambda file: file.__setitem__("model_weights/x", h5py.SoftLink("/model_weights")),
    "dangling": lambda file: file.__setitem__("model_weights/x", h5py.SoftLink("/nowhere")),
    "external-link": lambda file: file.__setitem__(
        "model_weights/x", h5py.ExternalLink("/etc/passwd", "/")
    ),
    "external-storage": lambda file: file.create_dataset(
        "model_weights/extra", (16,), "f4", external=[("/etc/passwd", 0, 64)]
    ),
    "group-in-itself": lambda file: file.__setitem__("model_weights/x", file["model_weights"]),
    "deep-groups": lambda file: file.create_group("model_weights/" + "/".join("g" * 500)),
    "no-weights": lambda file: file.__delitem__("model_weights"),
    "no-kernel": lambda file: file.__delitem__(KERNEL),
    "kernel-is-group": lambda file: (file.__delitem__(KERNEL), file.create_group(KERNEL)),
    "two-kernels": lambda file: file.copy(
        "model_weights/chroma", file["model_weights/chroma"], "x"
    ),
    "no-config": lambda file: file.attrs.__delitem__("model_config"),
    "no-metadata": lambda file: file.attrs.__delitem__(ATTRIBUTE),
}


@entry("storage", *STORAGE)
def _(path, value):
    with h5py.File(path, "r+") as file:
        STORAGE[value](file)


def packed(file, content, mask=0, shape=(1, 1, 5, 2), **options):
    """Write a weight in the compressed form that is read, with other bytes inside."""
    del file[KERNEL]
    form = {"chunks": shape, "compression": "gzip", "shuffle": True, **options}
    dataset = file.create_dataset(KERNEL, shape, "f4", **form)
    dataset.id.write_direct_chunk((0,) * len(shape), content, mask)


PACKED = {
    "bomb": lambda file: packed(file, zlib.compress(bytes(2**26))),
    "short": lambda file: packed(file, zlib.compress(bytes(39))),
    "cut": lambda file: packed(file, zlib.compress(bytes(40))[:-1]),
    "no-zlib": lambda file: packed(file, bytes(40)),
    "filters-passed-over": lambda file: packed(file, bytes(40), mask=3),
    "checksummed-too": lambda file: packed(file, zlib.compress(bytes(40)), fletcher32=True),
    "larger-chunk": lambda file: packed(
        file, zlib.compress(bytes(80)), chunks=(1, 1, 5, 4), maxshape=(1, 1, 5, None)
    ),
    "never-written": lambda file: (
        file.__delitem__(KERNEL),
        file.create_dataset(
            KERNEL, (1, 1, 5, 2), "f4", chunks=(1, 1, 5, 2), compression="gzip", shuffle=True
        ),
    ),
    "gigabyte": lambda file: file.create_dataset(
        "model_weights/extra", (2**28,), "f4", chunks=(2**28,), compression="gzip", shuffle=True
    ).id.write_direct_chunk((0,), zlib.compress(bytes(100))),
}


@entry("packed", *PACKED)
def _(path, value):
    with h5py.File(path, "r+") as file:
        PACKED[value](file)


@entry("storage-virtual")
def _(path):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,))
    with h5py.File(path, "r+") as file:
        file.create_virtual_dataset("model_weights/extra", layout)


@entry("never-written", "chroma/chroma/kernel", "norm/norm/gamma", "down/down/kernel")
def _(path, value):
    with h5py.File(path, "r+") as file:
        shape = file[f"model_weights/{value}"].shape
        del file[f"model_weights/{value}"]
        file.create_dataset(f"model_weights/{value}", shape, "f4")


@entry("cut-short", 0.0, 0.001, 0.1, 0.3, 0.5, 0.8, 0.99)
def _(path, value):
    os.truncate(path, int(path.stat().st_size * value))


# What HDF5 itself does not survive: only a process of its own does.
DEADLY = ("loops", "long-text")


@entry("loops")
def _(path):
    """A free piece of size 0 in the heap of the texts, which HDF5 walks through for ever."""
    content = bytearray(path.read_bytes())
    first = content.index(b"GCOL") + 16
    content[first : first + 16] = bytes(16)  # number 0 (free), size 0
    path.write_bytes(content)


@entry("long-text")
def _(path):
    """A text of variable length, of four bytes for each letter once it is read."""
    with h5py.File(path, "r+") as file:
        file.attrs.create("model_config", "🙂" + "a" * 150_000_000, dtype=h5py.string_dtype())


@entry("not-hdf5", b"", b"hello", b"\x89HDF", b"PK\x03\x04", b"\x80\x04K\x01.")
def _(path, value):
    path.write_bytes(value * 100)


# --- values that make no numbers ---------------------------------------------------------------

VALUES = {
    # Infinity times 0, where every single number is an ordinary one.
    "overflow": {"down/down/kernel": 3e38, "norm/norm/gamma": 0.0},
    "negative-variance": {"norm/norm/moving_variance": -1.0},
    "nan": {"chroma/chroma/bias": np.nan},
    "infinite": {"down/down/bias": -np.inf},
}


@entry("values", *VALUES)
def _(path, value):
    with h5py.File(path, "r+") as file:
        for name, number in VALUES[value].items():
            file[f"model_weights/{name}"][...] = number


# What every check of the file itself lets through: only a run of the model shows it.
LATE = {"values-overflow", "values-negative-variance"}
