"""How much memory a training will take, before its first step: an estimate from shapes."""

import math
import re
from dataclasses import dataclass

import keras

from colorkeras.experiment.generator import all_layers

# Results of these are views of what they are given.
_VIEWS = (keras.layers.InputLayer, keras.layers.Flatten, keras.layers.Reshape)
# A network other than the generator sees true and generated images.
_CALLS_OF_JUDGES = 2
# Gradients on their way back, beside what is kept for them. Scratch space comes on top: in
# results/scaling/scaling.csv the peak grows 1.6 to 1.8 times as fast as the outputs.
_WITH_GRADIENTS = 4 / 3
_MB = 2**20


@dataclass(frozen=True)
class MemoryEstimate:
    """Megabytes (MiB) on each device.

    Attributes:
        fixed: networks, gradients and what optimizers keep.
        batch: what the layers hand on, kept for the backward pass, and its gradients.
    """

    fixed: int
    batch: int

    @property
    def total(self):
        return self.fixed + self.batch


def estimate_memory(wiring, images):
    """Estimate what a training takes, without what the libraries themselves take.

    Args:
        wiring: the `Wiring`.
        images: images that a device works on at a time.

    Returns:
        A `MemoryEstimate`. The batch's part is the sum of all layers' outputs, each kept once in
        the number format it is computed in, and a third for gradients. JAX on a CPU takes several
        times as much, for its convolutions.
    """
    networks = {id(network): network for network in wiring.networks.values()}.values()
    kept = [v for owner in (*networks, *wiring.optimizers.values()) for v in owner.variables]
    gradients = max(
        (o.network.trainable_variables for o in wiring.objectives), key=_size, default=[]
    )
    outputs = sum(
        _outputs(network) * (1 if network is wiring.model else _CALLS_OF_JUDGES)
        for network in networks
    )
    fixed, batch = _size(kept) + _size(gradients), images * outputs * _WITH_GRADIENTS
    return MemoryEstimate(round(fixed / _MB), round(batch / _MB))


def _size(variables):
    """Bytes of variables, each once."""
    unique = {id(variable): variable for variable in variables}.values()
    return sum(math.prod(v.shape) * _bytes(v.dtype) for v in unique)


def _bytes(dtype):
    return int(re.search(r"\d+", dtype).group()) // 8  # "float32", "bfloat16"


def _outputs(network):
    """Bytes that the layers of a network hand on for one image."""
    total = 0
    for layer in all_layers(network):
        if not isinstance(layer, _VIEWS):
            total += math.prod(layer.output.shape[1:]) * _bytes(layer.compute_dtype)
    return total
