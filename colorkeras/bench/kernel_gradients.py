"""The gradient by the kernel of convolutions on a CPU: the framework's and ours.

    python -m colorkeras.bench kernel-gradients -o results/bench/kernel_gradients.csv

Milliseconds at batch 8, the best of five: for layers with a 4×4 kernel and stride 2 (those
of U-Net-256) and a 3×3 kernel and stride 1 (those of CU-net at 64×64) in bfloat16, TensorFlow's
convolution, its gradient, and that of `networks/fast/kernel_gradients_tensorflow.py`; with
`--jax`, for the transposed convolutions of U-Net-256 in float32, JAX's convolution, its gradient,
and that of `networks/fast/convolutions_jax.py`.
"""

import argparse
import functools
import importlib.util
import time

import numpy as np

from colorkeras.bench.measured_csv import write_measured
from colorkeras.console.cli import program_name
from colorkeras.console.errors import UserError
from colorkeras.records.atomic import check_writable

NAME = "kernel-gradients"
HEADER = (
    *("framework", "image", "channels", "filters", "kernel", "dilation"),
    *("convolution_ms", "gradient_ms", "ours_ms"),
)
BATCH = 8
REPEATS = 5
# Side of the larger image, its channels, those of the smaller one.
LAYERS = ((128, 64, 128), (64, 128, 256), (32, 256, 512), (16, 512, 512), (8, 512, 512))
# Side of the image, channels, filters, dilation.
SAME_SIZE = (
    (16, 512, 256, 1),
    (8, 256, 512, 1),
    (8, 512, 512, 1),
    (8, 512, 512, 2),
    (16, 512, 512, 2),
)


def _milliseconds(function):
    """The shortest of some calls, after one that compiles."""
    np.asarray(function())
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        np.asarray(function())
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def _same_size_in_tensorflow(dilation, inputs, upstream, kernel):
    """As `_in_tensorflow`, of a 3×3 convolution that keeps the image's size."""
    import tensorflow as tf

    from colorkeras.networks.fast.kernel_gradients_tensorflow import same_size

    inputs, upstream, kernel = (tf.cast(x, tf.bfloat16) for x in (inputs, upstream, kernel))

    def convolve():
        return tf.nn.convolution(inputs, kernel, 1, "SAME", dilations=dilation)

    def gradient():
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            outputs = convolve()
        return tape.gradient(outputs, kernel, upstream)

    functions = (convolve, gradient, lambda: same_size(inputs, upstream, (dilation, dilation)))
    return [tf.function(function) for function in functions]


def _in_tensorflow(larger, smaller, kernel):
    """Compiled functions of no argument: the convolution, TensorFlow's gradient and ours."""
    import tensorflow as tf

    from colorkeras.networks.fast.kernel_gradients_tensorflow import halving

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
        lambda: halving(larger, smaller),
    )
    return [tf.function(function) for function in functions]


def _in_jax(larger, smaller, kernel):
    """Compiled functions of no argument: the transposed convolution, JAX's gradient and ours."""
    import jax

    from colorkeras.networks.fast.convolutions_jax import convolve_transposed

    def plain(kernel):  # what Keras calls
        return jax.lax.conv_transpose(smaller, kernel, (2, 2), "SAME", transpose_kernel=True)

    def gradient(function):
        compiled = jax.jit(lambda kernel, upstream: jax.vjp(function, kernel)[1](upstream)[0])
        return lambda: compiled(kernel, larger)

    compiled = jax.jit(plain)
    ours = gradient(lambda kernel: convolve_transposed(smaller, kernel, (2, 2)))
    return [lambda: compiled(kernel), gradient(plain), ours]


def build_parser():
    """Return the parser of the sub-command's options."""
    parser = argparse.ArgumentParser(
        prog=f"{program_name('colorkeras.bench')} {NAME}",
        description="Time kernel gradients of convolutions: the framework's and ours.",
    )
    parser.add_argument("--jax", action="store_true", help="JAX's transposed convolutions instead")
    parser.add_argument("-o", "--out", metavar="FILE.csv", help="also write the table as CSV")
    return parser


def run(argv):
    """Run the sub-command with these arguments, without its name; return the exit code."""
    args = build_parser().parse_args(argv)
    framework = "jax" if args.jax else "tensorflow"
    if importlib.util.find_spec(framework) is None:
        raise UserError(f"{framework} is not installed: pip install {framework}.")
    if args.out is not None:
        check_writable(args.out)
    rows = [(framework, *row) for row in _rows(args.jax)]
    if args.out is not None:
        write_measured(args.out, HEADER, rows, [NAME, *argv], ())
    return 0


def _rows(is_jax):
    """Yield the cells of each layer, and print them."""
    draw = functools.partial(np.random.default_rng(0).standard_normal, dtype=np.float32)
    print("image, channels, filters: convolution, the framework's gradient, ours (ms)")
    for side, channels, filters in LAYERS:
        larger, smaller = (BATCH, side, side, channels), (BATCH, side // 2, side // 2, filters)
        framework = _in_jax if is_jax else _in_tensorflow
        functions = framework(draw(larger), draw(smaller), draw((4, 4, channels, filters)))
        yield _row((side, channels, filters, 4, 1), functions)
    for side, channels, filters, dilation in () if is_jax else SAME_SIZE:
        inputs, upstream = (BATCH, side, side, channels), (BATCH, side, side, filters)
        kernel = draw((3, 3, channels, filters))
        functions = _same_size_in_tensorflow(dilation, draw(inputs), draw(upstream), kernel)
        yield _row((side, channels, filters, 3, dilation), functions)


def _row(layer, functions):
    side, channels, filters, kernel, dilation = layer
    times = [f"{_milliseconds(function):.1f}" for function in functions]
    shape = f"{kernel}×{kernel}, dilation {dilation}"
    print(f"{side}×{side}, {channels}, {filters}, {shape}: {', '.join(times)}", flush=True)
    return [*map(str, layer), *times]
