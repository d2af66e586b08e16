"""The compiled update step on TensorFlow: one batch of uint8 images in, named loss terms out.

The contract that another backend's step must keep: `split` in float32 at the top, the generator
runs once, objectives update in order, each seeing the networks as the previous one left them.
"""

import math

import keras
import tensorflow as tf

from colorkeras.devices.replicas import ONE
from colorkeras.experiment.forward import Forward
from colorkeras.experiment.objective import StepBatch, due_objectives

# Number of trainable parameters from which the update of an optimizer is compiled with XLA, which
# fuses its many passes over the weights. For smaller networks compilation costs more than it saves.
FUSED_FROM = 5_000_000


class TensorFlowStep:
    """One training step, compiled once per set of objectives that are due.

    Args:
        generator: the model that maps normalised luminance to normalised chroma.
        objectives: list of `Objective`, in order of update.
        optimizers: dict of built optimizers (wrapped for loss scaling if needed) by objective.
        space: the experiment's `ColorSpace`.
        noise: draws the generator's z, `(step, batch size) → array`, or None where it has none.
        accumulate: from how many parts of the batch, one after the other, a gradient is summed up.
            Only one part's activations are in memory. The generator then runs once for every
            objective and part, and batch statistics are those of parts.
        replicas: the `Replicas` that share a batch, in whose scope everything was built.
    """

    def __init__(
        self, generator, objectives, optimizers, space, noise=None, accumulate=1, replicas=ONE
    ):
        self._forward = Forward(generator, objectives)
        self._noise, self._parts = noise, accumulate
        self._replicas = replicas
        self._objectives = list(objectives)
        self._optimizers = optimizers
        self._space = space
        self._compiled = {}
        self._updates = {
            o.name: _update_of(optimizers[o.name], o.network, replicas) for o in objectives
        }

    def __call__(self, images, step, stage=None):
        """Update the networks on one batch.

        Args:
            images: (batch, height, width, 3) uint8 sRGB; of several workers each has its rows.
            step: number of this step, from 1; decides which objectives are due and draws z.
            stage: the running `Stage`, which trains some of the objectives; None trains all.

        Returns:
            Dict of scalar float32 tensors: every loss term, unscaled, of the whole batch.
        """
        function, arguments = self._call_of(images, step, stage)
        return function(*arguments)

    def graph(self, images, step, stage=None):
        """Return the traced `tf.Graph` of a step, which is not run; arguments as in a call."""
        function, arguments = self._call_of(images, step, stage)
        return function.get_concrete_function(*arguments).graph

    def _call_of(self, images, step, stage):
        """The compiled function of a step, and its arguments."""
        due = due_objectives(self._objectives, step, stage)
        names = tuple(objective.name for objective in due)
        if names not in self._compiled:
            update = self._update if self._parts == 1 else self._update_by_parts
            self._compiled[names] = tf.function(
                lambda *shared: self._replicas.run(lambda batch, z: update(batch, z, due), *shared)
            )
        share = self._replicas.share
        return self._compiled[names], (share(images), share(self._draw(step, int(images.shape[0]))))

    def _draw(self, step, rows):
        """This worker's z of a step: its part of those of the whole batch."""
        if self._noise is None:
            return None
        whole = rows * self._replicas.workers
        z = self._noise(step, whole)
        return None if z is None else tf.constant(z[self._replicas.rows(whole)])

    @property
    def tracing_count(self):
        """How many graphs were traced so far: a growing number is a performance defect."""
        return sum(f.experimental_get_tracing_count() for f in self._compiled.values())

    def _update(self, images, z, objectives):
        inputs, targets = self._space.split(images)
        all_terms = {}
        # Persistent: the generator's one forward serves the gradients of every objective.
        with tf.GradientTape(persistent=len(objectives) > 1) as tape:
            batch = StepBatch(inputs, targets, *self._forward(inputs, z))
            for objective in objectives:
                terms = objective.loss(batch)
                optimizer = self._optimizers[objective.name]
                loss = optimizer.scale_loss(self._share_of(objective.total(terms)))
                with tape.stop_recording():
                    gradients = tape.gradient(loss, objective.network.trainable_variables)
                    self._updates[objective.name](gradients)
                all_terms.update(terms)
        return _in_float32(all_terms)

    def _share_of(self, loss):
        """A replica's share of the whole batch's loss: optimizers add up, and parts are equal."""
        return loss / self._replicas.count if self._replicas.count > 1 else loss

    def _update_by_parts(self, images, z, objectives):
        all_terms = {}
        for objective in objectives:
            terms, gradients = self._mean_over_parts(objective, images, z)
            self._updates[objective.name](gradients)
            all_terms.update(terms)
        return _in_float32(all_terms)

    def _mean_over_parts(self, objective, images, z):
        """Loss terms and gradients of one objective, means over the parts of a batch."""
        size = images.shape[0] // self._parts
        trainable = [variable.value for variable in objective.network.trainable_variables]

        def of_part(number):
            span = slice(number * size, (number + 1) * size)
            inputs, targets = self._space.split(tf.ensure_shape(images[span], _sized(images, size)))
            with tf.GradientTape() as tape:
                part = None if z is None else tf.ensure_shape(z[span], _sized(z, size))
                terms = objective.loss(StepBatch(inputs, targets, *self._forward(inputs, part)))
                loss = self._optimizers[objective.name].scale_loss(objective.total(terms))
            return terms, tape.gradient(loss, trainable)

        def add_part(number, sums):
            return number + 1, tf.nest.map_structure(tf.add, sums, of_part(number))

        # A loop of the graph: unrolled, the parts would be computed, and held in memory, at once.
        _, sums = tf.while_loop(
            lambda number, _: number < self._parts,
            add_part,
            (tf.constant(1), of_part(tf.constant(0))),
            parallel_iterations=1,
        )
        return tf.nest.map_structure(lambda total: total / self._parts, sums)


def _in_float32(terms):
    return {name: tf.cast(value, tf.float32) for name, value in terms.items()}


def _sized(tensor, size):
    return (size, *tensor.shape[1:])


def _update_of(optimizer, network, replicas):
    """Return the function that applies gradients to a network, fused where that pays."""
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)

    def update(gradients):
        if is_scaled and replicas.count > 1:
            gradients = _equal_in_replicas(gradients, replicas.count)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

    size = sum(math.prod(variable.shape) for variable in network.trainable_variables)
    # Not the two branches of loss scaling, nor the exchange between replicas.
    if size < FUSED_FROM or is_scaled or replicas.count > 1:
        return update
    return tf.function(update, jit_compile=True)


def _equal_in_replicas(gradients, count):
    """Sum gradients over the replicas, and divide them for the optimizer, which sums again.

    Keras's LossScaleOptimizer checks in the first replica only whether gradients are finite
    (`_tf_apply` in keras/src/optimizers/loss_scale_optimizer.py).
    """
    context = tf.distribute.get_replica_context()
    summed = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    return [gradient / count for gradient in summed]
