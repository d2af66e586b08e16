"""Run an exported model in the runtime of its format, on the CPU."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from colorkeras.devices.compiled import compiled
from colorkeras.experiment.generator import generate
from colorkeras.inference.export.formats import CHROMA, LUMINANCE, NOISE, Format

Run = Callable[..., np.ndarray]


def open_exported(to: Format, path: Path) -> Run:
    """Open an exported model.

    Args:
        to: its format.
        path: the file or folder that `convert` wrote.

    Returns:
        A function of (batch, height, width, 1) float32 normalised luminance and, where the model
        takes some, (batch, …) float32 noise. It returns (batch, height, width, 2) float32
        normalised chroma. `batch` is 1 where the format says so.
    """
    return _OPENERS[to.name](path)


def _open_keras(path: Path) -> Run:
    model = keras.models.load_model(path, compile=False)
    function = compiled(lambda *inputs: generate(model, *inputs), model)
    return lambda *inputs: np.asarray(function(*inputs))


def _open_savedmodel(path: Path) -> Run:
    import tensorflow as tf

    model = tf.saved_model.load(str(path))
    color = model.signatures["serving_default"]

    def run(*inputs: np.ndarray) -> np.ndarray:
        assert model is not None  # the function alone would not keep its weights
        tensors = {name: tf.constant(value) for name, value in _by_name(inputs).items()}
        return np.asarray(color(**tensors)[CHROMA])

    return run


def _open_onnx(path: Path) -> Run:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda *inputs: np.asarray(session.run([CHROMA], _by_name(inputs))[0])


def _open_litert(path: Path) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    color = Interpreter(model_path=str(path)).get_signature_runner()
    return lambda *inputs: np.array(color(**_by_name(inputs))[CHROMA])


def _by_name(inputs: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    return dict(zip((LUMINANCE, NOISE), inputs, strict=False))


_OPENERS: dict[str, Callable[[Path], Run]] = {
    "keras": _open_keras,
    "savedmodel": _open_savedmodel,
    "onnx": _open_onnx,
    "litert": _open_litert,
}
