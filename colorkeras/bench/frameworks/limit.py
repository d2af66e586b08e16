"""The machine's limit: the fastest product of matrices or convolution, in operations per second.

The sizes are those of large layers of the networks here, at batch 8. TensorFlow and PyTorch compute
them forward, with nothing beside it; the fastest of all, in either framework, is the limit. As in
`operations.py`, a multiplication with its addition is two operations.
"""

import time

import numpy as np

from colorkeras.bench.frameworks.jobs import FRAMEWORKS, PYTORCH_FORMS, REFERENCE
from colorkeras.bench.frameworks.worker import Worker

BATCH = 8
ROUNDS, SECONDS = 2, 0.3  # for each product
PRODUCTS = ((2048, 2048, 2048), (4096, 1024, 4096))  # rows, inner, columns
# Rows and columns of the result, channels, filters, side of the kernel, stride.
CONVOLUTIONS = (
    (40, 64, 128, 256, 3, 1),  # varga_cnn at 160×256
    (20, 32, 512, 256, 3, 1),
    (128, 128, 128, 128, 3, 1),  # cunet at 256×256
    (64, 64, 256, 256, 3, 1),
    (32, 32, 128, 256, 4, 2),  # pix2pix at 256×256
)


def find_limit(frameworks, precision, device):
    """Measure the limit in a process for each framework that the contenders have.

    Args:
        frameworks: names of FRAMEWORKS. JAX is not asked.
        precision: "float32" or "bfloat16".
        device: as in a job.

    Returns:
        A dict: `rate`, operations per second; `product`, which one it is; None without TensorFlow
        and PyTorch.

    Raises:
        WorkerFailedError: when a process fails.
    """
    asked = {REFERENCE if name in PYTORCH_FORMS else name for name in frameworks} - {"jax"}
    found = []
    for framework in sorted(asked):
        job = {"framework": framework, "precision": precision, "device": device}
        with Worker("limit", job) as worker:
            found.append(worker.answer())
    return max(found, key=lambda one: one["rate"], default=None)


def fastest_product(framework, precision, device):
    """Measure all products in this process; return the fastest, as `find_limit` does."""
    prepare = _in_tensorflow if framework == "tensorflow" else _in_pytorch
    matrix_product, convolution = prepare(precision, device)
    draw = np.random.default_rng(0).standard_normal
    cases = []
    for rows, inner, columns in PRODUCTS:
        arrays = (draw(shape, np.float32) for shape in ((rows, inner), (inner, columns)))
        name = f"product of matrices {rows}×{inner} and {inner}×{columns}"
        cases.append((name, 2 * rows * inner * columns, matrix_product(*arrays)))
    for height, width, channels, filters, side, stride in CONVOLUTIONS:
        images = draw((BATCH, height * stride, width * stride, channels), np.float32)
        kernel = draw((side, side, channels, filters), np.float32)
        name = f"convolution {side}×{side} to {height}×{width}, {channels} → {filters} channels"
        name += f", stride {stride}" if stride > 1 else ""
        operations = 2 * BATCH * height * width * kernel.size
        cases.append((name, operations, convolution(images, kernel, stride)))
    rates = [
        (operations * _calls_per_second(call), name)
        for _ in range(ROUNDS)
        for name, operations, call in cases
    ]
    rate, name = max(rates)
    return {"rate": rate, "product": f"{FRAMEWORKS[framework][1]}: {name}"}


def _calls_per_second(call):
    call()
    calls, started = 0, time.monotonic()
    while (seconds := time.monotonic() - started) < SECONDS or not calls:
        call()
        calls += 1
    return calls / seconds


def _in_tensorflow(precision, device):
    """Functions of arrays that return what computes a product, and waits for it."""
    import tensorflow as tf

    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")

    def timed(product):
        compiled = tf.function(lambda: tf.reshape(product(), [-1])[0])  # waiting copies one number
        return lambda: compiled().numpy()

    def matrix_product(left, right):
        left, right = tf.cast(left, precision), tf.cast(right, precision)
        return timed(lambda: tf.matmul(left, right))

    def convolution(images, kernel, stride):
        images, kernel = tf.cast(images, precision), tf.cast(kernel, precision)
        return timed(lambda: tf.nn.conv2d(images, kernel, stride, "SAME"))

    return matrix_product, convolution


def _in_pytorch(precision, device):
    """The same in PyTorch, with images as NHWC in memory."""
    import torch
    from torch.nn import functional

    has_gpu = torch.cuda.is_available() and device != "cpu"
    place = {"device": "cuda" if has_gpu else "cpu", "dtype": getattr(torch, precision)}
    torch.backends.cudnn.benchmark = torch.backends.cudnn.allow_tf32 = True

    def timed(product):
        def compute():
            with torch.no_grad():
                product()
            if has_gpu:
                torch.cuda.synchronize()

        return compute

    def matrix_product(left, right):
        left, right = (torch.from_numpy(x).to(**place) for x in (left, right))
        return timed(lambda: left @ right)

    def convolution(images, kernel, stride):
        x = torch.from_numpy(images.transpose(0, 3, 1, 2)).to(**place)
        w = torch.from_numpy(kernel.transpose(3, 2, 0, 1)).to(**place)
        x, w = (t.contiguous(memory_format=torch.channels_last) for t in (x, w))
        return timed(lambda: functional.conv2d(x, w, None, stride, (len(kernel) - 1) // 2))

    return matrix_product, convolution
