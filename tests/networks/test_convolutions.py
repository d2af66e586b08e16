"""Which layers are chosen: ours on a CPU, Keras's on a GPU and in a saved model."""

import keras
from keras import layers

from colorkeras.networks import on_cpu
from colorkeras.networks.convolutions import conv2d, conv2d_transpose
from colorkeras.networks.convolutions_jax import JaxConv2D, JaxConv2DTranspose
from colorkeras.networks.convolutions_tensorflow import TensorFlowConv2D, TensorFlowConv2DTranspose
from colorkeras.networks.on_cpu import keras_layers_alone

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
    monkeypatch.setattr(on_cpu.keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr("jax.default_backend", lambda: "cpu")
    assert kinds() == (JaxConv2D, JaxConv2DTranspose)
    with keras_layers_alone():
        assert kinds() == plain
    monkeypatch.setattr("jax.default_backend", lambda: "gpu")
    assert kinds() == plain
