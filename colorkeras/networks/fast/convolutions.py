"""Convolutions, down, up and level: Keras's layers, or some of ours with faster gradients."""

from keras import layers

from colorkeras.networks.fast import switch
from colorkeras.networks.fast.convolutions_jax import JaxConv2D, JaxConv2DTranspose
from colorkeras.networks.fast.convolutions_tensorflow import (
    TensorFlowConv2D,
    TensorFlowConv2DTranspose,
)


def conv2d(filters, **options):
    """Return `layers.Conv2D` for images (batch, height, width, channels), or a layer that
    computes the same with a faster gradient where it is known to pay."""
    return _choose(layers.Conv2D, TensorFlowConv2D, JaxConv2D)(filters, **options)


def conv2d_transpose(filters, **options):
    """Return `layers.Conv2DTranspose`, as `conv2d` does `layers.Conv2D`."""
    kinds = (layers.Conv2DTranspose, TensorFlowConv2DTranspose, JaxConv2DTranspose)
    return _choose(*kinds)(filters, **options)


def _choose(of_keras, in_bfloat16, in_jax):
    if switch.is_tensorflow_bfloat16():
        return in_bfloat16
    return in_jax if switch.is_jax() else of_keras
