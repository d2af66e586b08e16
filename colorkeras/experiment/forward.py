"""The generator's one forward of a training step: its chroma, and the layers that losses read.

Chroma and layers are outputs of one model, which shares all layers with the generator: nothing is
computed twice, and what is saved is still the generator alone.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
from keras import ops

from colorkeras.console.errors import suggest
from colorkeras.experiment.generator import all_layers, generate
from colorkeras.experiment.objective import Objective


class Forward:
    """Run a generator in training mode.

    Args:
        generator: the model under `build_model`.
        objectives: those whose `reads` are found.

    Raises:
        ValueError: as `outputs_read`.
    """

    def __init__(self, generator: keras.Model, objectives: Sequence[Objective]) -> None:
        read = outputs_read(generator, objectives)
        self._names = tuple(read)
        self._model = generator
        if read:
            inputs = generator.inputs if len(generator.inputs) > 1 else generator.inputs[0]
            self._model = keras.Model(inputs, [generator.outputs[0], *read.values()])

    def __call__(self, inputs: Any, noise: Any = None) -> tuple[Any, dict[str, Any]]:
        """Return `StepBatch.outputs` and `StepBatch.layers` of `inputs`, as `generate` takes them.

        Layers come in float32, also those that compute in half precision.
        """
        found = generate(self._model, inputs, noise, training=True)
        if not self._names:
            return found, {}
        chroma, *layers = found
        read = zip(self._names, layers, strict=True)
        return chroma, {name: ops.cast(layer, "float32") for name, layer in read}


def outputs_read(generator: keras.Model, objectives: Sequence[Objective]) -> dict[str, Any]:
    """Return the outputs of the layers that some objectives read, by name: symbolic tensors.

    Raises:
        ValueError: when a name is no layer of the generator, or one inside a nested model, one
            that is called more than once, or one with several outputs.
    """
    if not any(objective.reads for objective in objectives):
        return {}
    nodes: dict[str, list] = {}
    for layer, outputs in _calls(generator):
        nodes.setdefault(layer.name, []).append(outputs)
    inner = {layer.name for layer in all_layers(generator)}
    found = {}
    for objective in objectives:
        for name in objective.reads:
            outputs = [output for call in nodes.get(name, ()) for output in call]
            if len(outputs) != 1:
                where = f"objective {objective.name} reads {name!r}"
                raise ValueError(f"{where}, {_refusal(name, nodes, inner)}")
            found[name] = outputs[0]
    return found


def _refusal(name: str, nodes: dict[str, list], inner: set[str]) -> str:
    """Why a name does not stand for one tensor."""
    if len(nodes.get(name, ())) > 1:
        return "a layer that the generator calls more than once. Give each call a layer after it."
    if name in nodes:
        return "a layer with several outputs. Name a layer after one of them."
    if name in inner:
        return "a layer inside a nested model. Name that model, or build its layers as the others."
    return f"which is no layer of the generator.{suggest(name, nodes)}"


def _calls(generator: keras.Model) -> Iterator[tuple[keras.Layer, list]]:
    """Yield each call of a layer in a generator's graph, with its symbolic outputs, but inputs.

    `layer.output` would be of the layer's first call anywhere, such as in a graph that a growing
    `Sequential` has thrown away.
    """
    pending, seen = list(generator.outputs), set()
    while pending:
        operation, index, _ = pending.pop()._keras_history
        if (id(operation), index) in seen:
            continue
        seen.add((id(operation), index))
        node = operation._inbound_nodes[index]
        pending.extend(node.input_tensors)
        if isinstance(operation, keras.Layer) and node.input_tensors:
            yield operation, node.output_tensors
