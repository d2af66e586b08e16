"""Compiled functions read a model as it is at each call."""

import keras
import numpy as np
import pytest
from keras import ops

from colorkeras.devices.compiled import compiled, fetched


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


def test_fetched_keeps_structure_order_and_plain_numbers():
    found = fetched([(3, {"b": ops.ones(2), "a": ops.zeros(())})])
    assert list(found[0][1]) == ["b", "a"]
    assert found[0][0] == 3
    np.testing.assert_array_equal(found[0][1]["b"], [1.0, 1.0])
    assert isinstance(found[0][1]["a"], np.ndarray)
