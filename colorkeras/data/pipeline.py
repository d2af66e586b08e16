"""Image sets → shuffled, augmented, batched uint8 RGB: through tf.data, or threads beside JAX.

Which image comes at which step is a pure function of (seed, step): a resumed run continues the
very sequence that was cut off, with no shuffle buffer to restore.
"""

import itertools
from collections import deque
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache

import cv2
import keras
import numpy as np

from colorkeras.records.environment import available_cores

PREFETCHED = 2  # batches that are read ahead of the step
_PORTIONS = 2  # of a batch for each core, so that none waits long for the others


class TrainingBatches:
    """Endless uint8 batches for training, from any step on.

    Args:
        images: an image set (`names`, `read(index) → (height, width, 3) uint8`).
        batch_size: images per batch; the last, incomplete batch of an epoch is dropped.
        seed: of the shuffle and the flips.
        horizontal_flip: mirror each image with probability ½.
        rows: slice of each batch that is read, where others read the rest.
    """

    def __init__(self, images, batch_size, seed, horizontal_flip, rows=slice(None)):
        self._images = images
        self._batch_size = batch_size
        self._seed = seed
        self._flip, self._rows = horizontal_flip, rows
        self.steps_per_epoch = len(images) // batch_size
        self._epoch = lru_cache(maxsize=1)(self._shuffle)

    def plan(self, step):
        """Return what step `step` (from 1) sees: (rows,) image indices and (rows,) flips."""
        epoch, position = divmod(step - 1, self.steps_per_epoch)
        order, flips = self._epoch(epoch)
        part = slice(position * self._batch_size, (position + 1) * self._batch_size)
        return order[part][self._rows], flips[part][self._rows]

    def _shuffle(self, epoch):
        random = np.random.default_rng((self._seed, epoch))
        order = random.permutation(len(self._images))
        return order, (random.random(len(self._images)) < 0.5) & self._flip

    def __call__(self, first_step):
        """Yield (rows, height, width, 3) uint8 arrays for `first_step` and all after it."""
        return _read_batches(self._images, lambda: map(self.plan, itertools.count(first_step)))


def evaluation_batches(images, batch_size):
    """Yield every image once, in order, as (≤ batch, height, width, 3) uint8 arrays."""

    def plans():
        for first in range(0, len(images), batch_size):
            indices = np.arange(first, min(first + batch_size, len(images)), dtype=np.int64)
            yield indices, np.zeros(len(indices), dtype=bool)

    return _read_batches(images, plans)


def _read_batches(images, plans):
    """Read batches of (indices, flips), a few ahead, so that no core waits for the end of one.

    Tensors where TensorFlow is the backend, else NumPy arrays.

    The threads are our own: where TensorFlow is told to be deterministic, tf.data runs a `map` of
    Python code on one thread, although the order of a parallel one is fixed as well.
    """
    cores = available_cores()
    threads = ThreadPoolExecutor(cores)
    # A few rows at a time: of packed or cached images each takes microseconds.
    portions = _PORTIONS * cores

    def read_rows(batch, indices, flips, first):
        for row in range(first, len(batch), portions):
            image = images.read(int(indices[row]))
            if flips[row]:
                cv2.flip(image, 1, dst=batch[row])  # a slice backwards is copied byte by byte
            else:
                batch[row] = image

    def begin(indices, flips):
        batch = np.empty((len(indices), *images.size, 3), np.uint8)
        shares = range(min(portions, len(batch)))
        return batch, [threads.submit(read_rows, batch, indices, flips, n) for n in shares]

    def read():
        begun = deque()
        with suppress(CancelledError):  # nobody waits for them any more
            for plan in plans():
                begun.append(begin(*plan))
                if len(begun) > PREFETCHED:
                    yield _finished(*begun.popleft())
            while begun:
                yield _finished(*begun.popleft())

    try:
        if keras.backend.backend() == "tensorflow":
            yield from _through_tf_data(read, (None, *images.size, 3))
        else:
            yield from read()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _finished(batch, shares):
    for share in shares:
        share.result()
    return batch


def _through_tf_data(read, shape):
    import tensorflow as tf

    failures = []

    def read_or_note():
        try:
            yield from read()
        except Exception as error:
            failures.append(error)
            raise  # tf.data reduces it to a string; the caller gets the one kept

    signature = tf.TensorSpec(shape, tf.uint8)
    dataset = tf.data.Dataset.from_generator(read_or_note, output_signature=signature)
    try:
        yield from dataset.prefetch(1)
    except tf.errors.OpError:
        if failures:
            raise failures[0] from None
        raise
