"""Saved models for tests of the commands that read one."""

import keras
import numpy as np
from keras import layers

from colorkeras.color import ColorSpace
from colorkeras.saved_model import save_model

PASSPORT = {
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
}


def write_model(path, space="yuv_tanh", bias=(0.8, -0.7), slope=(0.0, 0.0), size=(32, 32)):
    """Save a network whose chroma is tanh(slope · luminance + bias); return the path as text."""
    model = keras.Sequential(
        [keras.Input((*size, 1)), layers.Conv2D(2, 1, activation="tanh", name="chroma")]
    )
    model.set_weights([np.reshape(slope, (1, 1, 1, 2)), np.array(bias)])
    save_model(path, model, ColorSpace.named(space), PASSPORT)
    return str(path)
