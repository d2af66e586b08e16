"""The compiled update step on TensorFlow: one batch of uint8 images in, named loss terms out.

The contract that another backend's step must keep: `split` in float32 at the top, the generator
runs once, objectives update in order, each seeing the networks as the previous one left them.
"""

import tensorflow as tf

from colorkeras.objective import StepBatch


class TensorFlowStep:
    """One training step, compiled once per set of objectives that are due.

    Args:
        generator: the model that maps normalised luminance to normalised chroma.
        objectives: list of `Objective`, in order of update.
        optimizers: dict of built optimizers (wrapped for loss scaling if needed) by objective.
        space: the experiment's `ColorSpace`.
    """

    def __init__(self, generator, objectives, optimizers, space):
        self._generator = generator
        self._objectives = list(objectives)
        self._optimizers = optimizers
        self._space = space
        self._compiled = {}

    def __call__(self, images, step):
        """Update the networks on one batch.

        Args:
            images: (batch, height, width, 3) uint8 sRGB.
            step: number of this step, from 1; decides which objectives are due.

        Returns:
            Dict of scalar float32 tensors: every loss term, unscaled.
        """
        due = tuple(o for o in self._objectives if step % o.every == 0)
        names = tuple(objective.name for objective in due)
        if names not in self._compiled:
            self._compiled[names] = tf.function(lambda batch: self._update(batch, due))
        return self._compiled[names](images)

    @property
    def tracing_count(self):
        """How many graphs were traced so far: a growing number is a performance defect."""
        return sum(f.experimental_get_tracing_count() for f in self._compiled.values())

    def _update(self, images, objectives):
        inputs, targets = self._space.split(images)
        all_terms = {}
        # Persistent: the generator's one forward serves the gradients of every objective.
        with tf.GradientTape(persistent=len(objectives) > 1) as tape:
            outputs = self._generator(inputs, training=True)
            batch = StepBatch(inputs, targets, outputs)
            for objective in objectives:
                terms = objective.loss(batch)
                optimizer = self._optimizers[objective.name]
                loss = optimizer.scale_loss(objective.total(terms))
                with tape.stop_recording():
                    variables = objective.network.trainable_variables
                    gradients = tape.gradient(loss, variables)
                    optimizer.apply_gradients(zip(gradients, variables, strict=True))
                all_terms.update(terms)
        return {name: tf.cast(value, tf.float32) for name, value in all_terms.items()}
