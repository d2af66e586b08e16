"""4×4 convolutions of stride 2, down and up, for training in bfloat16 on a CPU.

There the gradient by the kernel is the slow third of a convolution when pictures are small and
channels many; as four products of matrices it takes little longer than the convolution itself.
`results/bench/kernel_gradient.py` measures it. A model is saved in float32, with Keras's layers.
"""

from keras import layers

KERNEL = (4, 4)
STRIDES = (2, 2)
# Pixels on a side of the larger picture up to which the products were found faster than oneDNN;
# with larger ones, whose channels are few, they are not.
MOST_PIXELS = 64


class HalvingConv2D(layers.Conv2D):
    """Keras's layer with the kernel's gradient by products of matrices, where that is faster."""

    def convolution_op(self, inputs, kernel):
        if not _pays(self, inputs.shape[1:3], kernel):
            return super().convolution_op(inputs, kernel)
        return _halve(inputs, kernel)


class DoublingConv2DTranspose(layers.Conv2DTranspose):
    """Keras's layer with the kernel's gradient by products of matrices, where that is faster."""

    def call(self, inputs):
        kernel = self.kernel
        outputs_shape = [side and 2 * side for side in inputs.shape[1:3]]
        if not _pays(self, outputs_shape, kernel):
            return super().call(inputs)
        outputs = _double(inputs, kernel)
        if self.use_bias:
            outputs = outputs + self.bias
        return outputs if self.activation is None else self.activation(outputs)


def _pays(layer, larger, kernel):
    """Return whether the gradient of these shapes is known here, and faster."""
    is_known = (
        layer.kernel_size == KERNEL
        and layer.strides == STRIDES
        and layer.padding == "same"
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
        and getattr(layer, "output_padding", None) is None
        and layer.data_format == "channels_last"
        and layer.compute_dtype == "bfloat16"
    )
    return is_known and all(side and side % 2 == 0 and side <= MOST_PIXELS for side in larger)


def _halve(inputs, kernel):
    import tensorflow as tf

    @tf.custom_gradient
    def convolve(inputs, kernel):
        def gradients(upstream):
            by_inputs = tf.nn.conv2d_transpose(upstream, kernel, tf.shape(inputs), 2, "SAME")
            return by_inputs, kernel_gradient(inputs, upstream)

        return tf.nn.conv2d(inputs, kernel, 2, "SAME"), gradients

    return convolve(tf.convert_to_tensor(inputs), tf.convert_to_tensor(kernel))


def _double(inputs, kernel):
    import tensorflow as tf

    height, width = inputs.shape[1:3]

    @tf.custom_gradient
    def convolve(inputs, kernel):
        def gradients(upstream):
            by_inputs = tf.nn.conv2d(upstream, kernel, 2, "SAME")
            return by_inputs, kernel_gradient(upstream, inputs)

        shape = [tf.shape(inputs)[0], 2 * height, 2 * width, kernel.shape[2]]
        return tf.nn.conv2d_transpose(inputs, kernel, shape, 2, "SAME"), gradients

    return convolve(tf.convert_to_tensor(inputs), tf.convert_to_tensor(kernel))


def kernel_gradient(larger, smaller):
    """Return the gradient by the kernel of the convolution that halves pictures.

    Its sums run over all places where the kernel was laid. With the padded picture cut in blocks of
    2×2 pixels, kernel row 2i + a meets row a of the blocks shifted by i; the same in columns. So
    each of four shifts is one product (channels of a block × places) · (places × filters).

    Args:
        larger: (batch, 2 height, 2 width, channels), what is convolved.
        smaller: (batch, height, width, filters), the gradient by its result; same dtype.

    Returns:
        (4, 4, channels, filters) tensor of that dtype.
    """
    import tensorflow as tf

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
    return tf.reshape(tf.concat(rows, 0), [*KERNEL, channels, filters])
