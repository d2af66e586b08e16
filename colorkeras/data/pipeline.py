"""Image sets → shuffled, augmented, batched uint8 RGB: through tf.data, or threads beside JAX.

Which image comes at which step is a pure function of (seed, step): a resumed run continues the
very sequence that was cut off, with no shuffle buffer to restore.
"""

import itertools
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Event

import cv2
import keras
import numpy as np

from colorkeras.environment import available_cores

PREFETCHED = 2  # batches that wait, read, for the step
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
    """Read batches of (indices, flips), the images of one in parallel, a few batches ahead.

    Tensors where TensorFlow is the backend, else NumPy arrays.

    The threads are our own: where TensorFlow is told to be deterministic, tf.data runs a `map` of
    Python code on one thread, although the order of a parallel one is fixed as well.
    """
    cores = available_cores()
    threads = ThreadPoolExecutor(cores)
    closed = Event()

    def read(indices, flips):
        batch = np.empty((len(indices), *images.size, 3), np.uint8)

        def read_rows(rows):
            for row in rows:
                image = images.read(int(indices[row]))
                if flips[row]:
                    cv2.flip(image, 1, dst=batch[row])  # a slice backwards is copied byte by byte
                else:
                    batch[row] = image

        # A few rows at a time: of packed or cached pictures each takes microseconds.
        portions = [range(n, len(batch), _PORTIONS * cores) for n in range(_PORTIONS * cores)]
        try:
            for _ in threads.map(read_rows, portions):
                pass
            return batch
        except Exception:
            if closed.is_set():  # a batch read ahead that nobody waits for any more
                return batch
            raise

    try:
        if keras.backend.backend() == "tensorflow":
            yield from _through_tf_data(read, plans, (None, *images.size, 3))
        else:
            yield from _through_a_thread(read, plans)
    finally:
        closed.set()
        threads.shutdown(wait=False, cancel_futures=True)


def _through_tf_data(read, plans, shape):
    import tensorflow as tf

    failures = []

    def read_or_note(indices, flips):
        try:
            return read(indices, flips)
        except Exception as error:
            failures.append(error)
            raise  # tf.data reduces it to a string; the caller gets the one kept

    def load(indices, flips):
        batch = tf.numpy_function(read_or_note, [indices, flips], tf.uint8, stateful=False)
        return tf.ensure_shape(batch, shape)

    signature = (tf.TensorSpec((None,), tf.int64), tf.TensorSpec((None,), tf.bool))
    dataset = tf.data.Dataset.from_generator(plans, output_signature=signature)
    try:
        yield from dataset.map(load).prefetch(PREFETCHED)
    except tf.errors.OpError:
        if failures:
            raise failures[0] from None
        raise


def _through_a_thread(read, plans):
    waiting = deque()
    with ThreadPoolExecutor(1) as reader:
        for plan in plans():
            waiting.append(reader.submit(read, *plan))
            if len(waiting) > PREFETCHED:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
