"""A Keras model's graph in JSON types, and its weights as arrays by name."""

import keras


def computing_layers(model):
    """Yield all layers of a model but its inputs, in the order of `describe_graph`."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from computing_layers(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def describe_graph(model, kept, weights, path):
    """Describe a model's graph in JSON types.

    Args:
        model: a `keras.Model` with known inputs.
        kept: iterator of booleans: whether each layer is always computed in float32.
        weights: dict to which the weights are added, as arrays by "PATH/LAYER/NUMBER".
        path: name of the model.

    Returns:
        A dict of `inputs`, `outputs` (references [layer, call, 0]) and `layers`, each with name,
        class, config, shapes of its weights, and its calls: lists of references.
    """
    functional = keras.Model(model.inputs, model.outputs)  # of a Sequential, too
    config, layers = functional.get_config(), []
    entries = {entry["name"]: entry for entry in config["layers"]}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        calls = [list(_references(node)) for node in entries[layer.name]["inbound_nodes"]]
        described = {
            "name": layer.name,
            "class": type(layer).__name__,
            "config": {},
            "calls": [[source for source, _ in call] for call in calls],
        }
        if isinstance(layer, keras.Model):
            described["graph"] = describe_graph(layer, kept, weights, f"{path}/{layer.name}")
        else:
            facts = {"rank": calls[0][0][1], "float32": next(kept)}
            described |= {**facts, **_describe_layer(layer, weights, f"{path}/{layer.name}")}
        layers.append(described)
    return {"inputs": config["input_layers"], "outputs": config["output_layers"], "layers": layers}


def _describe_layer(layer, weights, path):
    arrays = layer.get_weights()
    weights |= {f"{path}/{number}": array for number, array in enumerate(arrays)}
    return {
        "config": layer.get_config(),
        "trainable": layer.trainable,
        "weights": [array.shape for array in arrays],
    }


def _references(node):
    """Yield (reference, rank) of the tensors in a call as Keras serialises it."""
    if isinstance(node, dict) and node.get("class_name") == "__keras_tensor__":
        yield node["config"]["keras_history"], len(node["config"]["shape"])
    elif isinstance(node, dict | list | tuple):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _references(part)
