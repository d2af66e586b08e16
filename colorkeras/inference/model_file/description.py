"""What is known of a network that was read as data: its layers, their wiring, shapes and cost.

Keras writes a node of a functional model as {"args": […], "kwargs": {…}}, in which it would
resolve any serialized object. Here a node holds `__keras_tensor__`s whose history names a layer of
the same model, and the call arguments that the layer's kind may have; no other values.
"""

import collections
import math
from dataclasses import dataclass, field
from typing import Any

from colorkeras.inference.model_file.layer_kinds import ANY_ARGUMENTS, Kind
from colorkeras.inference.model_file.layer_shapes import Shape, Weights
from colorkeras.inference.model_file.rules import RefusedError, is_whole, shown

Reference = tuple[str, int, int]  # of a tensor: layer, call, output
Path = tuple[str, ...]  # of a weight: names of layers, then its own
INPUT = "InputLayer"
FUNCTIONAL, SEQUENTIAL = ("Functional", "Model"), ("Sequential",)
MAX_TENSORS = 256  # of one call
MAX_NODES = 256  # of one layer
_MAPS = 4  # input, output and temporaries of an activation such as gelu
_WORK_PER_VALUE = 16  # measured: a normalisation takes as long for each value that it makes


@dataclass(frozen=True)
class Call:
    """One use of a layer.

    Attributes:
        inputs: references (layer name, call number, output number).
        is_list: whether the layer is given a list of them.
        arguments: further call arguments: "training" true, false or None.
        shapes: what the file says of the inputs, without batch axis; empty if it says nothing.
    """

    inputs: list[Reference]
    is_list: bool
    arguments: dict[str, Any]
    shapes: list[Shape] = field(default_factory=list)


@dataclass(frozen=True)
class Cost:
    """Of one image.

    Attributes:
        outputs: bytes of what layers hand on that can be there at the same time.
        all_outputs: bytes of all of it.
        working: bytes that the busiest call needs while it computes.
        work: multiply-adds, or what takes as long.
        calls: of layers, and of models among them.
    """

    outputs: int = 0
    all_outputs: int = 0
    working: int = 0
    work: int = 0
    calls: int = 0


@dataclass
class Layer:
    """One layer of a network.

    Attributes:
        name, class_name: as in the file.
        options: its configuration without name, trainable and dtype.
        trainable: as in the file.
        kind: its `Kind`; None for an input or a network.
        network: the `Network` that it is, if it is one.
        calls: where it gets its tensors from: a `Call` for each time it is used.
        weights: shapes by path of names, known once it has been called.
        output: its output shapes, of the last call.
    """

    name: str
    class_name: str
    options: dict[str, Any]
    trainable: bool = True
    kind: Kind | None = None
    network: "Network | None" = None
    calls: list[Call] = field(default_factory=list)
    weights: dict[Path, Shape] | None = None
    output: list[Shape] = field(default_factory=list)


@dataclass
class Network:
    """A model of layers.

    Attributes:
        name, class_name, trainable: as in the file.
        layers: dict of `Layer` by name, in the file's order.
        inputs, outputs: references (layer, call, output), in the file's order.
        is_nested: for inputs and for outputs, whether the file has a list of them.
        order: (layer name, call number) in an order in which they can be computed.
        shapes: list of output shapes by (layer name, call number).
        costs: `Cost` by (layer name, call number).
        cost: of one image, all in all.
    """

    name: str
    class_name: str
    trainable: bool
    layers: dict[str, Layer]
    inputs: list[Reference] = field(default_factory=list)
    outputs: list[Reference] = field(default_factory=list)
    is_nested: tuple[bool, bool] = (False, False)
    order: list[tuple[str, int]] = field(default_factory=list)
    shapes: dict[tuple[str, int], list[Shape]] = field(default_factory=dict)
    costs: dict[tuple[str, int], Cost] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)

    def shape_of(self, reference: Reference) -> Shape:
        """The shape of one tensor."""
        name, call, output = reference
        outputs = self.shapes.get((name, call), [])
        if output >= len(outputs):
            raise RefusedError(
                f"model {shown(self.name)} refers to {shown(reference)}, which is not there"
            )
        return outputs[output]

    @property
    def input_shapes(self) -> list[Shape]:
        """Shapes of the inputs."""
        return [self.shape_of(reference) for reference in self.inputs]

    @property
    def output_shapes(self) -> list[Shape]:
        """Shapes of the outputs."""
        return [self.shape_of(reference) for reference in self.outputs]

    @property
    def weights(self) -> dict[Path, Shape]:
        """Shapes of all weights by path: (…, layer, weight)."""
        return {k: v for layer in self.layers.values() for k, v in (layer.weights or {}).items()}


def read_references(value: Any, where: str) -> tuple[list[Reference], bool]:
    """Read `input_layers` or `output_layers` of a functional model.

    Returns:
        List of references, and whether the file has a list of them rather than a single one.

    Raises:
        RefusedError: when it holds anything else.
    """
    if _is_reference(value):
        return [tuple(value)], False
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_TENSORS:
        raise RefusedError(f"{where}: its inputs or outputs are {shown(value)}")
    for reference in value:
        if not _is_reference(reference):
            raise RefusedError(f"{where}: {shown(reference)} is not [layer, call, output]")
    return [tuple(reference) for reference in value], True


def read_calls(nodes: Any, layer: Layer, where: str) -> list[Call]:
    """Read the `inbound_nodes` of a layer: a list of `Call`.

    Args:
        nodes: what the file has.
        layer: the `Layer` they belong to.
        where: its name, for messages.

    Raises:
        RefusedError: when they hold anything but tensors and known call arguments.
    """
    if not isinstance(nodes, list) or len(nodes) > MAX_NODES:
        raise RefusedError(f"{where} has the nodes {shown(nodes)}; expected a list of them")
    return [_read_call(node, layer, where) for node in nodes]


def _read_call(node: Any, layer: Layer, where: str) -> Call:
    is_node = isinstance(node, dict) and node.keys() == {"args", "kwargs"}
    if not is_node or not isinstance(node["args"], list) or len(node["args"]) != 1:
        raise RefusedError(
            f"{where} is called on {shown(node)}; expected one tensor, or a list of them"
        )
    (given,) = node["args"]
    takes_list = layer.kind.merges if layer.kind else isinstance(given, list)
    tensors = given if isinstance(given, list) else [given]
    if isinstance(given, list) != takes_list or not 1 <= len(tensors) <= MAX_TENSORS:
        expected = "a list of tensors" if takes_list else "one tensor"
        raise RefusedError(f"{where} is called on {shown(given)}; expected {expected}")
    read = [_read_tensor(tensor, where) for tensor in tensors]
    arguments = _read_arguments(node["kwargs"], layer, where)
    return Call([x for x, _ in read], takes_list, arguments, [shape for _, shape in read])


def _read_tensor(tensor: Any, where: str) -> tuple[Reference, Shape]:
    """Reference and shape of a serialized tensor."""
    config: Any = tensor.get("config") if isinstance(tensor, dict) else None
    is_tensor = (
        isinstance(config, dict)
        and tensor.keys() == {"class_name", "config"}
        and tensor["class_name"] == "__keras_tensor__"
        and config.keys() == {"shape", "dtype", "keras_history"}
        and _is_reference(config["keras_history"])
        and config["dtype"] == "float32"
        and isinstance(config["shape"], list)
    )
    if not is_tensor:
        raise RefusedError(
            f"{where} is called on {shown(tensor)}; expected a float32 tensor of a layer"
        )
    return tuple(config["keras_history"]), tuple(config["shape"][1:])


def _read_arguments(values: Any, layer: Layer, where: str) -> dict[str, Any]:
    allowed = layer.kind.arguments if layer.kind else ANY_ARGUMENTS
    if not isinstance(values, dict):
        raise RefusedError(f"{where} is called with {shown(values)}; expected a table")
    for name, value in values.items():
        if name not in allowed or not allowed[name].holds(value):
            raise RefusedError(f"{where} is called with {shown(name)} = {shown(value)}")
    return {name: value for name, value in values.items() if value is not None}


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and is_whole(value[1], 0, MAX_NODES)
        and is_whole(value[2], 0, MAX_TENSORS)
    )


def cost_of_call(
    kind: Kind, options: dict[str, Any], received: list[Shape], output: Shape, weights: Weights
) -> Cost:
    """The `Cost` of one layer called on shapes.

    Args:
        kind, options: of the layer.
        received: its input shapes.
        output: its output shape.
        weights: the shapes of its weights by name.
    """
    size = 4 * math.prod(output)
    positions = max(math.prod(shape[:-1]) for shape in (*received, output))
    work = kind.slowness * positions * sum(map(math.prod, weights.values()))
    work += math.prod(output) * (_WORK_PER_VALUE + kind.slowness * kind.taps(options))
    working = _MAPS * size + kind.scratch(options, received)
    return Cost(size, size, working, work, 1)


def total_cost(network: Network) -> Cost:
    """The `Cost` of a network, from that of its calls.

    An output that one call alone uses is gone once that call is done: of a chain of such calls the
    largest output counts, not the sum. That holds in every order, also when a backend computes
    many branches at once.
    """
    used: collections.Counter[Reference] = collections.Counter(network.outputs)
    for name, number in network.order:
        used.update(network.layers[name].calls[number].inputs)
    chains: list[int] = []
    chain_of: dict[Reference, int] = {}
    for name, number in network.order:
        layer, cost = network.layers[name], network.costs[name, number]
        before = [
            chain_of[source]
            for source in layer.calls[number].inputs
            if used[source] == 1 and source in chain_of
        ]
        if layer.network or not before:
            chains.append(cost.outputs)
            chain = len(chains) - 1
        else:
            chain = max(before, key=chains.__getitem__)
            chains[chain] = max(chains[chain], cost.outputs)
        if not layer.network:
            chain_of[name, number, 0] = chain
    costs = network.costs.values()
    return Cost(
        sum(chains),
        sum(cost.all_outputs for cost in costs),
        max((cost.working for cost in costs), default=0),
        sum(cost.work for cost in costs),
        sum(cost.calls for cost in costs),
    )
