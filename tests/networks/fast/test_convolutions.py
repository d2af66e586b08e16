"""Which layers are chosen: ours where they are faster, Keras's in a saved model and on request."""

import keras
import pytest
from keras import layers

from colorkeras.console.errors import UserError
from colorkeras.networks.fast import switch
from colorkeras.networks.fast.convolutions import conv2d, conv2d_transpose
from colorkeras.networks.fast.convolutions_jax import JaxConv2D, JaxConv2DTranspose
from colorkeras.networks.fast.convolutions_tensorflow import (
    TensorFlowConv2D,
    TensorFlowConv2DTranspose,
)
from colorkeras.networks.fast.switch import keras_layers_alone

OPTIONS = {"kernel_size": 4, "strides": 2, "padding": "same"}


def test_layers_by_backend_and_policy(monkeypatch):
    def kinds():
        return type(conv2d(1, **OPTIONS)), type(conv2d_transpose(1, **OPTIONS))

    plain = (layers.Conv2D, layers.Conv2DTranspose)
    assert kinds() == plain
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert kinds() == (TensorFlowConv2D, TensorFlowConv2DTranspose)
    with keras_layers_alone():
        assert kinds() == plain
    monkeypatch.setattr(switch.keras.backend, "backend", lambda: "jax")
    assert kinds() == (JaxConv2D, JaxConv2DTranspose)
    with keras_layers_alone():
        assert kinds() == plain
    monkeypatch.setenv(switch.VARIABLE, "keras")
    assert kinds() == plain
    monkeypatch.setenv(switch.VARIABLE, "ours")
    with pytest.raises(UserError, match=r"COLORKERAS_LAYERS.*'ours'"):
        kinds()
