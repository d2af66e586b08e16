"""One point of `scaling.py`: how fast a step or a loader is there, and what memory it takes.

Peak memory is the process's own: measure one point in a process.
"""

import hashlib
import itertools
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from colorkeras.records import environment

SMALL = 64  # pixels a side of the images whose number grows
LOADER_BATCH = 64


def measure(point, seconds):
    """Measure one point.

    Args:
        point: dict of `axis` ("images", "batch", "size" or "replicas") and `value`; of a step
            also `experiment`, its folder, `set`, its options by name, and `devices`.
        seconds: length of each measurement.

    Returns:
        A dict of values by keys of `scaling_report.MEASURES`.
    """
    loads = point["axis"] == "images"
    found = _loading(point["value"], seconds) if loads else _step(point, seconds)
    return {**found, "peak_memory_mb": environment.peak_memory_mb()}


def _step(point, seconds):
    """The compiled update alone, on one batch in memory."""
    from colorkeras.config.load import load_config
    from colorkeras.devices import backend
    from colorkeras.devices.choice import read_devices

    overrides = [f"{key}={value}" for key, value in point["set"].items()]
    config = load_config(point["experiment"], overrides=overrides)
    train, devices = config.train, read_devices(str(point.get("devices", 1)))
    found = backend.set_up(train.precision, train.seed, False, devices, train.batch_size)
    from colorkeras.training.memory import estimate_memory
    from colorkeras.training.step import wire

    wiring = wire(config, found.precision, found.replicas)
    shape = (train.batch_size, config.data.height, config.data.width, 3)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    steps = itertools.count(1)

    def update():
        for value in wiring.update(images, next(steps)).values():
            float(value)
        return len(images)

    estimate = estimate_memory(wiring, train.batch_size // found.replicas.count)
    return {
        "images_per_second": _rate(update, seconds),
        "memory_estimate_mb": estimate.total,
    }


def _loading(count, seconds):
    """Images of a folder and of one packed file: until the first can be read, and how fast."""
    from colorkeras.devices import backend

    backend.load()
    from colorkeras.data.augment import Augmentation
    from colorkeras.data.folders.folder_source import open_folder
    from colorkeras.data.packed.hdf5_images import HDF5, open_hdf5
    from colorkeras.data.pipeline import TrainingBatches

    size = (SMALL, SMALL)
    with tempfile.TemporaryDirectory() as folder:
        photos, packed = Path(folder, "photos"), Path(folder, HDF5)
        os.environ["COLORKERAS_CACHE"] = folder
        _write_images(photos, packed, count)
        found = {}
        for name in ("first_open_s", "open_s"):
            started = time.monotonic()
            source = open_folder(photos, height=SMALL, width=SMALL)
            found[name] = time.monotonic() - started
        started = time.monotonic()
        stored = open_hdf5(packed, size=size, resize="crop", limit=None, name=str(packed))
        found["packed_open_s"] = time.monotonic() - started
        for name, images in (
            ("images_per_second", source.sets["train"]),
            ("packed_images_per_second", stored.sets["train"]),
        ):
            mirrored = Augmentation(mirror=True)
            batches = TrainingBatches(images, min(LOADER_BATCH, len(images)), 0, mirrored)(1)
            found[name] = _rate(lambda batches=batches: len(next(batches)), seconds)
            batches.close()
    return found


def _write_images(photos, packed, count):
    """Images of smooth random color, as JPEG files and in one packed file."""
    import cv2
    import h5py

    from colorkeras.data.packed.hdf5_images import create_split, write_head

    photos.mkdir()
    random = np.random.default_rng(0)
    names = [f"{number // 1000:03d}/{number:06d}.jpg" for number in range(count)]
    for number in range(0, count, 1000):
        (photos / f"{number // 1000:03d}").mkdir()
    held = max(1, count // 10)
    spans = {"train": names[2 * held :], "val": names[:held], "test": names[held : 2 * held]}
    with h5py.File(packed, "w") as file:
        write_head(file)
        for split, members in spans.items():
            digests = [hashlib.sha256(name.encode()).digest() for name in members]
            stored = create_split(file, split, members, digests, (SMALL, SMALL))
            for row, name in enumerate(members):
                coarse = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
                image = cv2.resize(coarse, (SMALL, SMALL), interpolation=cv2.INTER_CUBIC)
                cv2.imwrite(str(photos / name), image)
                stored[row] = image[..., ::-1]


def _rate(work, seconds, rounds=3):
    """Images per second: the median of some rounds, after one call that compiles."""
    work()
    rates = []
    for _ in range(rounds):
        started, images = time.monotonic(), 0
        while time.monotonic() - started < seconds / rounds:
            images += work()
        rates.append(images / (time.monotonic() - started))
    return statistics.median(rates)
