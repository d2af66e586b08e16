"""The update step of the backend that Keras runs on."""

import functools

import keras


def training_step(experiment, model, objectives, optimizers):
    """Wire an experiment's parts to one compiled step, `(images, step, stage) → loss terms`.

    Args:
        experiment: the `Experiment`.
        model: its generator.
        objectives: list of its `Objective`, in order of update.
        optimizers: dict of built optimizers by objective name.

    Returns:
        A `TensorFlowStep` or a `JaxStep`.
    """
    if keras.backend.backend() == "jax":
        from colorkeras.step_jax import JaxStep as Step
    else:
        from colorkeras.step_tensorflow import TensorFlowStep as Step
    noise = functools.partial(experiment.noise(model).for_step, experiment.config.train.seed)
    accumulate = experiment.config.train.accumulate
    return Step(model, objectives, optimizers, experiment.space, noise, accumulate)
