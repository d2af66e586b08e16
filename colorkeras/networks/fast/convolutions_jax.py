"""Convolutions and transposed ones with faster gradients, for training with JAX.

JAX computes the gradient of a transposed convolution by its kernel as a convolution with a dilated
image, for which XLA has no fast code: it takes seconds a layer on a CPU, and a third of a step of
U-Net-256, or more, on a GPU. It equals the gradient of the ordinary convolution from the larger
image to the smaller one, with image and upstream gradient exchanged. And where the image of a
transposed convolution is smaller than its kernel, XLA exchanges the two, with the same slow result;
rows and columns of zeros prevent that. `python -m colorkeras.bench kernel-gradients --jax` measures
both.
"""

import functools

from keras import layers


class JaxConv2D(layers.Conv2D):
    """Keras's layer with the gradient of `convolve`, where that is known."""

    def convolution_op(self, inputs, kernel):
        sides = zip(inputs.shape[1:3], self.strides, strict=True)
        whole = all(side and side % stride == 0 for side, stride in sides)
        if not whole or self.groups != 1 or not _is_known(self):
            return super().convolution_op(inputs, kernel)
        return convolve(inputs, kernel, self.strides)


class JaxConv2DTranspose(layers.Conv2DTranspose):
    """Keras's layer with the gradient of `convolve_transposed`, where that is known."""

    def call(self, inputs):
        if self.output_padding is not None or not _is_known(self):
            return super().call(inputs)
        outputs = convolve_transposed(inputs, self.kernel, self.strides)
        if self.use_bias:
            outputs = outputs + self.bias
        return outputs if self.activation is None else self.activation(outputs)


def _is_known(layer):
    sides = zip(layer.kernel_size, layer.strides, strict=True)
    return (
        layer.padding == "same"
        and layer.dilation_rate == (1, 1)
        and layer.data_format == "channels_last"
        and all(side >= stride for side, stride in sides)
    )


def convolve(larger, kernel, strides):
    """The convolution of "same" padding, in JAX, differentiable once.

    Args:
        larger: (batch, height · rows, width · columns, channels) array.
        kernel: (side, side, channels, filters) array of the same dtype, no side below its stride.
        strides: (rows, columns), what an image's sides shrink by.

    Returns:
        (batch, height, width, filters) array of that dtype.
    """
    return _differentiable(_down, _backward_of_down)(larger, kernel, strides)


def convolve_transposed(smaller, kernel, strides):
    """The transpose of `convolve` in its first argument, with the shapes said there, in JAX and
    differentiable once: (batch, height, width, filters) → (batch, height · rows, …, channels)."""
    return _differentiable(_up, _backward_of_up)(smaller, kernel, strides)


def _differentiable(function, backward):
    import jax

    differentiable = jax.custom_vjp(function, nondiff_argnums=(2,))
    differentiable.defvjp(lambda x, w, strides: (function(x, w, strides), (x, w)), backward)
    asarray = jax.numpy.asarray
    return lambda x, kernel, strides: differentiable(asarray(x), asarray(kernel), tuple(strides))


def _down(larger, kernel, strides):
    import jax

    layout = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(larger, kernel, strides, "SAME", dimension_numbers=layout)


def _up(smaller, kernel, strides):
    import jax

    sides = smaller.shape[1:3]
    missing = [max(0, k - n) for n, k in zip(sides, kernel.shape[:2], strict=True)]
    padded = jax.numpy.pad(smaller, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
    batch, height, width, _ = padded.shape
    shape = (batch, height * strides[0], width * strides[1], kernel.shape[2])
    down = functools.partial(_down, kernel=kernel, strides=strides)
    transpose = jax.linear_transpose(down, jax.ShapeDtypeStruct(shape, smaller.dtype))
    return transpose(padded)[0][:, : sides[0] * strides[0], : sides[1] * strides[1]]


def _by_kernel(larger, kernel, smaller, strides):
    """Transpose `_down` in its kernel: the gradient by it, of both functions."""
    import jax

    return jax.linear_transpose(functools.partial(_down, larger, strides=strides), kernel)(smaller)


def _backward_of_down(strides, kept, upstream):
    larger, kernel = kept
    return _up(upstream, kernel, strides), *_by_kernel(larger, kernel, upstream, strides)


def _backward_of_up(strides, kept, upstream):
    smaller, kernel = kept
    return _down(upstream, kernel, strides), *_by_kernel(upstream, kernel, smaller, strides)
