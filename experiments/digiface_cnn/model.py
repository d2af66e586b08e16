"""A plain encoder and decoder from lightness to a*, b*, after the DigiFace poster."""

import keras
from keras import layers

from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective
from colorkeras.networks.resnet import decode_chroma

# Deviation 1: the layers are not reported. These are the tutorial's, up to its deepest features.
ENCODER = ((64, 1), (64, 2), (128, 1), (128, 2), (256, 1), (256, 2), (512, 1))  # filters, stride
DECODER = (128, 64, 32)  # the last three doublings of the sibling system with ResNet-50


def build_model(height, width):
    """Build seven convolutions, three transposed ones, and the head.

    Args:
        height, width: pixels; each must be a multiple of 8 (three convolutions of stride 2).

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance in [-1, 1] → (batch, height, width, 2)
        float32 chroma in [-1, 1]. 3,538,082 trainable parameters.

    Raises:
        ValueError: on a size that is no multiple of 8.
    """
    for name, size in (("data.height", height), ("data.width", width)):
        if size % 8:
            raise ValueError(
                f"{name} is {size}; three stride-2 convolutions need a multiple of 8, "
                f"such as {max(8, size // 8 * 8)} or {size // 8 * 8 + 8}."
            )
    luminance = keras.Input((height, width, 1), name="luminance")
    x = luminance
    for number, (filters, strides) in enumerate(ENCODER, start=1):
        options = {"strides": strides, "padding": "same", "activation": "relu"}
        x = layers.Conv2D(filters, 3, **options, name=f"conv{number}")(x)
    return keras.Model(luminance, decode_chroma(x, DECODER), name="digiface_cnn")


def build_objectives(model, *, loss="mse"):
    """One objective: regression of the chroma. Deviation 2: the loss is not reported."""
    return [Objective("colorizer", model, regression(loss))]
