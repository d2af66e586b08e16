"""Compiled functions read a model as it is at each call."""

import keras
import numpy as np
import pytest
from keras import ops

from colorkeras.compiled import compiled


@pytest.mark.parametrize("fused", [False, True])
def test_same_values_as_without(fused):
    function = compiled(lambda x, y: ops.exp(x) if y is None else x * y, fused=fused)
    x = np.array([0.0, 1.0], np.float32)
    np.testing.assert_allclose(np.asarray(function(x, None)), [1.0, np.e], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(function(x, np.float32(3))), [0.0, 3.0])


def test_weights_are_those_of_the_call():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    function = compiled(lambda x: model(x), model)
    for weight in (2.0, 5.0):
        model.set_weights([np.array([[weight]])])
        assert np.asarray(function(np.ones((1, 1), np.float32))).item() == weight
