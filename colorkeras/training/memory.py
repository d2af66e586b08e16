"""How much memory a training will take, before its first step: an estimate from shapes."""

import math
import re
from dataclasses import dataclass

import keras

from colorkeras.experiment.generator import all_layers

# Outputs of these are views of their inputs.
_VIEWS = (keras.layers.InputLayer, keras.layers.Flatten, keras.layers.Reshape)
# A discriminator sees true and generated images.
_CALLS_OF_DISCRIMINATOR = 2
# Gradients of the backward pass, beside the outputs that are kept for it. Working memory of
# operations comes on top: in results/scaling/scaling.csv the peak grows 1.6 to 1.8 times as fast as
# the outputs.
_WITH_GRADIENTS = 4 / 3
_MB = 2**20


@dataclass(frozen=True)
class MemoryEstimate:
    """Megabytes (MiB) on each device.

    Attributes:
        fixed: networks, gradients and the state of the optimizers.
        batch: outputs of the layers, kept for the backward pass, and their gradients.
    """

    fixed: int
    batch: int

    @property
    def total(self):
        return self.fixed + self.batch


def estimate_memory(wiring, images):
    """Estimate the memory of a training, without that of the libraries themselves.

    Args:
        wiring: the `Wiring`.
        images: images that a device works on at a time.

    Returns:
        A `MemoryEstimate`. The part of the batch is the sum of all layers' outputs, each once, in
        the number format it is computed in, plus a third for gradients. JAX on a CPU takes several
        times as much, for its convolutions.
    """
    networks = {id(network): network for network in wiring.networks.values()}.values()
    kept = [v for owner in (*networks, *wiring.optimizers.values()) for v in owner.variables]
    gradients = max(
        (o.network.trainable_variables for o in wiring.objectives), key=_size, default=[]
    )
    outputs = sum(
        _outputs(network) * (1 if network is wiring.model else _CALLS_OF_DISCRIMINATOR)
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
    """Bytes of the outputs of a network's layers for one image."""
    total = 0
    for layer in all_layers(network):
        if not isinstance(layer, _VIEWS):
            total += math.prod(layer.output.shape[1:]) * _bytes(layer.compute_dtype)
    return total
