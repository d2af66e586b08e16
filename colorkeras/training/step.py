"""The networks of an experiment, their optimizers and the update step of Keras's backend."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import keras

from colorkeras.config.settings import LOCAL, SYNCHRONIZED
from colorkeras.console.errors import UserError
from colorkeras.devices.replicas import ONE, check_batch
from colorkeras.experiment.generator import Noise, all_layers
from colorkeras.experiment.loading import Experiment, build_optimizers, load_experiment, networks_of
from colorkeras.experiment.objective import Objective


@dataclass(frozen=True)
class Wiring:
    """What a training updates, and the function that updates it.

    Attributes:
        experiment: the `Experiment`.
        model: its generator.
        noise: the generator's `Noise`.
        objectives: list of its `Objective`, in order of update.
        networks: dict of models by objective name, with the generator among them.
        optimizers: dict of built optimizers by objective name.
        update: the compiled step, `(images, step, stage) → dict of loss terms`.
    """

    experiment: Experiment
    model: keras.Model
    noise: Noise
    objectives: list[Objective]
    networks: dict[str, keras.Model]
    optimizers: dict[str, keras.optimizers.Optimizer]
    update: Callable


def wire(config, precision, replicas=ONE, mean_over=None):
    """Build networks and optimizers of an experiment, and its step.

    Args:
        config: the resolved `Config`.
        precision: the number format that `backend.set_up` chose.
        replicas: the `Replicas` it chose.
        mean_over: gives statistics of the training set, as `RunStatistics` does; without it those
            of a stand-in are used.

    Raises:
        UserError: when the configuration does not suit the networks or the replicas.
    """
    check_batch(replicas.count, config.train)
    experiment = load_experiment(config)
    with replicas.scope():
        model = experiment.model()
        objectives = experiment.objectives(model, mean_over)
        networks = networks_of(model, objectives)
        optimizers = build_optimizers(config, objectives, precision)
    _choose_statistics(networks, config.train, replicas)
    noise = experiment.noise(model)
    update = _step_of_backend()(
        model,
        objectives,
        optimizers,
        experiment.space,
        functools.partial(noise.for_step, config.train.seed),
        config.train.accumulate,
        replicas,
    )
    return Wiring(experiment, model, noise, objectives, networks, optimizers, update)


def _step_of_backend():
    if keras.backend.backend() == "jax":
        from colorkeras.training.step_jax import JaxStep as Step
    else:
        from colorkeras.training.step_tensorflow import TensorFlowStep as Step
    return Step


def _choose_statistics(networks, train, replicas):
    """Let batch normalisation see the whole batch or each replica's part, as `train` says."""
    if replicas.count == 1:
        return
    if train.batch_norm == LOCAL:
        _check_local(networks, train, replicas)
    elif replicas.can_be_local:  # elsewhere they are always of the whole batch
        for layer in _normalizations(networks):
            layer.synchronized = True


def _check_local(networks, train, replicas):
    if not replicas.can_be_local:
        raise UserError(
            f"train.batch_norm = {LOCAL}: JAX computes the statistics of the whole batch. Pass "
            f"--set train.batch_norm={SYNCHRONIZED}, or use TensorFlow."
        )
    if train.batch_size == replicas.count and any(_normalizations(networks)):
        raise UserError(
            f"train.batch_norm = {LOCAL} with one image in each of {replicas.count} replicas: "
            "batch normalisation needs at least 2. Pass --set train.batch_norm="
            f"{SYNCHRONIZED}, or a larger --set train.batch_size."
        )


def _normalizations(networks):
    for network in networks.values():
        for layer in all_layers(network):
            if isinstance(layer, keras.layers.BatchNormalization):
                yield layer
