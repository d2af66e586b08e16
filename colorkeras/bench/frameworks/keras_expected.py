"""What Keras computes of an experiment, for `--check`: written as arrays that PyTorch compares."""

import itertools
import json

import keras
import numpy as np

from colorkeras.bench.frameworks.jobs import RATE, images_of
from colorkeras.bench.frameworks.keras_graph import computing_layers, describe_graph
from colorkeras.bench.frameworks.keras_objectives import CHECKED_ROWS


def unsettle(networks):
    """Move all weights a little, so that none is zero, and switch dropout off."""
    random = np.random.default_rng(0)
    for network in networks.values():
        for variable in network.trainable_variables:
            variable.assign(variable + 0.02 * random.standard_normal(variable.shape, np.float32))
        for layer in computing_layers(network):
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0


def write_expected(wiring, stage, config, folder):
    """Write what Keras computes in float32: colors, predictions, a step's losses, gradients.

    Args:
        wiring: the `Wiring`, which takes one step; its weights are lost.
        stage: the `Stage` of that step.
        config: the `Config`, whose optimizers are those of a job that checks.
        folder: where to write.
    """
    images, random = images_of(config), np.random.default_rng(1)
    inputs, targets = (np.asarray(part) for part in wiring.experiment.space.split(images))
    arrays = {"images": images, "inputs": inputs, "targets": targets}
    z = wiring.noise.for_step(config.train.seed, 1, CHECKED_ROWS)
    for name, network in wiring.networks.items():
        given = [
            random.standard_normal((CHECKED_ROWS, *tensor.shape[1:]), np.float32)
            for tensor in network.inputs
        ]
        if network is wiring.model:
            given = [inputs[:CHECKED_ROWS], *([] if z is None else [z])]
        arrays |= {f"{name}/input{number}": array for number, array in enumerate(given)}
        output = network(given if len(given) > 1 else given[0], training=False)
        arrays[f"{name}/output"] = np.asarray(output)
    np.savez(folder / "expected.npz", **arrays)
    terms = wiring.update(images, 1, stage)
    losses = {name: float(value) for name, value in terms.items()}
    (folder / "losses.json").write_text(json.dumps(losses))
    gradients = {}
    for objective in wiring.objectives:
        momenta = wiring.optimizers[objective.name].momentums
        for variable, momentum in zip(objective.network.trainable_variables, momenta, strict=True):
            variable.assign(momentum / -RATE)  # where `describe_graph` finds it
    for name, network in wiring.networks.items():
        describe_graph(network, itertools.repeat(False), gradients, name)
    np.savez(folder / "gradients.npz", **gradients)
