"""Which layers are chosen: ours where they are faster, Keras's in a saved model and on request."""

import keras
import pytest
from keras import layers

from colorkeras.config.settings import LAYERS_VARIABLE
from colorkeras.console.errors import UserError
from colorkeras.networks.fast import batch_normalization, conv2d, conv2d_transpose, switch
from colorkeras.networks.fast.batch_norm import FusedBatchNormalization
from colorkeras.networks.fast.convolutions_jax import JaxConv2D, JaxConv2DTranspose
from colorkeras.networks.fast.convolutions_tensorflow import (
    TensorFlowConv2D,
    TensorFlowConv2DTranspose,
)

OPTIONS = {"kernel_size": 4, "strides": 2, "padding": "same"}
PLAIN = (layers.Conv2D, layers.Conv2DTranspose, layers.BatchNormalization)
IN_TENSORFLOW = (TensorFlowConv2D, TensorFlowConv2DTranspose, FusedBatchNormalization)
IN_JAX = (JaxConv2D, JaxConv2DTranspose, layers.BatchNormalization)


def kinds():
    made = [conv2d(1, **OPTIONS), conv2d_transpose(1, **OPTIONS), batch_normalization()]
    assert [switch.is_fast(layer) for layer in made] == [type(x) not in PLAIN for x in made]
    return tuple(map(type, made))


def test_layers_by_backend_and_number_format(monkeypatch):
    assert kinds() == PLAIN
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert kinds() == IN_TENSORFLOW
    monkeypatch.setattr(switch.keras.backend, "backend", lambda: "jax")
    assert kinds() == IN_JAX


def test_configuration_and_variable(monkeypatch):
    """The variable, where it is set, is stronger than the configuration, either way."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    with switch.using_layers("keras"):
        assert kinds() == PLAIN
        monkeypatch.setenv(LAYERS_VARIABLE, "auto")
        assert kinds() == IN_TENSORFLOW
    monkeypatch.setenv(LAYERS_VARIABLE, "keras")
    with switch.using_layers("auto"):
        assert kinds() == PLAIN
    monkeypatch.setenv(LAYERS_VARIABLE, "")  # as not set
    assert kinds() == IN_TENSORFLOW


def test_saved_model_has_layers_of_keras(monkeypatch):
    keras.config.set_dtype_policy("mixed_bfloat16")
    monkeypatch.setenv(LAYERS_VARIABLE, "auto")
    with switch.keras_layers_alone(), switch.using_layers("auto"):
        assert kinds() == PLAIN
    assert kinds() == IN_TENSORFLOW


def test_variable_is_wrong(monkeypatch):
    keras.config.set_dtype_policy("mixed_bfloat16")
    monkeypatch.setenv(LAYERS_VARIABLE, "ours")
    with pytest.raises(UserError, match=r"COLORKERAS_LAYERS.*'ours'"):
        kinds()
