"""The loaders that `python -m colorkeras.bench` measures: ours, and two others beside them.

All of them read the same images: rendered scenes as JPEG files the size of small web photographs,
or prepared, in the size of the experiment, in one packed file.
"""

import hashlib
import importlib.util
import itertools
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from colorkeras.bench.part import Part
from colorkeras.data import scenes
from colorkeras.data.augment import Augmentation
from colorkeras.data.folders.folder_source import open_folder
from colorkeras.data.packed.hdf5_images import HDF5, create_split, open_hdf5, write_head
from colorkeras.data.pipeline import TrainingBatches
from colorkeras.data.splits import SPLITS
from colorkeras.devices.compiled import compiled
from colorkeras.records.environment import available_cores
from colorkeras.records.hdf5_file import writing_hdf5

JPEG_HEIGHT, JPEG_WIDTH, JPEG_COUNT = 480, 640, 96
USUAL, TF_DATA = "usual", "tf.data"


class Loaders:
    """Our loaders on one set of images.

    Args:
        config: the resolved `Config`.
        space: the experiment's `ColorSpace`.
        folder: an empty folder, for the images.

    Attributes:
        jpeg_batches, packed_batches: endless uint8 batches of the same images.
    """

    def __init__(self, config, space, folder):
        self._config, self._space = config, space
        data = config.data
        size, options = (data.height, data.width), {"resize": data.resize}
        self._jpegs = Path(folder, "jpeg")
        _write_jpegs(self._jpegs)
        jpegs = open_folder(self._jpegs, height=size[0], width=size[1], **options).sets["train"]
        self._names = jpegs.names
        packed = Path(folder, HDF5)
        _pack(jpegs, packed)
        stored = open_hdf5(packed, size=size, limit=None, name=str(packed), **options)
        self.jpeg_batches = self.endless(jpegs)
        self.packed_batches = self.endless(stored.sets["train"])

    def endless(self, images):
        """Batches of a set, as training takes them."""
        train, changes = self._config.train, Augmentation(self._config.data.horizontal_flip)
        return TrainingBatches(images, min(train.batch_size, len(images)), train.seed, changes)(1)

    def parts(self):
        """Return the `Part`s; first the others' loaders, where what they need is installed."""
        data, cores = self._config.data, available_cores()
        size = f"{data.width}x{data.height}"
        jpeg = f"{JPEG_WIDTH}x{JPEG_HEIGHT} JPEG → {size}"
        split = compiled(self._space.split, fused=True)

        def with_color(batches):
            inputs, targets = split(next(batches))
            return len(np.asarray(inputs)) * bool(len(np.asarray(targets)))

        def ours(name, meaning, work):
            return Part(name, f"{meaning}, {cores} core(s)", work, USUAL, cores)

        return [
            *self._usual(jpeg),
            *self._tf_data(jpeg, cores),
            ours("loader", f"{jpeg}, no cache", lambda: count(next(self.jpeg_batches))),
            ours(
                "loader and color",
                "the same, to luminance and chroma",
                lambda: with_color(self.jpeg_batches),
            ),
            ours(
                "packed", f"{size} of images.h5, no cache", lambda: count(next(self.packed_batches))
            ),
            ours(
                "packed and color",
                "the same, to luminance and chroma",
                lambda: with_color(self.packed_batches),
            ),
        ]

    def _tf_data(self, meaning, cores):
        """What a TensorFlow user would write; where TensorFlow is not the backend, nothing."""
        if keras.backend.backend() != "tensorflow":
            return []
        from colorkeras.bench.tf_data_loader import decoding_ratio, tf_data_batches

        data, train = self._config.data, self._config.train
        stored, size = (JPEG_HEIGHT, JPEG_WIDTH), (data.height, data.width)
        batches = tf_data_batches(
            [self._jpegs / name for name in self._names],
            stored,
            size,
            batch_size=min(train.batch_size, len(self._names)),
            resize=data.resize,
            flip=data.horizontal_flip,
            cores=cores,
        )
        ratio = decoding_ratio(stored, size)
        meaning = f"{meaning}, decoded at 1/{ratio}, area resize, {cores} core(s)"
        return [Part(TF_DATA, meaning, lambda: count(next(batches)), "loader", cores)]

    def _usual(self, meaning):
        """What tutorials do: Pillow and scikit-image's Lab, image by image, on one core."""
        if importlib.util.find_spec("skimage") is None:
            return []
        from skimage.color import rgb2lab

        data, size = self._config.data, self._config.train.batch_size
        files = itertools.cycle(sorted(self._jpegs.iterdir()))

        def load(file):
            with Image.open(file) as image:
                small = image.convert("RGB").resize((data.width, data.height))
            return rgb2lab(np.asarray(small)).astype(np.float32)

        def work():
            return len(np.stack([load(file) for file in itertools.islice(files, size)]))

        return [Part(USUAL, f"{meaning}, Pillow and scikit-image's Lab in Python, 1 core", work)]


def count(images):
    """Number of images of a batch."""
    return int(images.shape[0])


def _write_jpegs(folder):
    """Rendered scenes as JPEG files of quality 90, the size of a small web photograph."""
    folder.mkdir()
    for index in range(JPEG_COUNT):
        image = scenes.render("mixture", index=index, height=JPEG_HEIGHT, width=JPEG_WIDTH)
        Image.fromarray(image).save(folder / f"{index:03d}.jpg", quality=90)


def _pack(images, path):
    """Write a set to a packed file, as the splits of a data set alike."""
    digests = [hashlib.sha256(name.encode()).digest() for name in images.names]
    with writing_hdf5(path) as file:
        write_head(file)
        for split in SPLITS:
            stored = create_split(file, split, list(images.names), digests, images.size)
            for index in range(len(images)):
                stored[index] = images.read(index)
