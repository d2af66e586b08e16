"""Image sets → shuffled, augmented batches of uint8 RGB: through tf.data, or plain threads on JAX.

Which images a step sees depends on (seed, step) alone. A resumed run therefore continues exactly
the sequence that was interrupted, with no shuffle buffer to restore.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import Any

import cv2
import keras
import numpy as np

from colorkeras.data.augment import Augmentation
from colorkeras.data.image_set import ImageSet
from colorkeras.records.environment import available_cores

PREFETCHED = 2  # batches that are read ahead of the step
_CHANGE = 1  # after (seed, key): other numbers than the shuffle draws from (seed, epoch)
_PORTIONS = 2  # of a batch for each core, so that a slow portion keeps the others waiting less

# Of a batch: (rows,) int64 indices, (rows,) bool flips, and each row's place in the order of all
# images that were ever read, which is the key of its other changes.
Plan = tuple[np.ndarray, np.ndarray, np.ndarray]
Change = Callable[[np.ndarray, int], np.ndarray]  # (image, key) → image


class TrainingBatches:
    """Endless uint8 batches for training, from any step on.

    Args:
        images: the image set.
        batch_size: images per batch; the last, incomplete batch of an epoch is dropped.
        seed: of the shuffle and the changes.
        augmentation: how the images are changed.
        rows: the part of each batch that is read here, when other processes read the rest.
    """

    def __init__(
        self,
        images: ImageSet,
        batch_size: int,
        seed: int,
        augmentation: Augmentation,
        rows: slice = slice(None),
    ) -> None:
        self._images = images
        self._batch_size = batch_size
        self._seed = seed
        self._augmentation, self._rows = augmentation, rows
        self.steps_per_epoch = len(images) // batch_size
        self._epoch = lru_cache(maxsize=1)(self._shuffle)

    def plan(self, step: int) -> Plan:
        """Return what step `step` (from 1) sees: image indices, flips and keys of its rows."""
        epoch, position = divmod(step - 1, self.steps_per_epoch)
        order, flips = self._epoch(epoch)
        part = slice(position * self._batch_size, (position + 1) * self._batch_size)
        keys = epoch * len(order) + np.arange(len(order))
        return order[part][self._rows], flips[part][self._rows], keys[part][self._rows]

    def _shuffle(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng((self._seed, epoch))
        order = random.permutation(len(self._images))
        return order, (random.random(len(self._images)) < 0.5) & self._augmentation.mirror

    def __call__(self, first_step: int) -> Iterator[Any]:
        """Yield (rows, height, width, 3) uint8 for `first_step` and all steps after it.

        Tensors where TensorFlow is the backend, else NumPy arrays.
        """
        change = self._change if self._augmentation.is_more else None
        return _read_batches(
            self._images, lambda: map(self.plan, itertools.count(first_step)), change
        )

    def _change(self, image: np.ndarray, key: int) -> np.ndarray:
        return self._augmentation(image, (self._seed, key, _CHANGE))


def evaluation_batches(images: ImageSet, batch_size: int) -> Iterator[Any]:
    """Yield every image once, in order, as (at most batch_size, height, width, 3) uint8.

    Tensors where TensorFlow is the backend, else NumPy arrays.
    """

    def plans() -> Iterator[Plan]:
        for first in range(0, len(images), batch_size):
            indices = np.arange(first, min(first + batch_size, len(images)), dtype=np.int64)
            yield indices, np.zeros(len(indices), dtype=bool), indices

    return _read_batches(images, plans)


def _read_batches(
    images: ImageSet, plans: Callable[[], Iterable[Plan]], change: Change | None = None
) -> Iterator[Any]:
    """Read the planned batches a few ahead, so that no core is idle at the end of a batch."""
    with _BatchReader(images, change) as reader:
        batches = reader.read(plans())
        if keras.backend.backend() == "tensorflow":
            yield from _through_tf_data(batches, (None, *images.size, 3))
        else:
            yield from batches


class _BatchReader:
    """Threads that read the images of batches.

    The threads are our own: when TensorFlow is told to be deterministic, tf.data runs a `map` of
    Python code on one thread, although the order of a parallel one is fixed as well.
    """

    def __init__(self, images: ImageSet, change: Change | None) -> None:
        cores = available_cores()
        self._images, self._threads = images, ThreadPoolExecutor(cores)
        self._change = change
        # A few rows at a time: a row of packed or cached images takes only microseconds.
        self._portions = _PORTIONS * cores

    def __enter__(self) -> "_BatchReader":
        return self

    def __exit__(self, *exception: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def read(self, plans: Iterable[Plan]) -> Iterator[np.ndarray]:
        """Yield a (rows, height, width, 3) uint8 array for each plan."""
        begun: deque[tuple[np.ndarray, list[Future[None]]]] = deque()
        with suppress(CancelledError):  # the reader was closed: nobody waits for these batches
            for plan in plans:
                begun.append(self._begin(plan))
                if len(begun) > PREFETCHED:
                    yield _finished(*begun.popleft())
            while begun:
                yield _finished(*begun.popleft())

    def _begin(self, plan: Plan) -> tuple[np.ndarray, list[Future[None]]]:
        """A batch to be filled, and the portions of the work that fills it."""
        batch = np.empty((len(plan[0]), *self._images.size, 3), np.uint8)
        firsts = range(min(self._portions, len(batch)))
        return batch, [self._threads.submit(self._read_rows, batch, plan, n) for n in firsts]

    def _read_rows(self, batch: np.ndarray, plan: Plan, first: int) -> None:
        """Fill every n-th row of a batch, from row `first` on."""
        indices, flips, keys = plan
        for row in range(first, len(batch), self._portions):
            image = self._images.read(int(indices[row]))
            if self._change:
                image = self._change(image, int(keys[row]))
            if flips[row]:
                cv2.flip(image, 1, dst=batch[row])  # NumPy would copy `[:, ::-1]` byte by byte
            else:
                batch[row] = image


def _finished(batch: np.ndarray, portions: list[Future[None]]) -> np.ndarray:
    for portion in portions:
        portion.result()
    return batch


def _through_tf_data(batches: Iterator[np.ndarray], shape: tuple[int | None, ...]) -> Iterator[Any]:
    """The batches as TensorFlow's tensors, one of them ahead.

    `Dataset.from_generator` would cost 0.6 ms of processor time for each image: it makes glibc give
    memory back to the kernel, and ask for it anew, for every array of more than 128 KiB.
    """
    import tensorflow as tf

    ended: list[Exception | None] = []

    def next_batch(_: np.ndarray) -> np.ndarray:
        try:
            return next(batches)
        except StopIteration:
            ended.append(None)
        except Exception as error:
            ended.append(error)
        return np.zeros([0 if side is None else side for side in shape], np.uint8)

    as_it_is = tf.autograph.experimental.do_not_convert  # nothing here to rewrite

    @as_it_is
    def tensor(number: Any) -> Any:
        return tf.ensure_shape(tf.numpy_function(next_batch, [number], tf.uint8), shape)

    dataset = tf.data.Dataset.counter().map(tensor)
    # No batch is empty but the one that stands for the end, or for an error.
    is_batch = as_it_is(lambda batch: tf.shape(batch)[0] > 0)
    yield from dataset.take_while(is_batch).prefetch(1)
    if ended and ended[0] is not None:
        raise ended[0]
