"""What is known of a network that was read as data: its layers, their wiring, shapes and cost."""

from dataclasses import dataclass, field

from colorkeras.inference.model_file.cost import Cost
from colorkeras.inference.model_file.layer_kinds import Kind
from colorkeras.inference.model_file.rules import RefusedError, shown
from colorkeras.inference.model_file.tensors import Call

INPUT = "InputLayer"
FUNCTIONAL, SEQUENTIAL = ("Functional", "Model"), ("Sequential",)


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
