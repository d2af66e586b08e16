"""The gradient by the kernel of a stride-2 convolution on a CPU: the framework's and ours.

    python results/bench/kernel_gradient.py [--jax]

Prints, for the layers of the U-Net-256 at batch 8, the milliseconds of the convolution itself, of
TensorFlow's gradient in bfloat16 and of `colorkeras.networks.convolutions_tensorflow`; with
`--jax`, of the transposed convolution in float32, its gradient in JAX and in
`colorkeras.networks.convolutions_jax`. Best of five.
"""

import argparse
import sys
import time

import numpy as np

from colorkeras.cli import run_command

BATCH = 8
# Side of the larger picture, its channels, those of the smaller one.
LAYERS = ((128, 64, 128), (64, 128, 256), (32, 256, 512), (16, 512, 512), (8, 512, 512))


def milliseconds(function, *arguments):
    np.asarray(function(*arguments))
    times = []
    for _ in range(5):
        started = time.perf_counter()
        np.asarray(function(*arguments))
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def in_tensorflow(larger, smaller, kernel):
    """Compiled functions of no argument: the convolution, TensorFlow's gradient and ours."""
    import tensorflow as tf

    from colorkeras.networks.convolutions_tensorflow import kernel_gradient

    larger, smaller, kernel = (tf.cast(x, tf.bfloat16) for x in (larger, smaller, kernel))

    def gradient():
        return tf.raw_ops.Conv2DBackpropFilter(
            input=larger,
            filter_sizes=kernel.shape,
            out_backprop=smaller,
            strides=[1, 2, 2, 1],
            padding="SAME",
        )

    functions = (
        lambda: tf.nn.conv2d(larger, kernel, 2, "SAME"),
        gradient,
        lambda: kernel_gradient(larger, smaller),
    )
    return [tf.function(function) for function in functions]


def in_jax(larger, smaller, kernel):
    """Compiled functions of no argument: the transposed convolution, JAX's gradient and ours."""
    import jax

    from colorkeras.networks.convolutions_jax import convolve_transposed

    def plain(kernel):  # what Keras calls
        return jax.lax.conv_transpose(smaller, kernel, (2, 2), "SAME", transpose_kernel=True)

    def gradient(function):
        compiled = jax.jit(lambda kernel, upstream: jax.vjp(function, kernel)[1](upstream)[0])
        return lambda: compiled(kernel, larger)

    compiled = jax.jit(plain)
    ours = gradient(lambda kernel: convolve_transposed(smaller, kernel, (2, 2)))
    return [lambda: compiled(kernel), gradient(plain), ours]


def main():
    parser = argparse.ArgumentParser(prog="python results/bench/kernel_gradient.py")
    parser.add_argument("--jax", action="store_true", help="JAX's transposed convolution instead")
    framework = in_jax if parser.parse_args().jax else in_tensorflow
    return run_command(lambda: _measure(framework))


def _measure(framework):
    draw = np.random.default_rng(0).standard_normal
    print("picture, channels, filters: convolution, the framework's gradient, ours (ms)")
    for side, channels, filters in LAYERS:
        shapes = [
            (BATCH, side, side, channels),
            (BATCH, side // 2, side // 2, filters),
            (4, 4, channels, filters),
        ]
        functions = framework(*(draw(shape, dtype=np.float32) for shape in shapes))
        times = ", ".join(f"{milliseconds(function):.1f}" for function in functions)
        print(f"{side}×{side}, {channels}, {filters}: {times}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
