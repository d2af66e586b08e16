"""Images in TFRecord shards, for disks that are slow with many small files.

Each record is a `tf.train.Example` with the features `image` (a PNG file) and `name`, in the order
of manifest.csv beside the shards. A record is read at its offset, so that every order of reading
costs the same and no shuffle buffer is needed.
"""

import csv
import io
import os
import re
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from colorkeras.console.errors import UserError, reason_of
from colorkeras.data.images.decode import decode
from colorkeras.data.images.formats import UnusableImage, open_image
from colorkeras.data.packed.packed_source import (
    MANIFEST,
    PackedSource,
    StoredSplit,
    packed_source,
)
from colorkeras.data.splits import SPLITS
from colorkeras.devices.backend import stderr_held_back

# A record of a TFRecord file: length, its masked CRC32C, the bytes, their masked CRC32C.
_LENGTH = struct.Struct("<Q4x")
_AROUND = 16
_SHARD = re.compile(r"(train|val|test)-(\d{5})-of-(\d{5})\.tfrecord")


def shard_name(split: str, at: int, total: int) -> str:
    """The file name of shard `at` (from 0) of `total`."""
    return f"{split}-{at:05d}-of-{total:05d}.tfrecord"


def write_shard(path: Path, images: Iterable[tuple[str, bytes]]) -> None:
    """Write (name, PNG file) pairs."""
    with stderr_held_back():
        import tensorflow as tf

    def feature(value: bytes) -> tf.train.Feature:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    with tf.io.TFRecordWriter(str(path)) as writer:
        for name, data in images:
            features = {"image": feature(data), "name": feature(name.encode())}
            example = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(example.SerializeToString())


def has_shards(folder: Path) -> bool:
    """Whether a folder holds a data set of this kind."""
    return any(_SHARD.fullmatch(path.name) for path in folder.glob("*.tfrecord"))


def open_tfrecord(
    folder: Path,
    *,
    size: tuple[int, int],
    resize: str,
    limit: int | None,
    name: str,
) -> PackedSource:
    """Open the shards in a folder; the arguments are those of `packed_source`.

    Raises:
        UserError: when a shard is missing or truncated, or the manifest is of other images.
    """
    rows: dict[str, list[tuple[str, str]]] = {split: [] for split in SPLITS}
    for split, image, sha256 in _manifest(folder / MANIFEST):
        rows[split].append((image, sha256))
    stored = {}
    for split in SPLITS:
        records = [place for shard in _shards(folder, split) for place in _records(shard)]
        if len(records) != len(rows[split]):
            raise UserError(
                f"{folder}: {len(records):,} records in the shards of {split}, {MANIFEST} has "
                f"{len(rows[split]):,}. Copy the folder again, or prepare the data set again."
            )
        names = [image for image, _ in rows[split]]
        stored[split] = StoredSplit(names, [s for _, s in rows[split]], _reader(records, names))
    return packed_source(name, stored, size, resize, limit)


def _manifest(path: Path) -> list[tuple[str, str, str]]:
    """(split, path, sha256) of each image, in the order of the records."""
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            found = [(row["split"], row["path"], row["sha256"]) for row in rows]
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise UserError(
            f"{path}: cannot be read ({reason_of(error)}); it names the images in the shards "
            "beside it. Copy the whole folder again."
        ) from error
    return [row for row in found if row[0] in SPLITS]


def _shards(folder: Path, split: str) -> list[Path]:
    found = sorted(folder.glob(f"{split}-*.tfrecord"))
    totals = {int(match[3]) for path in found if (match := _SHARD.fullmatch(path.name))}
    if not found:
        return []
    expected = [folder / shard_name(split, at, max(totals)) for at in range(max(totals, default=0))]
    missing = [path.name for path in expected if path not in found]
    if missing or len(found) != len(expected):
        raise UserError(
            f"{folder}: shards of {split} are missing or from two data sets: expected "
            f"{len(expected)}, found {len(found)}. Copy the folder again."
        )
    return expected


def _records(shard: Path) -> list[tuple[Path, int, int]]:
    """(shard, offset, length) of each record."""
    size, at, found = shard.stat().st_size, 0, []
    with open(shard, "rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(_LENGTH.size)
            length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else size
            if at + _AROUND + length > size:
                raise UserError(
                    f"{shard}: not a TFRecord, or truncated, at byte {at:,} of {size:,}. Copy it "
                    "again, or prepare the data set again."
                )
            found.append((shard, at + _LENGTH.size, length))
            at += _AROUND + length
    return found


def _reader(records: list[tuple[Path, int, int]], names: list[str]) -> Callable[[int], np.ndarray]:
    from tensorflow.core.example.example_pb2 import Example

    def read(index: int) -> np.ndarray:
        shard, offset, length = records[index]
        try:
            with open(shard, "rb", buffering=0) as file:
                data = os.pread(file.fileno(), length, offset)
            features = Example.FromString(data).features.feature
            if features["name"].bytes_list.value[0].decode() != names[index]:
                raise ValueError(f"not the image that {MANIFEST} has here")
            return decode(open_image(io.BytesIO(features["image"].bytes_list.value[0])))
        except Exception as error:  # protobuf's own exceptions differ between its versions
            reason = error.reason if isinstance(error, UnusableImage) else error
            raise UserError(
                f"{shard}: record {index} cannot be read ({reason}). Copy it again, or prepare the "
                "data set again."
            ) from error

    return read
