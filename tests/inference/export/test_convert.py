"""Each format: names and shapes of its inputs, and refusals that name layer and operation."""

import keras
import numpy as np
import pytest
from exported import PACKAGES
from keras import layers

from colorkeras.console.errors import UserError
from colorkeras.inference.export.convert import convert
from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.export.runtimes import open_exported

EACH = pytest.mark.parametrize("name", FORMATS)


def network(layer=None, noise=False):
    """A network of a few weights with one more layer in it."""
    keras.utils.set_random_seed(0)
    luminance = keras.Input((16, 24, 1), name="some.name")
    x, inputs = layers.Conv2D(4, 3, padding="same")(luminance), luminance
    if noise:
        z = keras.Input((5,), name="z")
        plane = layers.Reshape((16, 24, 1))(layers.Dense(16 * 24)(z))
        x, inputs = layers.Concatenate()([x, plane]), [luminance, z]
    x = x if layer is None else layer(x)
    return keras.Model(inputs, layers.Conv2D(2, 1)(x))


def converted(model, name, folder):
    """The exported model as a function."""
    for package in PACKAGES.get(name, ()):
        pytest.importorskip(package)
    path = folder / FORMATS[name].file
    convert(model, FORMATS[name], path, "tiny")
    return open_exported(FORMATS[name], path)


@EACH
@pytest.mark.parametrize("noise", [False, True])
def test_computes_the_same_for_any_batch_it_takes(name, noise, tmp_path, capfd):
    model = network(noise=noise)
    run = converted(model, name, tmp_path)
    draw = np.random.default_rng(0)
    for batch in (1,) if FORMATS[name].batch == 1 else (1, 3):
        inputs = [
            draw.uniform(-1, 1, (batch, *x.shape[1:])).astype(np.float32) for x in model.inputs
        ]
        expected = np.asarray(model(inputs if noise else inputs[0], training=False))
        np.testing.assert_allclose(run(*inputs), expected, atol=1e-6)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "Saved artifact" not in printed.err


def test_dropout_is_off(tmp_path):
    model = network(layers.Dropout(0.9))
    run = converted(model, "savedmodel", tmp_path)
    luminance = np.ones((1, 16, 24, 1), np.float32)
    np.testing.assert_allclose(run(luminance), np.asarray(model(luminance)), atol=1e-6)


def test_onnx_names(tmp_path):
    converted(network(noise=True), "onnx", tmp_path)
    import onnx

    graph = onnx.load(tmp_path / "model.onnx").graph
    shapes = {
        tensor.name: [
            side.dim_param or side.dim_value for side in tensor.type.tensor_type.shape.dim
        ]
        for tensor in (*graph.input, *graph.output)
    }
    assert shapes == {
        "luminance": ["batch", 16, 24, 1],
        "noise": ["batch", 5],
        "chroma": ["batch", 16, 24, 2],
    }


def test_savedmodel_holds_each_weight_once(tmp_path):
    import tensorflow as tf

    model = network()
    converted(model, "savedmodel", tmp_path)
    stored = tf.train.list_variables(str(tmp_path / "saved_model" / "variables" / "variables"))
    sizes = [np.prod(shape, dtype=int) for name, shape in stored if "VARIABLE_VALUE" in name]
    assert sum(sizes) == model.count_params()


def test_litert_is_the_same_bytes_again(tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        keras.utils.clear_session()
        converted(network(), "litert", folder)
    a, b = ((tmp_path / x / "model.tflite").read_bytes() for x in "ab")
    assert a == b


@pytest.mark.parametrize(
    ("name", "layer", "expected"),
    [
        (
            "litert",
            layers.UpSampling2D(interpolation="bicubic", name="twice"),
            "tiny: LiteRT has no operation ResizeBicubic, which the layer twice (UpSampling2D) "
            "needs. Choose another --format.",
        ),
        (
            "onnx",
            layers.Activation("celu", name="curve"),
            "tiny: ONNX has no operation Expm1, which the layer curve (Activation) needs. Choose "
            "another --format.",
        ),
    ],
)
def test_operation_that_a_format_does_not_have(name, layer, expected, tmp_path, capfd):
    with pytest.raises(UserError) as refused:
        converted(network(layer), name, tmp_path)
    assert str(refused.value) == expected
    assert capfd.readouterr().err == ""


def test_converter_that_fails_otherwise(tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise RuntimeError("first line\nsecond line")

    model = network()
    monkeypatch.setattr(model, "save", fail)
    with pytest.raises(UserError, match=r"as Keras 3: RuntimeError: 'first line'\. Choose"):
        converted(model, "keras", tmp_path)


def test_full_disk_is_told_as_such(tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise OSError(28, "No space left on device")

    model = network()
    monkeypatch.setattr(model, "save", fail)
    with pytest.raises(OSError, match="No space left"):
        converted(model, "keras", tmp_path)
