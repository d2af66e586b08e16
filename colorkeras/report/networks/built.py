"""From a configuration to its networks as plain values, by building them.

The only module of this folder that needs Keras, which it loads when a network is built.
"""

import math
from collections.abc import Iterator
from typing import Any

from colorkeras.config.settings import Config
from colorkeras.report.networks.layers import Layer, Network

# What the names of Keras's activations are called in papers.
_ACTIVATIONS = {"relu": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU", "elu": "ELU"}
# What else to say of a layer: kind → attributes.
_DETAILS = {
    "Dropout": ("rate",),
    "SpatialDropout2D": ("rate",),
    "UpSampling2D": ("interpolation",),
    "Resizing": ("interpolation",),
}


def build_networks(config: Config) -> list[Network]:
    """Build the networks of a configuration, of Keras's own layers, and read their layers.

    Returns:
        The generator first.

    Raises:
        UserError: when they cannot be built.
    """
    from colorkeras.devices import backend

    backend.set_up("float32")  # also restarts the numbering of unnamed layers
    import keras

    from colorkeras.experiment.loading import load_experiment, networks_of
    from colorkeras.networks.fast.switch import keras_layers_alone

    try:
        with keras_layers_alone():
            experiment = load_experiment(config)
            model = experiment.model()
            networks = networks_of(model, experiment.objectives(model))
        first = sorted(networks, key=lambda name: networks[name] is not model)
        return [read_network(name, networks[name]) for name in first]
    finally:
        keras.utils.clear_session()  # frees them before the next are built


def read_network(name: str, network: Any) -> Network:
    """Read the layers of a built `keras.Model` with known inputs.

    A model inside it is one layer. A layer that is called twice stands twice, with its weights
    at its first call.
    """
    calls = _calls(network.outputs)
    names: dict[tuple[int, int], str] = {}
    seen: dict[str, int] = {}
    layers = []
    for operation, index in calls:
        seen[operation.name] = times = seen.get(operation.name, 0) + 1
        called = operation.name if times == 1 else f"{operation.name} ({times})"
        names[id(operation), index] = called
        node = operation._inbound_nodes[index]
        inputs = tuple(names[_call(tensor)] for tensor in node.input_tensors)
        shape = tuple(node.output_tensors[0].shape[1:])
        layers.append(_read_layer(operation, called, shape, inputs, times == 1))
    ends = [
        tuple(names[_call(t)] for t in tensors) for tensors in (network.inputs, network.outputs)
    ]
    return Network(name, tuple(layers), *ends)


def _call(tensor: Any) -> tuple[int, int]:
    operation, index, _ = tensor._keras_history
    return id(operation), index


def _calls(outputs: list[Any]) -> list[tuple[Any, int]]:
    """(layer, number of its call) of all that the outputs depend on, inputs before users."""
    ordered: dict[tuple[int, int], tuple[Any, int]] = {}
    pending = [(tensor, False) for tensor in reversed(outputs)]
    while pending:
        tensor, has_inputs = pending.pop()
        operation, index, _ = tensor._keras_history
        if (id(operation), index) in ordered:
            continue
        if has_inputs:
            ordered[id(operation), index] = (operation, index)
            continue
        pending.append((tensor, True))
        inputs = operation._inbound_nodes[index].input_tensors
        pending += [(tensor, False) for tensor in reversed(inputs)]
    return list(ordered.values())


def _read_layer(
    layer: Any, name: str, shape: tuple[int | None, ...], inputs: tuple[str, ...], is_first: bool
) -> Layer:
    kind = _kind(layer)
    kernel = _pair(getattr(layer, "kernel_size", getattr(layer, "pool_size", None)))
    stride = _pair(getattr(layer, "strides", getattr(layer, "size", None)))
    has_weights = is_first and hasattr(layer, "weights")  # an operation of keras.ops has none
    return Layer(
        name=name,
        kind=kind,
        shape=shape,
        inputs=inputs,
        kernel=kernel,
        stride=stride,
        dilation=_pair(getattr(layer, "dilation_rate", None)),
        activation=_activation(layer, kind),
        detail=_detail(layer, kind),
        parameters=_size(layer.weights) if has_weights else 0,
        trainable=_size(layer.trainable_weights) if has_weights else 0,
    )


def _size(weights: list[Any]) -> int:
    # The seeds of dropout are state, and no weights of a network.
    return sum(math.prod(w.shape) for w in weights if "seed_generator" not in w.path)


def _kind(layer: Any) -> str:
    """The layer's class, or for a layer of ours the class of Keras that it stands for."""
    own = (cls for cls in type(layer).__mro__ if cls.__module__.partition(".")[0] == "keras")
    return next(own, type(layer)).__name__


def _pair(value: Any) -> tuple[int, int] | None:
    if isinstance(value, int):
        return value, value
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return int(value[0]), int(value[1])
    return None


def _activation(layer: Any, kind: str) -> str:
    import keras

    if kind == "ReLU":
        limit = layer.max_value
        return "ReLU" if limit is None else f"ReLU{limit:g}"
    if kind == "LeakyReLU":
        return f"LeakyReLU {layer.negative_slope:g}"
    if kind in ("ELU", "PReLU", "Softmax"):
        return kind if kind != "Softmax" else "softmax"
    function = getattr(layer, "activation", None)
    if function is None or isinstance(layer, keras.Model):
        return ""
    name = getattr(function, "__name__", type(function).__name__)
    return "" if name == "linear" else _ACTIVATIONS.get(name, name)


def _detail(layer: Any, kind: str) -> str:
    if kind == "Rescaling":
        return " ".join(_rescaling(layer))
    if kind in ("ZeroPadding2D", "Cropping2D"):
        sides = getattr(layer, "padding", None) or layer.cropping
        flat = [pixels for side in sides for pixels in side]
        return str(flat[0]) if len(set(flat)) == 1 else ", ".join(map(str, flat))
    return ", ".join(f"{getattr(layer, key)}" for key in _DETAILS.get(kind, ()))


def _rescaling(layer: Any) -> Iterator[str]:
    import numpy as np

    scales, offsets = np.ravel(layer.scale), np.ravel(layer.offset)
    if scales.size > 1 or scales[0] != 1:
        yield f"× {', '.join(f'{scale:.4g}' for scale in scales)}"
    if offsets.any():
        parts = ", ".join(f"{abs(offset):.4g}" for offset in offsets)
        yield f"{'−' if (offsets <= 0).all() else '+'} {parts}"
