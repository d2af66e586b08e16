"""The compiled update step on TensorFlow: one batch of uint8 images in, named loss terms out.

The contract that another backend's step must keep: `split` in float32 at the top, the generator
runs once, objectives update in order, each seeing the networks as the previous one left them.
"""

import math

import keras
import tensorflow as tf

from colorkeras.generator import generate
from colorkeras.objective import StepBatch, due_objectives

# Trainable parameters from which an optimizer's update is compiled with XLA, which fuses its many
# passes over the weights; the seconds of compilation would not pay for smaller networks.
FUSED_FROM = 5_000_000


class TensorFlowStep:
    """One training step, compiled once per set of objectives that are due.

    Args:
        generator: the model that maps normalised luminance to normalised chroma.
        objectives: list of `Objective`, in order of update.
        optimizers: dict of built optimizers (wrapped for loss scaling if needed) by objective.
        space: the experiment's `ColorSpace`.
        noise: draws the generator's z, `(step, batch size) → array`, or None where it has none.
    """

    def __init__(self, generator, objectives, optimizers, space, noise=None):
        self._generator, self._noise = generator, noise
        self._objectives = list(objectives)
        self._optimizers = optimizers
        self._space = space
        self._compiled = {}
        self._updates = {o.name: _update_of(optimizers[o.name], o.network) for o in objectives}

    def __call__(self, images, step, stage=None):
        """Update the networks on one batch.

        Args:
            images: (batch, height, width, 3) uint8 sRGB.
            step: number of this step, from 1; decides which objectives are due and draws z.
            stage: the running `Stage`, which trains some of the objectives; None trains all.

        Returns:
            Dict of scalar float32 tensors: every loss term, unscaled.
        """
        due = due_objectives(self._objectives, step, stage)
        names = tuple(objective.name for objective in due)
        if names not in self._compiled:
            self._compiled[names] = tf.function(lambda batch, z: self._update(batch, z, due))
        z = None if self._noise is None else self._noise(step, int(images.shape[0]))
        return self._compiled[names](images, None if z is None else tf.constant(z))

    @property
    def tracing_count(self):
        """How many graphs were traced so far: a growing number is a performance defect."""
        return sum(f.experimental_get_tracing_count() for f in self._compiled.values())

    def _update(self, images, z, objectives):
        inputs, targets = self._space.split(images)
        all_terms = {}
        # Persistent: the generator's one forward serves the gradients of every objective.
        with tf.GradientTape(persistent=len(objectives) > 1) as tape:
            outputs = generate(self._generator, inputs, z, training=True)
            batch = StepBatch(inputs, targets, outputs)
            for objective in objectives:
                terms = objective.loss(batch)
                optimizer = self._optimizers[objective.name]
                loss = optimizer.scale_loss(objective.total(terms))
                with tape.stop_recording():
                    gradients = tape.gradient(loss, objective.network.trainable_variables)
                    self._updates[objective.name](gradients)
                all_terms.update(terms)
        return {name: tf.cast(value, tf.float32) for name, value in all_terms.items()}


def _update_of(optimizer, network):
    """Return the function that applies gradients to a network, fused where that pays."""

    def update(gradients):
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    size = sum(math.prod(variable.shape) for variable in network.trainable_variables)
    # Loss scaling chooses between two branches, which stay outside.
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if size < FUSED_FROM or is_scaled:
        return update
    return tf.function(update, jit_compile=True)
