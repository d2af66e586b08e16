"""The convolutional network after Varga and Szirányi, as Zhang and Mao adapted it.

Fifteen layers, no batch normalisation, no skip connections: luminance in, two chroma maps out.
"""

import keras
from keras import layers

from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective


def build_model(height, width):
    """Build the network of Zhang and Mao's listing (their slide "Model Architecture").

    Args:
        height, width: pixels; each must be a multiple of 8 (three convolutions of stride 2).

    Returns:
        A `keras.Sequential`: (batch, height, width, 1) luminance in [0, 1] →
        (batch, height, width, 2) float32 chroma in [-1, 1]. 3,892,194 parameters.
    """
    for name, size in (("data.height", height), ("data.width", width)):
        if size % 8:
            raise ValueError(
                f"{name} is {size}; three stride-2 convolutions need a multiple of 8, "
                f"such as {max(8, size // 8 * 8)} or {size // 8 * 8 + 8}."
            )

    def conv(filters, strides=1, **options):
        options = {"activation": "relu", **options}
        return layers.Conv2D(filters, 3, strides=strides, padding="same", **options)

    return keras.Sequential(
        [
            keras.Input((height, width, 1), name="luminance"),
            conv(64),
            conv(64, strides=2),
            conv(128),
            conv(128, strides=2),
            conv(256),
            conv(256, strides=2),
            conv(512),
            conv(256),
            conv(128),
            layers.UpSampling2D(),
            conv(64),
            layers.UpSampling2D(),
            conv(32),
            # The head and all after it stay in float32 whatever the training precision.
            conv(2, activation="tanh", dtype="float32"),
            layers.UpSampling2D(dtype="float32"),
        ],
        name="varga_cnn",
    )


def build_objectives(model, *, loss="mse"):
    """One objective: regression of the chroma. Deviation 1: the loss is not reported."""
    return [Objective("colorizer", model, regression(loss))]
