"""Build the Keras model that a checked file describes: from its values, not by Keras's loader.

That loader resolves modules, classes, functions and serialized objects that a file names. Here
nothing but constructors of `keras.layers` is called, with plain values that have passed their
rules. Regularizers, constraints and initializers matter in training alone and are left out.
"""

import keras

from colorkeras.inference.model_file.description import INPUT, SEQUENTIAL
from colorkeras.inference.model_file.layer_kinds import is_for_training


def build_model(network, weights):
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


def _build(network):
    made = {name: _make(layer) for name, layer in network.layers.items()}
    options = {"trainable": network.trainable, "name": network.name}
    if network.class_name in SEQUENTIAL:
        return keras.Sequential(list(made.values()), **options)
    tensors = {(x.name, 0): [made[x.name].output] for x in network.layers.values() if _is_input(x)}

    def find(references, as_list):
        found = [tensors[name, call][output] for name, call, output in references]
        return found if as_list else found[0]

    for name, number in network.order:
        layer = network.layers[name]
        call = layer.calls[number]
        outputs = made[name](find(call.inputs, call.is_list), **call.arguments)
        tensors[name, number] = outputs if isinstance(outputs, list | tuple) else [outputs]
    ends = zip((network.inputs, network.outputs), network.is_nested, strict=True)
    return keras.Model(*(find(references, as_list) for references, as_list in ends), **options)


def _is_input(layer):
    return layer.class_name == INPUT


def _make(layer):
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


def _set_weights(model, network, weights, prefix):
    layers = {layer.name: layer for layer in model.layers}
    for name, layer in network.layers.items():
        path = (*prefix, name)
        if layer.network:
            _set_weights(layers[name], layer.network, weights, path)
        elif layer.weights:
            for variable in layers[name].weights:
                variable.assign(weights.pop((*path, variable.name)))
