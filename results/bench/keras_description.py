"""What PyTorch has to rebuild of an experiment: Keras's networks, losses and colors, as JSON."""

import itertools
import json
from pathlib import Path

import numpy as np

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.devices.precision import POLICIES

EXPERIMENTS = Path(__file__).resolve().parents[2] / "experiments"
CHECKED_ROWS = 4  # images of a prediction
# Its first momentum is the gradient times this rate, which is too small to lead rounding on.
RATE = 1e-6


def config_of(job):
    return load_config(EXPERIMENTS / job["name"], job["preset"], job["set"])


def images_of(config):
    shape = (config.train.batch_size, config.data.height, config.data.width, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


# What is minimised, by its name among the terms → all terms that may stand beside it.
_KINDS = {
    "loss_mse": {"loss_mse"},
    "loss_mae": {"loss_mae"},
    "loss_D": {"loss_D_fake", "loss_D_real", "loss_D"},
    "loss_G": {"loss_G_GAN", "loss_G_L1", "loss_G"},
}


def describe(job):
    """Write an experiment's networks, objectives and weights into the job's folder, for PyTorch.

    Where the job is a check, weights are moved a little, so that none is zero, dropout is put off,
    and what Keras computes from there is written as well.

    Returns:
        An empty dict: an answer that says it is done.
    """
    from colorkeras.devices import backend

    config, folder = config_of(job), Path(job["described"])
    backend.set_up("float32", config.train.seed)
    from colorkeras.config.stages import plan_stages
    from colorkeras.experiment.folder import trainable_parameters
    from colorkeras.networks.fast.switch import keras_layers_alone
    from colorkeras.training.step import wire

    with keras_layers_alone():
        kept = _kept_in_float32(config)
        wiring, stage = wire(config, "float32"), plan_stages(config)[-1]
    if job["check"]:
        _unsettle(wiring.networks)
    objectives = _describe_objectives(wiring, stage, config)
    weights = {}
    description = {
        "seed": config.train.seed,
        "noise": vars(wiring.noise),
        "color": _describe_color(wiring.experiment.space),
        "networks": {
            name: describe_graph(network, iter(kept[name]), weights, name)
            for name, network in wiring.networks.items()
        },
        "generator": _name_of(wiring.model, wiring),
        "parameters": trainable_parameters(wiring.networks),
        "objectives": objectives,
    }
    np.savez(folder / "weights.npz", **weights)
    (folder / "description.json").write_text(json.dumps(description, default=str))
    if job["check"]:
        _expect(wiring, stage, config, folder)
    return {}


def _name_of(network, wiring):
    return next(name for name, other in wiring.networks.items() if other is network)


def _kept_in_float32(config):
    """Whether each layer is computed in float32 in a bfloat16 training: lists by network."""
    import keras

    from colorkeras.experiment.folder import load_experiment, networks_of

    keras.config.set_dtype_policy(POLICIES["bfloat16"])
    try:
        experiment = load_experiment(config)
        model = experiment.model()
        networks = networks_of(model, experiment.objectives(model))
    finally:
        keras.config.set_dtype_policy(POLICIES["float32"])
    return {
        name: [layer.compute_dtype == "float32" for layer in _computing_layers(network)]
        for name, network in networks.items()
    }


def _computing_layers(model):
    """All layers of a model but its inputs, in the order of `describe_graph`."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _computing_layers(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def _unsettle(networks):
    import keras

    random = np.random.default_rng(0)
    for network in networks.values():
        for variable in network.trainable_variables:
            variable.assign(variable + 0.02 * random.standard_normal(variable.shape, np.float32))
        for layer in _computing_layers(network):
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0


def describe_graph(model, kept, weights, path):
    """Describe a model's graph in JSON types.

    Args:
        model: a `keras.Model` with known inputs.
        kept: iterator that tells of each layer whether it is computed in float32 always.
        weights: dict to which the weights are added, as arrays by "PATH/LAYER/NUMBER".
        path: name of the model.

    Returns:
        A dict of `inputs`, `outputs` (references [layer, call, 0]) and `layers`, each with name,
        class, config, shapes of its weights, and its calls: lists of references.
    """
    import keras

    functional = keras.Model(model.inputs, model.outputs)  # of a Sequential, too
    config, layers = functional.get_config(), []
    entries = {entry["name"]: entry for entry in config["layers"]}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        calls = [list(_references(node)) for node in entries[layer.name]["inbound_nodes"]]
        described = {
            "name": layer.name,
            "class": type(layer).__name__,
            "config": {},
            "calls": [[source for source, _ in call] for call in calls],
        }
        if isinstance(layer, keras.Model):
            described["graph"] = describe_graph(layer, kept, weights, f"{path}/{layer.name}")
        else:
            arrays = layer.get_weights()
            weights |= {f"{path}/{layer.name}/{n}": array for n, array in enumerate(arrays)}
            described |= {
                "config": layer.get_config(),
                "trainable": layer.trainable,
                "weights": [array.shape for array in arrays],
                "rank": calls[0][0][1],
                "float32": next(kept),
            }
        layers.append(described)
    return {"inputs": config["input_layers"], "outputs": config["output_layers"], "layers": layers}


def _references(node):
    """Yield (reference, rank) of the tensors in a call as Keras serialises it."""
    if isinstance(node, dict) and node.get("class_name") == "__keras_tensor__":
        yield node["config"]["keras_history"], len(node["config"]["shape"])
    elif isinstance(node, dict | list | tuple):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _references(part)


def _describe_color(space):
    """A `ColorSpace` as `pytorch_networks.ColorSplit` takes it."""
    from colorkeras.color import srgb

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
        "matrix": (srgb._XYZ_FROM_RGB / srgb._WHITE[:, None]).tolist(),
        "levels": srgb._LINEAR_OF_LEVEL.tolist(),
        "curve": [srgb._LAB_THRESHOLD, srgb._LAB_SLOPE, srgb._LAB_OFFSET],
    }


def _describe_objectives(wiring, stage, config):
    """Describe what a stage minimises, from the terms of each loss on one batch.

    The moving statistics of batch normalisation become those of the batch, so that predictions are
    neither all zero nor all saturated.
    """
    import keras

    from colorkeras.experiment.generator import generate
    from colorkeras.experiment.objective import StepBatch

    layers = [layer for network in wiring.networks.values() for layer in _computing_layers(network)]
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    inputs, targets = wiring.experiment.space.split(images_of(config)[:CHECKED_ROWS])
    z = wiring.noise.for_step(config.train.seed, 1, len(inputs))
    z = None if z is None else keras.ops.convert_to_tensor(z)
    generate(wiring.model, inputs, z, training=True)
    batch = StepBatch(inputs, targets, targets + 1.0)  # so that the L1 term is its weight
    described = []
    for objective in wiring.objectives:
        if stage.trains(objective.name):
            table = config.optimizer[objective.name]
            facts = {
                "name": objective.name,
                "network": _name_of(objective.network, wiring),
                "every": objective.every,
                "optimizer": table.name,
                "options": table.options,
            }
            described.append({**facts, **_kind(objective, batch)})
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    trained = [objective["network"] for objective in described]
    if len(set(trained)) < len(trained):
        raise UserError(
            "two objectives of one stage train the same network, which is not known here."
        )
    return described


def _kind(objective, batch):
    terms = objective.loss(batch)
    for kind, known in _KINDS.items():
        if kind in terms and known >= terms.keys():
            total, expected = float(objective.total(terms)), float(terms[kind])
            if abs(total - expected) <= 1e-5 * abs(expected):  # nothing else is minimised
                weight = float(terms.get("loss_G_L1", 0.0))
                return {"kind": kind, "l1_weight": float(f"{weight:.5g}")}
    raise UserError(
        f"objective {objective.name}: what it minimises is not known here (terms "
        f"{', '.join(terms)})."
    )


def _expect(wiring, stage, config, folder):
    """Write what Keras computes in float32: colors, predictions, a step's losses, gradients."""
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
