"""Build the Keras model that a checked file describes, and try it on one fixed input.

It is built from the values of the file, not by Keras's loader.

That loader resolves modules, classes, functions and serialized objects that a file names. Here
nothing but constructors of `keras.layers` is called, with plain values that have passed their
rules. Regularizers, constraints and initializers matter in training alone and are left out.

The checksum proves what the file holds; the probe proves what was made of it: with another version
of Keras, another backend or device, a model must still map the same input to the same chroma.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from colorkeras.devices.compiled import compiled
from colorkeras.experiment.generator import generate
from colorkeras.inference.model_file.description import (
    INPUT,
    SEQUENTIAL,
    Layer,
    Network,
    Reference,
)
from colorkeras.inference.model_file.layer_kinds import is_for_training
from colorkeras.inference.model_file.metadata import PROBE_NUMBERS

_CELLS = 4  # rows and columns of the grid over which chroma is averaged
# Float32 rounds otherwise on another device; matrix units of GPUs keep 10 bits (TF32).
_OF_SCALE, _OF_MAGNITUDE, _LEAST = 0.05, 1e-3, 1e-6


def build_model(network: Network, weights: dict[tuple[str, ...], np.ndarray]) -> keras.Model:
    """Build a model with its weights.

    Args:
        network: a `Network` from `read_network`.
        weights: float32 arrays by path in the network; emptied on the way, so that no more than
            one layer's are in memory twice.

    Returns:
        A `keras.Model` in float32, not compiled.
    """
    model = _build(network)
    _set_weights(model, network, weights, ())
    return model


def _build(network: Network) -> keras.Model:
    made = {name: _make(layer) for name, layer in network.layers.items()}
    options = {"trainable": network.trainable, "name": network.name}
    if network.class_name in SEQUENTIAL:
        return keras.Sequential(list(made.values()), **options)
    tensors = {(x.name, 0): [made[x.name].output] for x in network.layers.values() if _is_input(x)}

    def find(references: list[Reference], as_list: bool) -> Any:
        found = [tensors[name, call][output] for name, call, output in references]
        return found if as_list else found[0]

    for name, number in network.order:
        layer = network.layers[name]
        call = layer.calls[number]
        outputs = made[name](find(call.inputs, call.is_list), **call.arguments)
        tensors[name, number] = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    ends = zip((network.inputs, network.outputs), network.is_nested, strict=True)
    return keras.Model(*(find(references, as_list) for references, as_list in ends), **options)


def _is_input(layer: Layer) -> bool:
    return layer.class_name == INPUT


def _make(layer: Layer) -> Any:
    if layer.network:
        return _build(layer.network)
    if _is_input(layer):
        batch_shape = (None, *layer.output[0])
        return keras.layers.InputLayer(batch_shape=batch_shape, dtype="float32", name=layer.name)
    options = {name: value for name, value in layer.options.items() if not is_for_training(name)}
    # Weights are set at once: drawing random ones first would take longer than all the rest.
    zeros = {name: "zeros" for name in layer.options if name.endswith("_initializer")}
    kind = getattr(keras.layers, layer.class_name)
    built = kind(**options, **zeros, dtype="float32", name=layer.name)
    built.trainable = layer.trainable  # not every constructor takes it
    return built


def _set_weights(
    model: keras.Model,
    network: Network,
    weights: dict[tuple[str, ...], np.ndarray],
    prefix: tuple[str, ...],
) -> None:
    layers = {layer.name: layer for layer in model.layers}
    for name, layer in network.layers.items():
        path = (*prefix, name)
        if layer.network:
            _set_weights(layers[name], layer.network, weights, path)
        elif layer.weights:
            for variable in layers[name].weights:
                variable.assign(weights.pop((*path, variable.name)))


def probe(
    model: keras.Model, luminance_range: tuple[float, float], eagerly: bool = True
) -> np.ndarray:
    """Run a model once on the fixed input.

    Args:
        model: (batch, height, width, 1) luminance, perhaps z → (batch, height, width, 2) chroma.
        luminance_range: lowest and highest normalised luminance.
        eagerly: with TensorFlow, layer by layer, which is faster once but keeps all outputs.

    Returns:
        (64,) float64: mean and standard deviation of both chroma channels in a grid of 4×4 cells;
        not finite where the chroma is not.
    """
    draw = np.random.default_rng(0)
    ranges = (luminance_range, (-1.0, 1.0))
    given = [
        _uniform(draw, low, high, (1, *tensor.shape[1:]))
        for tensor, (low, high) in zip(model.inputs, ranges, strict=False)
    ]
    chroma = np.asarray(_run(model, eagerly)(*given))[0]
    cells = [
        cell
        for rows in np.array_split(chroma, _CELLS, axis=0)
        for cell in np.array_split(rows, _CELLS, axis=1)
    ]
    statistics = [(cell.mean((0, 1), np.float64), cell.std((0, 1), np.float64)) for cell in cells]
    return np.reshape(statistics, PROBE_NUMBERS)


def _uniform(
    draw: np.random.Generator, low: float, high: float, shape: tuple[int, ...]
) -> np.ndarray:
    """Float32 numbers from `low` to `high`, without a copy in float64."""
    values = draw.random(shape, np.float32)
    values *= np.float32(high - low)
    values += np.float32(low)
    return values


def _run(model: keras.Model, eagerly: bool) -> Callable[..., Any]:
    """A function of the inputs; JAX compiles each operation, so that one program takes less."""

    def run(*inputs: Any) -> Any:
        return generate(model, *inputs)

    if eagerly and keras.backend.backend() == "tensorflow":
        return run
    return compiled(run, model)


def difference(stored: ArrayLike, found: ArrayLike) -> float:
    """How far two probes lie apart, in units of what rounding explains; more than 1 is wrong.

    Args:
        stored: (64,) numbers, of the model that was saved.
        found: (64,) numbers, of the one that was loaded.
    """
    stored, found = np.asarray(stored), np.asarray(found)
    # The deviations are every second pair: a chroma channel's own scale, whatever its offset.
    scale = stored.reshape(-1, 2, 2)[:, 1].max()
    allowed = _OF_SCALE * scale + _OF_MAGNITUDE * np.abs(stored).max() + _LEAST
    return float(np.abs(stored - found).max() / allowed)
