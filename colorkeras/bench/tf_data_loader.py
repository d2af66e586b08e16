"""The loader that a TensorFlow user would write today: tf.data with scaled decoding of JPEGs.

It reads the same files as ours, to the same size, on the same cores; shuffled, flipped, batched and
prefetched. It checks nothing: neither orientation, nor color profiles, nor damage.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from colorkeras.data.pipeline import PREFETCHED


def decoding_ratio(stored: tuple[int, int], size: tuple[int, int]) -> int:
    """Return 1, 2, 4 or 8: by what a JPEG may be divided in decoding and still be large enough.

    Args:
        stored, size: (height, width) of the file and of the result, in pixels.
    """
    pairs = list(zip(stored, size, strict=True))
    return max(r for r in (1, 2, 4, 8) if r == 1 or all(s // r >= n for s, n in pairs))


def tf_data_batches(
    files: Sequence[Path],
    stored: tuple[int, int],
    size: tuple[int, int],
    *,
    batch_size: int,
    resize: str,
    flip: bool,
    cores: int,
) -> Iterator[Any]:
    """Yield endless (batch_size, height, width, 3) uint8 batches of JPEG files.

    Args:
        files: their paths.
        stored: (height, width) of every file in pixels.
        size: (height, width) of the result.
        batch_size: images of a batch.
        resize: "crop" to the middle of the result's proportions, or "stretch".
        flip: mirror each image with probability ½.
        cores: images that are decoded at a time.
    """
    ratio = decoding_ratio(stored, size)

    def load(path: Any, number: Any) -> Any:
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3, ratio=ratio)
        if resize == "crop":
            image = _cropped(image, size)
        image = tf.image.resize(image, size, method="area")
        if flip:
            # Stateless: other random operations keep tf.data from decoding in parallel where
            # TensorFlow is told to be deterministic.
            image = tf.image.stateless_random_flip_left_right(image, tf.stack([0, number]))
        return tf.cast(tf.round(image), tf.uint8)

    dataset = tf.data.Dataset.from_tensor_slices([str(file) for file in files])
    dataset = tf.data.Dataset.zip(dataset.shuffle(len(files)).repeat(), tf.data.Dataset.counter())
    dataset = dataset.map(load, num_parallel_calls=cores, deterministic=True)
    return iter(dataset.batch(batch_size).prefetch(PREFETCHED))


def _cropped(image: Any, size: tuple[int, int]) -> Any:
    """The middle of an image, as large as the proportions of the result allow."""
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    rows = tf.minimum(height, width * size[0] // size[1])
    columns = tf.minimum(width, height * size[1] // size[0])
    top, left = (height - rows) // 2, (width - columns) // 2
    return image[top : top + rows, left : left + columns]
