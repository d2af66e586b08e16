"""What PyTorch has to rebuild of an experiment: Keras's networks, losses and colors, as JSON."""

import json
from pathlib import Path

import keras
import numpy as np

from colorkeras.bench.frameworks.jobs import config_of
from colorkeras.bench.frameworks.keras_expected import unsettle, write_expected
from colorkeras.bench.frameworks.keras_graph import computing_layers, describe_graph
from colorkeras.bench.frameworks.keras_objectives import describe_objectives, name_of
from colorkeras.color import cielab, srgb
from colorkeras.config.stages import plan_stages
from colorkeras.devices.precision import POLICIES
from colorkeras.experiment.loading import load_experiment, networks_of, trainable_parameters
from colorkeras.networks.fast.switch import keras_layers_alone
from colorkeras.training.step import wire


def describe(job):
    """Write an experiment's networks, objectives and weights into the job's folder, for PyTorch.

    Keras runs in float32. Where the job is a check, all weights are moved a little, dropout is
    switched off, and what Keras computes from there is written as well.

    Args:
        job: a job of `make_jobs`, with the folder, which exists, as "described".

    Raises:
        UserError: on an objective that has no translation to PyTorch.
    """
    config, folder = config_of(job), Path(job["described"])
    with keras_layers_alone():
        in_float32 = _layers_in_float32(config)
        wiring, stage = wire(config, "float32"), plan_stages(config)[-1]
    if job["check"]:
        unsettle(wiring.networks)
    objectives = describe_objectives(wiring, stage, config)
    weights = {}
    description = {
        "seed": config.train.seed,
        "noise": vars(wiring.noise),
        "color": _describe_color(wiring.experiment.space),
        "networks": {
            name: describe_graph(network, iter(in_float32[name]), weights, name)
            for name, network in wiring.networks.items()
        },
        "generator": name_of(wiring.model, wiring),
        "parameters": trainable_parameters(wiring.networks),
        "objectives": objectives,
    }
    np.savez(folder / "weights.npz", **weights)
    (folder / "description.json").write_text(json.dumps(description, default=str))
    if job["check"]:
        write_expected(wiring, stage, config, folder)


def _layers_in_float32(config):
    """Whether each layer is computed in float32 in a bfloat16 training: lists by network."""
    keras.config.set_dtype_policy(POLICIES["bfloat16"])
    try:
        experiment = load_experiment(config)
        model = experiment.model()
        networks = networks_of(model, experiment.objectives(model))
    finally:
        keras.config.set_dtype_policy(POLICIES["float32"])
    return {
        name: [layer.compute_dtype == "float32" for layer in computing_layers(network)]
        for name, network in networks.items()
    }


def _describe_color(space):
    """A `ColorSpace` as `pytorch_networks.ColorSplit` takes it."""
    common = {
        "family": space.family,
        "scales": [space.input_scale, *space.target_scale],
        "offsets": [space.input_offset, *space.target_offset],
    }
    if space.family != "lab":  # a matrix, whose columns are what becomes of pure red, green, blue
        pure = np.asarray(srgb.rgb_to_yuv(255.0 * np.eye(3, dtype=np.float32), space.family))
        return {**common, "matrix": (pure.T / 255.0).tolist(), "levels": [], "curve": []}
    return {
        **common,
        "matrix": (cielab.XYZ_FROM_RGB / cielab.WHITE[:, None]).tolist(),
        "levels": cielab.LINEAR_OF_LEVEL.tolist(),
        "curve": [cielab.LAB_THRESHOLD, cielab.LAB_SLOPE, cielab.LAB_OFFSET],
    }
