"""The gradient by the kernel of a stride-2 convolution in bfloat16 on a CPU: oneDNN's and ours.

    python results/bench/kernel_gradient.py

Prints, for the layers of the U-Net-256 at batch 8, the milliseconds of the convolution itself, of
TensorFlow's gradient and of `colorkeras.networks.stride2.kernel_gradient` (best of five).
"""

import time

import tensorflow as tf

from colorkeras.networks.stride2 import kernel_gradient

BATCH = 8
# Side of the larger picture, its channels, those of the smaller one.
LAYERS = ((128, 64, 128), (64, 128, 256), (32, 256, 512), (16, 512, 512), (8, 512, 512))


def milliseconds(function, *arguments):
    compiled = tf.function(function)
    compiled(*arguments)
    times = []
    for _ in range(5):
        started = time.perf_counter()
        compiled(*arguments).numpy()
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def convolve(larger, kernel):
    return tf.nn.conv2d(larger, kernel, 2, "SAME")


def main():
    print("picture, channels, filters: convolution, TensorFlow's gradient, ours (ms)")
    for side, channels, filters in LAYERS:
        shapes = [(BATCH, side, side, channels), (BATCH, side // 2, side // 2, filters)]
        larger, smaller = (tf.cast(tf.random.normal(shape), tf.bfloat16) for shape in shapes)
        kernel = tf.cast(tf.random.normal((4, 4, channels, filters)), tf.bfloat16)

        def gradient(larger, smaller, sizes=kernel.shape):
            return tf.raw_ops.Conv2DBackpropFilter(
                input=larger,
                filter_sizes=sizes,
                out_backprop=smaller,
                strides=[1, 2, 2, 1],
                padding="SAME",
            )

        found = (
            milliseconds(convolve, larger, kernel),
            milliseconds(gradient, larger, smaller),
            milliseconds(kernel_gradient, larger, smaller),
        )
        times = ", ".join(f"{time:.1f}" for time in found)
        print(f"{side}×{side}, {channels}, {filters}: {times}")


if __name__ == "__main__":
    main()
