"""What is known of a network that was read as data: its layers, their wiring, shapes and cost."""

from dataclasses import dataclass, field

from colorkeras.model_file.layer_kinds import Kind
from colorkeras.model_file.rules import RefusedError, shown
from colorkeras.model_file.tensors import Call

INPUT = "InputLayer"
FUNCTIONAL, SEQUENTIAL = ("Functional", "Model"), ("Sequential",)


@dataclass(frozen=True)
class Cost:
    """What one image takes: bytes of all outputs, of the largest, multiply-adds, layer calls."""

    outputs: int = 0
    largest: int = 0
    work: int = 0
    calls: int = 0

    def __add__(self, other):
        return Cost(
            self.outputs + other.outputs,
            max(self.largest, other.largest),
            self.work + other.work,
            self.calls + other.calls,
        )


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
        cost: of one image.
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
    cost: Cost = Cost()

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
