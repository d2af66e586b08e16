"""Floating-point operations of a step, counted by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from colorkeras.bench.frameworks.operations import count_operations, operations_per_image
from colorkeras.config.load import load_config
from colorkeras.config.shipped import all_experiments
from colorkeras.networks.fast import conv2d, conv2d_transpose
from colorkeras.networks.fast.switch import keras_layers_alone
from colorkeras.training.step import wire

FOLDERS = {folder.name: folder for folder in all_experiments()}
# varga_cnn at 16×24: pixels of each convolution's result, channels, filters.
VARGA = (
    (16 * 24, 1, 64),
    (8 * 12, 64, 64),
    (8 * 12, 64, 128),
    (4 * 6, 128, 128),
    (4 * 6, 128, 256),
    (2 * 3, 256, 256),
    (2 * 3, 256, 512),
    (2 * 3, 512, 256),
    (2 * 3, 256, 128),
    (4 * 6, 128, 64),
    (8 * 12, 64, 32),
    (8 * 12, 32, 2),
)


def graph_of(function, *shapes, dtype=tf.float32):
    traced = tf.function(function)
    return traced.get_concrete_function(*(tf.TensorSpec(shape, dtype) for shape in shapes)).graph


def training_graph(model, shape):
    """The graph of a model's gradients by its weights and its inputs."""

    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_mean(tf.square(tf.cast(model(x), tf.float32)))
        return tape.gradient(y, [x, *model.trainable_variables])

    return graph_of(gradients, shape)


def test_step_of_varga_cnn():
    """Three products for each convolution: forward, by kernel, by inputs; not by the images."""
    settings = ["data.height=16", "data.width=24", "train.batch_size=2"]
    wiring = wire(load_config(FOLDERS["varga_cnn"], "paper", settings), "float32")
    forward = [2 * 9 * pixels * channels * filters for pixels, channels, filters in VARGA]
    images = tf.constant(np.zeros((2, 16, 24, 3), np.uint8))
    found = operations_per_image(wiring.update, images, None, 1)
    assert found == 3 * sum(forward) - forward[0]


def test_layers():
    """Those without padding, transposed, depthwise, dense."""
    model = keras.Sequential(
        [
            keras.Input((7, 9, 6)),
            layers.Conv2D(4, 3, strides=2),  # 3×4 pixels
            layers.Conv2DTranspose(5, 4, strides=2, padding="same"),  # 6×8
            layers.DepthwiseConv2D(3, padding="same"),
            layers.Flatten(),
            layers.Dense(7),
        ]
    )
    forward = (
        2 * (3 * 4) * (3 * 3 * 6 * 4),
        2 * (3 * 4) * (4 * 4 * 4 * 5),  # as the convolution of the larger image
        2 * (6 * 8) * (3 * 3 * 5),
        2 * (6 * 8 * 5) * 7,
    )
    assert count_operations(training_graph(model, (2, 7, 9, 6))) == 2 * 3 * sum(forward)


@pytest.mark.parametrize(
    ("layer", "side"),
    [
        (lambda: conv2d(4, kernel_size=4, strides=2, padding="same"), 8),
        (lambda: conv2d_transpose(4, kernel_size=4, strides=2, padding="same"), 4),
        (lambda: conv2d(4, kernel_size=3, padding="same", dilation_rate=2), 8),
    ],
)
def test_layers_of_ours_count_as_those_of_keras(layer, side):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        ours = keras.Sequential([keras.Input((side, side, 3)), layer()])
        with keras_layers_alone():
            theirs = keras.Sequential([keras.Input((side, side, 3)), layer()])
    finally:
        keras.config.set_dtype_policy("float32")
    assert type(ours.layers[0]) is not type(theirs.layers[0])
    shape = (2, side, side, 3)
    found = count_operations(training_graph(ours, shape))
    assert found == count_operations(training_graph(theirs, shape)) > 0


def test_products_of_matrices():
    graph = graph_of(lambda a, b: tf.matmul(a, b, transpose_a=True), (5, 3), (5, 4))
    assert count_operations(graph) == 2 * 3 * 5 * 4
    graph = graph_of(lambda a, b: tf.matmul(a, b, adjoint_a=True), (2, 5, 3), (2, 5, 4))
    assert count_operations(graph) == 2 * 2 * 3 * 5 * 4


def test_mean_of_steps_that_differ():
    """Of a discriminator in every step and a generator in every second one."""

    class Update:
        def graph(self, images, number, stage):
            rows = 3 if number % 2 else 9
            return graph_of(tf.matmul, (rows, 4), (4, 5))

    assert operations_per_image(Update(), np.zeros((2, 1, 1, 3)), None, 2) == 2 * 6 * 4 * 5 / 2


@pytest.mark.parametrize(
    ("function", "shapes", "message"),
    [
        (lambda a, b: tf.einsum("abc,cbd->ad", a, b), [(2, 3, 4), (4, 3, 5)], "Einsum"),
        (lambda a, b: tf.function(tf.matmul)(a, b), [(2, 3), (3, 4)], "MatMul"),
        (tf.matmul, [(None, 3), (3, 4)], "its size is unknown"),
    ],
)
def test_what_cannot_be_counted_is_refused(function, shapes, message):
    with pytest.raises(ValueError, match=message):
        count_operations(graph_of(function, *shapes))
