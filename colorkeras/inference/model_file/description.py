"""What is known of a network that was read as data: its layers, their wiring, shapes and cost.

Keras writes a node of a functional model as {"args": […], "kwargs": {…}}, in which it would
resolve any serialized object. Here a node holds `__keras_tensor__`s whose history names a layer of
the same model, and the call arguments that the layer's kind may have; no other values.
"""

from dataclasses import dataclass, field

from colorkeras.inference.model_file.cost import Cost
from colorkeras.inference.model_file.layer_kinds import ANY_ARGUMENTS, Kind
from colorkeras.inference.model_file.rules import RefusedError, is_whole, shown

INPUT = "InputLayer"
FUNCTIONAL, SEQUENTIAL = ("Functional", "Model"), ("Sequential",)
MAX_TENSORS = 256  # of one call
MAX_NODES = 256  # of one layer


@dataclass(frozen=True)
class Call:
    """One use of a layer.

    Attributes:
        inputs: references (layer name, call number, output number).
        is_list: whether the layer is given a list of them.
        arguments: further call arguments: "training" true, false or None.
        shapes: what the file says of the inputs, without batch axis; empty if it says nothing.
    """

    inputs: list
    is_list: bool
    arguments: dict
    shapes: tuple | list = ()


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
    options: dict
    trainable: bool = True
    kind: Kind | None = None
    network: "Network | None" = None
    calls: list[Call] = field(default_factory=list)
    weights: dict | None = None
    output: list | None = None


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
    layers: dict
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    is_nested: tuple = (False, False)
    order: list = field(default_factory=list)
    shapes: dict = field(default_factory=dict)
    costs: dict = field(default_factory=dict)
    cost: Cost | None = None

    def shape_of(self, reference):
        """The shape of one tensor."""
        name, call, output = reference
        outputs = self.shapes.get((name, call), [])
        if output >= len(outputs):
            raise RefusedError(
                f"model {shown(self.name)} refers to {shown(reference)}, which is not there"
            )
        return outputs[output]

    @property
    def input_shapes(self):
        """Shapes of the inputs."""
        return [self.shape_of(reference) for reference in self.inputs]

    @property
    def output_shapes(self):
        """Shapes of the outputs."""
        return [self.shape_of(reference) for reference in self.outputs]

    @property
    def weights(self):
        """Shapes of all weights by path: (…, layer, weight)."""
        return {k: v for layer in self.layers.values() for k, v in (layer.weights or {}).items()}


def read_references(value, where):
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
            raise RefusedError(f"{where}: {shown(reference)} is no [layer, call, output]")
    return [tuple(reference) for reference in value], True


def read_calls(nodes, layer, where):
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


def _read_call(node, layer, where):
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


def _read_tensor(tensor, where):
    """Reference and shape of a serialized tensor."""
    config = tensor.get("config") if isinstance(tensor, dict) else None
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


def _read_arguments(values, layer, where):
    allowed = layer.kind.arguments if layer.kind else ANY_ARGUMENTS
    if not isinstance(values, dict):
        raise RefusedError(f"{where} is called with {shown(values)}; expected a table")
    for name, value in values.items():
        if name not in allowed or not allowed[name].holds(value):
            raise RefusedError(f"{where} is called with {shown(name)} = {shown(value)}")
    return {name: value for name, value in values.items() if value is not None}


def _is_reference(value):
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and is_whole(value[1], 0, MAX_NODES)
        and is_whole(value[2], 0, MAX_TENSORS)
    )
