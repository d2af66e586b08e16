"""Convolutions and transposed ones: Keras's layers, or some of ours with faster gradients."""

from typing import Any

from keras import layers

from colorkeras.networks.fast import switch
from colorkeras.networks.fast.convolutions_jax import JaxConv2D, JaxConv2DTranspose
from colorkeras.networks.fast.convolutions_tensorflow import (
    TensorFlowConv2D,
    TensorFlowConv2DTranspose,
)


def conv2d(filters: int, **options: Any) -> layers.Conv2D:
    """Return `layers.Conv2D(filters, **options)`, or a subclass with faster gradients.

    Args:
        filters: number of output channels.
        options: of Keras's layer, by name.
    """
    return _choose(layers.Conv2D, TensorFlowConv2D, JaxConv2D)(filters, **options)


def conv2d_transpose(filters: int, **options: Any) -> layers.Conv2DTranspose:
    """Return `layers.Conv2DTranspose`, as `conv2d` returns `layers.Conv2D`."""
    kinds = (layers.Conv2DTranspose, TensorFlowConv2DTranspose, JaxConv2DTranspose)
    return _choose(*kinds)(filters, **options)


def _choose(of_keras: type, in_bfloat16: type, in_jax: type) -> type:
    if switch.is_tensorflow_bfloat16():
        return in_bfloat16
    return in_jax if switch.is_jax() else of_keras
