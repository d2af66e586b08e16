"""The architecture in a model file, read as data: layers, how they are wired, shapes and weights.

Keras builds whatever a configuration names. Here it is held against `layer_kinds.KINDS` first, and
every shape is worked out, so that it is known what would be built, and how large, before Keras is
asked. Shapes are of one image, without the batch axis.
"""

from dataclasses import replace
from typing import Any

from colorkeras.inference.model_file import rules
from colorkeras.inference.model_file.description import (
    FUNCTIONAL,
    INPUT,
    SEQUENTIAL,
    Call,
    Layer,
    Network,
    Reference,
    cost_of_call,
    read_calls,
    read_references,
    total_cost,
)
from colorkeras.inference.model_file.layer_kinds import KINDS, MAX_UNITS
from colorkeras.inference.model_file.rules import RefusedError, Rule, check, either, one_of, shown

MAX_CALLS = 2_000  # of layers, for one image: ResNet-152 has 516
MAX_DEPTH = 8  # of models in models
_POLICY = {
    "module": "keras",
    "class_name": "DTypePolicy",
    "config": {"name": "float32"},
    "registered_name": None,
}
_DTYPE = Rule(either(one_of("float32"), one_of(_POLICY)).holds, "float32")
_BATCH_SHAPE = Rule(
    lambda v: (
        isinstance(v, list)
        and 2 <= len(v) <= 5
        and v[0] is None
        and all(rules.is_whole(size, 1, MAX_UNITS) for size in v[1:])
    ),
    "null and up to 4 sizes",
)
_COMMON = {"name": rules.NAME, "trainable": rules.BOOL, "dtype": _DTYPE}
_INPUT = {
    "name": rules.NAME,
    "dtype": _DTYPE,
    "batch_shape": _BATCH_SHAPE,
    **dict.fromkeys(("sparse", "ragged", "optional"), rules.FALSE),
}
_LAYERS = Rule(
    lambda v: isinstance(v, list) and 1 <= len(v) <= MAX_CALLS,
    f"a list of 1 to {MAX_CALLS} layers",
)
_ANY = Rule(lambda v: True, "")  # what is read with care further down
_FUNCTIONAL = {
    **_COMMON,
    "layers": _LAYERS,
    "input_layers": _ANY,
    "output_layers": _ANY,
}
_SEQUENTIAL = {**_COMMON, "layers": _LAYERS, "build_input_shape": _BATCH_SHAPE}
_MODULES = {
    **dict.fromkeys((*FUNCTIONAL, *SEQUENTIAL), one_of(None, "keras", "keras.models")),
    **dict.fromkeys((*KINDS, INPUT), one_of(None, "keras.layers")),
}


def read_network(entry: Any, depth: int = 0) -> Network:
    """Read a model's configuration.

    Args:
        entry: {"class_name": …, "config": …}, as Keras writes it.
        depth: how many models it is inside of.

    Returns:
        A `Network` of allowed layers alone, with all shapes.

    Raises:
        RefusedError: naming the first part that is not allowed, or does not fit.
    """
    class_name, config = _entry(entry, "the architecture")
    if class_name not in (*FUNCTIONAL, *SEQUENTIAL):
        raise RefusedError(
            f"the architecture is a {class_name}; expected a Functional or Sequential"
        )
    if depth > MAX_DEPTH:
        raise RefusedError(f"models inside models more than {MAX_DEPTH} deep")
    is_functional = class_name in FUNCTIONAL
    where = f"model {shown(config.get('name'))}"
    known = _FUNCTIONAL if is_functional else _SEQUENTIAL
    check(config, known, where, optional=("dtype", "trainable", "build_input_shape"))
    network = Network(config["name"], class_name, config.get("trainable", True), {})
    for part in config["layers"]:
        layer = _read_layer(part, depth, is_functional)
        if network.layers.setdefault(layer.name, layer) is not layer:
            raise RefusedError(f"{where} has two layers {shown(layer.name)}")
    if is_functional:
        network.inputs, nested_inputs = read_references(config["input_layers"], where)
        network.outputs, nested_outputs = read_references(config["output_layers"], where)
        network.outputs = [_ending(network, reference) for reference in network.outputs]
        network.is_nested = (nested_inputs, nested_outputs)
    else:
        _chain(network, where)
    _infer(network, where)
    return network


def _ending(network: Network, reference: Reference) -> Reference:
    """A reference among a model's outputs, where Keras counts calls of functional models from 1."""
    name, call, output = reference
    layer = network.layers.get(name)
    counts_from_one = layer is not None and layer.class_name in FUNCTIONAL
    return (name, call - counts_from_one, output)


def _entry(entry: Any, where: str) -> tuple[str, dict[str, Any]]:
    """Class and configuration of a serialized layer or model, with nothing else to resolve."""
    is_entry = isinstance(entry, dict) and isinstance(entry.get("class_name"), str)
    if not is_entry or not isinstance(entry.get("config"), dict):
        raise RefusedError(f"{where} is {shown(entry)}; expected a class_name and a config")
    class_name = entry["class_name"]
    if class_name not in _MODULES:
        raise RefusedError(
            f"{where} is a {shown(class_name)}, which is not among the layers that model files may "
            "have"
        )
    module, registered = entry.get("module"), entry.get("registered_name")
    if not _MODULES[class_name].holds(module) or registered is not None:
        raise RefusedError(
            f"{where} is {class_name} of module {shown(module)} (registered name "
            f"{shown(registered)}); expected Keras's own"
        )
    return class_name, entry["config"]


def _read_layer(part: Any, depth: int, is_functional: bool) -> Layer:
    name = part.get("config", {}) if isinstance(part, dict) else {}
    where = f"layer {shown(name.get('name') if isinstance(name, dict) else None)}"
    class_name, config = _entry(part, where)
    where = f"{where} ({class_name})"
    entry = {"class_name", "config", "module", "registered_name"}
    further = {"name", "inbound_nodes"} if is_functional else set()
    if not entry | further >= part.keys() >= further:
        raise RefusedError(
            f"{where} has the keys {shown(sorted(part))}; expected class_name and config"
        )
    if is_functional and part["name"] != config.get("name"):
        raise RefusedError(f"{where} is also called {shown(part['name'])}")
    if class_name == INPUT:
        check(config, _INPUT, where)
        layer = Layer(config["name"], class_name, config)
        layer.output = [tuple(config["batch_shape"][1:])]
    elif class_name in KINDS:
        kind = KINDS[class_name]
        check(config, {**_COMMON, **kind.options}, where, optional=("trainable",))
        options = {name: config[name] for name in kind.options if name in config}
        layer = Layer(config["name"], class_name, options, config.get("trainable", True), kind)
    else:
        network = read_network({"class_name": class_name, "config": config}, depth + 1)
        layer = Layer(network.name, class_name, {}, network.trainable, network=network)
    if is_functional:
        layer.calls = read_calls(part["inbound_nodes"], layer, where)
    return layer


def _chain(network: Network, where: str) -> None:
    """Wire the layers of a Sequential one after the other."""
    first, *rest = network.layers.values()
    if first.class_name != INPUT or not rest:
        raise RefusedError(f"{where} does not begin with an InputLayer and go on")
    before = (first.name, 0, 0)
    network.inputs = [before]
    for layer in rest:
        layer.calls = [Call([before], False, {})]
        before = (layer.name, 0, 0)
    network.outputs = [before]


def _infer(network: Network, where: str) -> None:
    """Work out all shapes, in an order in which they can be computed."""
    pending: list[tuple[Layer, int, Call]] = []
    for layer in network.layers.values():
        if layer.class_name == INPUT:
            if layer.calls:
                raise RefusedError(f"{where}: its input {shown(layer.name)} has an input")
            network.shapes[layer.name, 0] = layer.output
        elif not layer.calls:
            raise RefusedError(f"{where}: layer {shown(layer.name)} is never used")
        pending += [(layer, number, call) for number, call in enumerate(layer.calls)]
    while pending:
        waiting = []
        for layer, number, call in pending:
            needed = {(name, at) for name, at, _ in call.inputs}
            if number:
                needed.add((layer.name, number - 1))
            if needed <= network.shapes.keys():
                _call(network, layer, number, call)
            else:
                waiting.append((layer, number, call))
        if len(waiting) == len(pending):
            layer = waiting[0][0]
            raise RefusedError(f"{where}: the inputs of layer {shown(layer.name)} are not there")
        pending = waiting
    inputs = {(x.name, 0, 0) for x in network.layers.values() if x.class_name == INPUT}
    if set(network.inputs) != inputs or len(network.inputs) != len(inputs):
        raise RefusedError(f"{where}: its inputs are not its InputLayers, each of them once")
    if inputs & set(network.outputs):
        raise RefusedError(f"{where} returns one of its inputs")
    network.shape_of(network.outputs[0])
    network.cost = total_cost(network)
    if network.cost.calls > MAX_CALLS:
        raise RefusedError(f"more than {MAX_CALLS} layers to compute")


def _call(network: Network, layer: Layer, number: int, call: Call) -> None:
    where = f"layer {shown(layer.name)} ({layer.class_name})"
    received = [network.shape_of(reference) for reference in call.inputs]
    if call.shapes and received != call.shapes:
        raise RefusedError(f"{where} says that it receives {call.shapes}; it receives {received}")
    if layer.network:
        if received != layer.network.input_shapes:
            raise RefusedError(f"{where} takes {layer.network.input_shapes}, received {received}")
        # A call of a model that computes nothing takes time as well.
        cost = layer.network.cost
        layer.output, cost = layer.network.output_shapes, replace(cost, calls=cost.calls + 1)
        weights = {(layer.name, *path): x for path, x in layer.network.weights.items()}
    elif layer.kind:
        try:
            layer.output = [tuple(layer.kind.shape(layer.options, received))]
            own = layer.kind.weights(layer.options, received)
        except RefusedError as error:
            raise RefusedError(f"{where}: {error}") from error
        cost = cost_of_call(layer.kind, layer.options, received, layer.output[0], own)
        weights = {(layer.name, name): tuple(x) for name, x in own.items()}
    if max(size for shape in layer.output for size in shape) > MAX_UNITS:
        raise RefusedError(f"{where} makes {layer.output}; an axis has at most {MAX_UNITS:,}")
    if layer.weights not in (None, weights):
        raise RefusedError(f"{where} is used on shapes that need other weights")
    layer.weights = weights
    network.shapes[layer.name, number] = layer.output
    network.order.append((layer.name, number))
    network.costs[layer.name, number] = cost
