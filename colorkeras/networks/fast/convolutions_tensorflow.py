"""Convolutions with faster gradients, for training in bfloat16 with TensorFlow on a CPU.

They cover 4×4 kernels with stride 2, transposed or not, and 3×3 kernels with stride 1. The gradient
by the kernel is slow there (`kernel_gradients_tensorflow.py`). TensorFlow also computes a dilated
convolution as a plain one of rearranged images, as it has no gradients of dilated ones. A model is
saved in float32, with Keras's layers.
"""

from keras import layers

HALVING = {"kernel_size": (4, 4), "strides": (2, 2)}
SAME_SIZE = {"kernel_size": (3, 3), "strides": (1, 1)}
# Pixels on a side of the (larger) image up to which the products were measured to be faster than
# oneDNN. Larger images, which have few channels, are slower.
MOST_HALVED = 64
MOST_KEPT = 8


class TensorFlowConv2D(layers.Conv2D):
    """Keras's layer with gradients of ours, where those are faster."""

    def convolution_op(self, inputs, kernel):
        sides = inputs.shape[1:3]
        if _is_halving(self, sides):
            return _halve(inputs, kernel)
        if _keeps_size(self, sides):
            return _keep_size(inputs, kernel, self.dilation_rate)
        return super().convolution_op(inputs, kernel)


class TensorFlowConv2DTranspose(layers.Conv2DTranspose):
    """Keras's layer with a gradient of ours, where that is faster."""

    def call(self, inputs):
        if not _is_halving(self, [side and 2 * side for side in inputs.shape[1:3]]):
            return super().call(inputs)
        outputs = _double(inputs, self.kernel)
        if self.use_bias:
            outputs = outputs + self.bias
        return outputs if self.activation is None else self.activation(outputs)


def _is_halving(layer, larger):
    """Whether it halves the larger image, or doubles to it, at a size where products pay."""
    is_small = all(side and side % 2 == 0 and side <= MOST_HALVED for side in larger)
    return is_small and layer.dilation_rate == (1, 1) and _is_like(layer, HALVING)


def _keeps_size(layer, sides):
    """Whether it keeps the image's size, where gradients of ours pay."""
    is_dilated = layer.dilation_rate != (1, 1)
    pays = all(side and (is_dilated or side <= MOST_KEPT) for side in sides)
    return pays and _is_like(layer, SAME_SIZE)


def _is_like(layer, options):
    return (
        all(getattr(layer, name) == value for name, value in options.items())
        and layer.padding == "same"
        and getattr(layer, "groups", 1) == 1
        and getattr(layer, "output_padding", None) is None
        and layer.data_format == "channels_last"
        and layer.compute_dtype == "bfloat16"
    )


def _halve(inputs, kernel):
    import tensorflow as tf

    from colorkeras.networks.fast.kernel_gradients_tensorflow import halving

    @tf.custom_gradient
    def convolve(inputs, kernel):
        def gradients(upstream):
            by_inputs = tf.nn.conv2d_transpose(upstream, kernel, tf.shape(inputs), 2, "SAME")
            return by_inputs, halving(inputs, upstream)

        return tf.nn.conv2d(inputs, kernel, 2, "SAME"), gradients

    return convolve(tf.convert_to_tensor(inputs), tf.convert_to_tensor(kernel))


def _double(inputs, kernel):
    import tensorflow as tf

    from colorkeras.networks.fast.kernel_gradients_tensorflow import halving

    height, width = inputs.shape[1:3]

    @tf.custom_gradient
    def convolve(inputs, kernel):
        def gradients(upstream):
            by_inputs = tf.nn.conv2d(upstream, kernel, 2, "SAME")
            return by_inputs, halving(upstream, inputs)

        shape = [tf.shape(inputs)[0], 2 * height, 2 * width, kernel.shape[2]]
        return tf.nn.conv2d_transpose(inputs, kernel, shape, 2, "SAME"), gradients

    return convolve(tf.convert_to_tensor(inputs), tf.convert_to_tensor(kernel))


def _keep_size(inputs, kernel, dilation):
    import tensorflow as tf

    from colorkeras.networks.fast.kernel_gradients_tensorflow import same_size

    def convolved(x, kernel):
        return tf.nn.conv2d(x, kernel, 1, "SAME", dilations=list(dilation))

    @tf.custom_gradient
    def convolve(inputs, kernel):
        def gradients(upstream):
            # The gradient by the inputs is a convolution too, with the kernel turned by 180°.
            turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])
            return convolved(upstream, turned), same_size(inputs, upstream, dilation)

        return convolved(inputs, kernel), gradients

    return convolve(tf.convert_to_tensor(inputs), tf.convert_to_tensor(kernel))
