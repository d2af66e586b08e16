"""Image sets → shuffled, augmented, batched uint8 RGB through tf.data.

Which image comes at which step is a pure function of (seed, step): a resumed run continues the
very sequence that was cut off, with no shuffle buffer to restore.
"""

from functools import lru_cache

import numpy as np
import tensorflow as tf


class TrainingBatches:
    """Endless uint8 batches for training, from any step on.

    Args:
        images: an image set (`names`, `read(index) → (height, width, 3) uint8`).
        batch_size: images per batch; the last, incomplete batch of an epoch is dropped.
        seed: of the shuffle and the flips.
        horizontal_flip: mirror each image with probability ½.
    """

    def __init__(self, images, batch_size, seed, horizontal_flip):
        self._images = images
        self._batch_size = batch_size
        self._seed = seed
        self._flip = horizontal_flip
        self.steps_per_epoch = len(images) // batch_size
        self._epoch = lru_cache(maxsize=1)(self._shuffle)

    def plan(self, step):
        """Return what step `step` (from 1) sees: (batch,) image indices and (batch,) flips."""
        epoch, position = divmod(step - 1, self.steps_per_epoch)
        order, flips = self._epoch(epoch)
        part = slice(position * self._batch_size, (position + 1) * self._batch_size)
        return order[part], flips[part]

    def _shuffle(self, epoch):
        random = np.random.default_rng((self._seed, epoch))
        order = random.permutation(len(self._images))
        return order, (random.random(len(self._images)) < 0.5) & self._flip

    def __call__(self, first_step):
        """Yield (batch, height, width, 3) uint8 tensors for `first_step` and all after it."""

        def indices():
            step = first_step
            while True:
                yield self.plan(step)
                step += 1

        signature = (tf.TensorSpec((None,), tf.int64), tf.TensorSpec((None,), tf.bool))
        dataset = tf.data.Dataset.from_generator(indices, output_signature=signature)
        return _read_batches(self._images, dataset.unbatch(), self._batch_size)


def evaluation_batches(images, batch_size):
    """Yield every image once, in order, as (≤ batch, height, width, 3) uint8 tensors."""
    count = len(images)
    dataset = tf.data.Dataset.from_tensor_slices(
        (np.arange(count, dtype=np.int64), np.zeros(count, dtype=bool))
    )
    return _read_batches(images, dataset, batch_size)


def _read_batches(images, indices, batch_size):
    """Read (index, flip) pairs in parallel and batch them, keeping the order."""
    failures = []

    def read(index, flip):
        try:
            image = images.read(int(index))
        except Exception as error:  # tf.data would reduce it to a string
            failures.append(error)
            raise
        return np.ascontiguousarray(image[:, ::-1]) if flip else image

    def load(index, flip):
        image = tf.numpy_function(read, [index, flip], tf.uint8, stateful=False)
        return tf.ensure_shape(image, (*images.size, 3))

    dataset = indices.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    dataset = dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)
    try:
        yield from dataset
    except tf.errors.OpError:
        if failures:
            raise failures[0] from None
        raise
