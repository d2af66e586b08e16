"""Write a model in another format, without what the converters print.

Keras has the converters, but for one: its own SavedModel holds every weight twice (Keras 3.15).
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras

from colorkeras.console.errors import UserError
from colorkeras.devices.backend import stderr_held_back
from colorkeras.experiment.generator import generate
from colorkeras.inference.export.formats import CHROMA, LUMINANCE, NOISE, Format
from colorkeras.inference.export.refusals import failed, unsupported

_BATCH = "batch"


def convert(model: keras.Model, to: Format, path: Path, label: str) -> None:
    """Write a model.

    Args:
        model: (batch, height, width, 1) float32 luminance, perhaps z → (batch, height, width, 2)
            float32 chroma; in float32, its dropout is left off.
        to: the format.
        path: file or folder to make, named as the format has it.
        label: what to call the model in messages.

    Raises:
        UserError: when the format cannot express a layer or an operation of the model.
        OSError: when the file cannot be written.
    """
    try:
        with _quiet():
            _write(model, to, path, label)
    except (OSError, MemoryError, UserError):
        raise
    except Exception as error:  # converters raise anything; what they printed has been shown
        raise failed(error, to, label) from error


def _write(model: keras.Model, to: Format, path: Path, label: str) -> None:
    try:
        _WRITERS[to.name](model, path)
    except Exception as error:
        if refusal := unsupported(error, model, to, label):
            raise refusal from error
        raise


def named(model: keras.Model) -> keras.Model:
    """The model with a dict of tensors as input and output, under the names of `formats`."""
    names = (LUMINANCE, NOISE)[: len(model.inputs)]
    inputs = {
        name: keras.Input(tensor.shape[1:], name=name)
        for name, tensor in zip(names, model.inputs, strict=True)
    }
    return keras.Model(inputs, {CHROMA: generate(model, *inputs.values())})


def _signature(whole: keras.Model, batch: int | None) -> list[dict[str, keras.InputSpec]]:
    """What `Model.export` takes; without it, it would refuse a model that was never called."""
    return [
        {
            name: keras.InputSpec(shape=(batch, *tensor.shape[1:]), dtype="float32", name=name)
            for name, tensor in whole.input.items()
        }
    ]


def _write_keras(model: keras.Model, path: Path) -> None:
    model.save(path)


def _write_savedmodel(model: keras.Model, path: Path) -> None:
    import tensorflow as tf

    whole = named(model)
    shapes = {name: (None, *tensor.shape[1:]) for name, tensor in whole.input.items()}
    specs = {name: tf.TensorSpec(shape, tf.float32, name) for name, shape in shapes.items()}

    @tf.function(autograph=False)
    def color(**inputs: Any) -> Any:
        return whole(inputs, training=False)

    traced = color.get_concrete_function(**specs)
    module = tf.Module()
    module.weights_read = list(traced.variables)  # TensorFlow stores what it finds on the module
    tf.saved_model.save(module, str(path), signatures={"serving_default": traced})


def _write_onnx(model: keras.Model, path: Path) -> None:
    whole = named(model)
    whole.export(str(path), format="onnx", verbose=False, input_signature=_signature(whole, None))
    import onnx

    written = onnx.load(path)
    for tensor in (*written.graph.input, *written.graph.output):
        tensor.type.tensor_type.shape.dim[0].dim_param = _BATCH  # tf2onnx: a number of its own
    onnx.checker.check_model(written)
    onnx.save(written, path)


def _write_litert(model: keras.Model, path: Path) -> None:
    """One image at a time: accelerators of phones want fixed shapes."""
    import tensorflow as tf

    whole = named(model)
    # Keras also allows operations of TensorFlow, which LiteRT alone cannot run.
    only_its_own = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    whole.export(
        str(path),
        format="litert",
        verbose=False,
        input_signature=_signature(whole, 1),
        target_spec=only_its_own,
    )


_WRITERS: dict[str, Callable[[keras.Model, Path], None]] = {
    "keras": _write_keras,
    "savedmodel": _write_savedmodel,
    "onnx": _write_onnx,
    "litert": _write_litert,
}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what is printed, logged and warned of; standard error is shown on a defect."""
    level = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with (
            stderr_held_back(),
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(action="ignore"),
        ):
            yield
    finally:
        logging.disable(level)
