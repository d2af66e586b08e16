"""Saved models for tests of the commands that read one."""

import keras
import numpy as np
from keras import layers

from colorkeras.color.space import ColorSpace
from colorkeras.inference.saving import save_model

METADATA = {
    "experiment": "tiny",
    "title": "Tiny network",
    "preset": "quick",
    "seed": 0,
    "parameters": {"colorizer": 4},
    "run": "first",
    "step": 9,
    "commit": "unknown",
    "versions": {},
    "data": {"source": "scenes:landscape"},
    "resize": "crop",
    "mean_ab": [2.0, 8.0],
    "noise": {"source": "none", "distribution": "normal"},
}


def write_noisy_model(path, source):
    """Save a 32×32 network with dropout, or with a second input of 3 numbers, or with neither."""
    luminance = keras.Input((32, 32, 1), name="luminance")
    chroma = layers.Conv2D(8, 3, padding="same", activation="relu")(luminance)
    inputs = luminance
    if source == "dropout":
        chroma = layers.Dropout(0.5)(layers.BatchNormalization()(chroma))
    if source == "input":
        noise = keras.Input((3,), name="noise")
        plane = layers.Reshape((32, 32, 1))(layers.Dense(1024)(noise))
        chroma, inputs = layers.Concatenate()([chroma, plane]), [luminance, noise]
    chroma = layers.Conv2D(2, 1, activation="tanh")(chroma)
    noise = {"source": source, "distribution": "uniform"}
    metadata = {**METADATA, "noise": noise}
    save_model(path, keras.Model(inputs, chroma), ColorSpace.named("yuv_tanh"), metadata)
    return str(path)


def write_model(
    path,
    space="yuv_tanh",
    bias=(0.8, -0.7),
    slope=(0.0, 0.0),
    size=(32, 32),
    activation="tanh",
):
    """Save a network whose chroma is tanh(slope · luminance + bias); return the path as text."""
    model = keras.Sequential(
        [keras.Input((*size, 1)), layers.Conv2D(2, 1, activation=activation, name="chroma")]
    )
    model.set_weights([np.reshape(slope, (1, 1, 1, 2)), np.array(bias)])
    save_model(path, model, ColorSpace.named(space), METADATA)
    return str(path)


def write_model_that_overflows(path):
    """Save a network whose chroma is infinite for white alone: exp(93); exp(88) is a number."""
    return write_model(path, slope=(1e5, 1e5), bias=(-99907.0, -99907.0), activation="exponential")
