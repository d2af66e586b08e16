"""What a training step computes in one forward: chroma and the layers that losses read."""

import keras
import numpy as np
import pytest
from keras import layers

from colorkeras.experiment.forward import Forward, outputs_read
from colorkeras.experiment.objective import Objective

IMAGES = np.random.default_rng(0).random((2, 8, 8, 1), dtype=np.float32)


def objective(model, *reads):
    return Objective("colorizer", model, loss=None, reads=reads)


def grown():
    """A Sequential that calls its first layers again with each layer that is added to it."""
    model = keras.Sequential([keras.Input((8, 8, 1))])
    model.add(layers.Conv2D(3, 3, name="hidden"))
    model.add(layers.Dropout(0.5, name="dropped"))
    model.add(layers.Conv2D(2, 1, name="chroma"))
    return model


def branched():
    inputs = keras.Input((8, 8, 1))
    shared = layers.Conv2D(1, 3, padding="same", name="shared")
    inside = layers.Conv2D(1, 1, name="inside")
    nested = keras.Sequential([keras.Input((8, 8, 1)), inside], name="nested")
    pair = layers.Dense(2, name="pair")(nested(shared(shared(inputs))))
    return keras.Model(inputs, pair)


def test_layers_come_from_the_forward_that_gave_the_chroma():
    """Dropout draws once, so that the chroma can be computed from what was read."""
    model = grown()
    chroma, read = Forward(model, [objective(model, "dropped")])(IMAGES)
    assert list(read) == ["dropped"]
    assert np.asarray(read["dropped"] == 0).any()
    np.testing.assert_allclose(model.layers[-1](read["dropped"]), chroma, rtol=0, atol=1e-6)


def test_layers_of_all_objectives_are_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = grown()
    objectives = [objective(model, "hidden"), objective(model, "dropped", "hidden")]
    _, read = Forward(model, objectives)(IMAGES)
    assert set(read) == {"hidden", "dropped"}
    assert {keras.backend.standardize_dtype(layer.dtype) for layer in read.values()} == {"float32"}


def test_nothing_read_is_the_generator_alone():
    model = grown()
    chroma, read = Forward(model, [objective(model)])(IMAGES)
    assert chroma.shape == (2, 6, 6, 2)
    assert read == {}


def test_generator_keeps_its_outputs_and_variables():
    model = grown()
    paths = [variable.path for variable in model.variables]
    Forward(model, [objective(model, "hidden")])
    assert len(model.outputs) == 1
    assert [variable.path for variable in model.variables] == paths


def test_nested_model_is_a_layer():
    model = branched()
    (found,) = outputs_read(model, [objective(model, "nested")]).values()
    assert found.shape == (None, 8, 8, 1)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pear", "which is no layer of the generator. Did you mean pair?"),
        ("inside", "a layer inside a nested model. Name that model, or build its layers as the"),
        ("shared", "a layer that the generator calls more than once. Give each call a layer"),
    ],
)
def test_names_that_stand_for_no_single_output(name, reason):
    model = branched()
    with pytest.raises(ValueError, match=r"^objective colorizer reads ") as caught:
        outputs_read(model, [objective(model, "pair", name)])
    assert str(caught.value).startswith(f"objective colorizer reads {name!r}, {reason}")


def test_layer_with_several_outputs():
    inputs = keras.Input((8, 1))
    sequence, *_ = layers.LSTM(2, return_sequences=True, return_state=True, name="lstm")(inputs)
    model = keras.Model(inputs, sequence)
    with pytest.raises(ValueError, match="a layer with several outputs"):
        outputs_read(model, [objective(model, "lstm")])
