"""Sentences out of what the converters raise."""

import keras
import pytest

from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.export.refusals import failed, unsupported

CHECKER = (
    "No Op registered for Erfc with domain_version of 15\n\n==> Context: Bad node spec for node. "
    "Name: model/inner/{layer}/Gelu/Erfc OpType: Erfc"
)

LAYERS = ("act", "act_1")


def model():
    inner = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Activation("gelu", name="act")])
    return keras.Sequential([keras.Input((4, 4, 1)), inner])


def test_layer_of_a_model_in_the_model():
    error = unsupported(ValueError(CHECKER.format(layer="act")), model(), FORMATS["onnx"], "tiny")
    assert "no operation Erfc, which the layer act (Activation) needs." in str(error)


@pytest.mark.parametrize(("part", "name"), [("act_1", "act"), ("act_1_2", "act_1")])
def test_number_that_tensorflow_adds(part, name):
    network = keras.Sequential(
        [keras.Input((4, 4, 1)), *(keras.layers.Activation("gelu", name=x) for x in LAYERS)]
    )
    error = unsupported(ValueError(CHECKER.format(layer=part)), network, FORMATS["onnx"], "tiny")
    assert f"the layer {name} (Activation)" in str(error)


def test_layer_that_is_not_found():
    error = unsupported(ValueError(CHECKER.format(layer="x")), model(), FORMATS["onnx"], "tiny")
    assert "no operation Erfc, which one of its layers needs." in str(error)


def test_other_errors():
    assert unsupported(ValueError("something"), model(), FORMATS["onnx"], "tiny") is None
    assert "ValueError: ''" in str(failed(ValueError(), FORMATS["onnx"], "tiny"))
    text = str(failed(ValueError("x" * 500 + "\x1b"), FORMATS["onnx"], "tiny", "run"))
    assert "cannot be run as ONNX" in text
    assert len(text) < 250
