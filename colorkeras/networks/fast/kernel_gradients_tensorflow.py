"""Gradients by the kernel of convolutions, as products of matrices.

Those of oneDNN, in bfloat16 on a CPU, are the slowest part of a convolution when images are small
and channels many. Such a gradient is a sum over all positions of the kernel, so that each of its
elements, or a block of them, is one product (channels × positions) · (positions × filters). `python
-m colorkeras.bench kernel-gradients` measures the gain.
"""

import tensorflow as tf


def halving(larger, smaller):
    """Return the gradient by the kernel of the 4×4 convolution that halves images.

    With the padded image cut in blocks of 2×2 pixels, kernel row 2i + a meets row a of the blocks
    shifted by i; the same in columns. So each of four shifts is one product, with the channels of a
    block.

    Args:
        larger: (batch, 2 height, 2 width, channels), what is convolved.
        smaller: (batch, height, width, filters), the gradient by its result; same dtype.

    Returns:
        (4, 4, channels, filters) tensor of that dtype.
    """
    _, height, width, filters = smaller.shape
    channels = larger.shape[-1]
    padded = tf.pad(larger, [[0, 0], [1, 1], [1, 1], [0, 0]])
    blocks = tf.nn.space_to_depth(padded, 2)
    upstream = tf.reshape(smaller, [-1, filters])

    def shifted(i, j):
        seen = tf.reshape(blocks[:, i : i + height, j : j + width], [-1, 4 * channels])
        product = tf.matmul(seen, upstream, transpose_a=True)
        return tf.reshape(product, [2, 2, channels, filters])

    products = [[shifted(i, j) for j in range(2)] for i in range(2)]
    rows = [products[i][j][a] for i in range(2) for a in range(2) for j in range(2)]
    return tf.reshape(tf.concat(rows, 0), [4, 4, channels, filters])


def same_size(inputs, upstream, dilation):
    """Return the gradient by the kernel of the 3×3 convolution that keeps an image's size.

    Row i of the kernel meets the padded image shifted by i · dilation; the same in columns. Each
    of nine shifts is one product.

    Args:
        inputs: (batch, height, width, channels), what is convolved.
        upstream: (batch, height, width, filters), the gradient by its result; same dtype.
        dilation: (rows, columns).

    Returns:
        (3, 3, channels, filters) tensor of that dtype.
    """
    _, height, width, filters = upstream.shape
    channels = inputs.shape[-1]
    (down, right), upstream = dilation, tf.reshape(upstream, [-1, filters])
    padded = tf.pad(inputs, [[0, 0], [down, down], [right, right], [0, 0]])

    def shifted(y, x):
        seen = tf.reshape(padded[:, y : y + height, x : x + width], [-1, channels])
        return tf.matmul(seen, upstream, transpose_a=True)

    products = [shifted(i * down, j * right) for i in range(3) for j in range(3)]
    return tf.reshape(tf.stack(products), [3, 3, channels, filters])
