"""The compiled update step on JAX, by the contract of `step_tensorflow`.

All variables go into one pure function as values and come out again: networks, batch statistics,
dropout seeds and optimizers. Inside, Keras's `StatelessScope` stands in for assignment, and the
generator's one forward is linearised once (`jax.vjp`) for every objective that trains it.
"""

import jax
import keras
import numpy as np

from colorkeras.devices.replicas import ONE
from colorkeras.experiment.forward import Forward
from colorkeras.experiment.objective import StepBatch, due_objectives


class JaxStep:
    """One training step, compiled once per set of objectives that are due.

    The arguments are those of `TensorFlowStep`.
    """

    def __init__(
        self, generator, objectives, optimizers, space, noise=None, accumulate=1, replicas=ONE
    ):
        self._generator, self._forward = generator, Forward(generator, objectives)
        self._noise, self._parts = noise, accumulate
        self._replicas = replicas
        self._objectives = list(objectives)
        self._optimizers = optimizers
        self._space = space
        self._compiled = {}
        self._traced = 0
        owners = [generator, *(o.network for o in self._objectives), *optimizers.values()]
        variables = {id(v): v for owner in owners for v in owner.variables}
        self._variables = list(variables.values())

    def __call__(self, images, step, stage=None):
        """Update the networks on one batch; arguments and result are those of `TensorFlowStep`."""
        values, terms = self.function(step, stage)(self.values(), *self.arguments(images, step))
        self.assign(values)
        return terms

    def function(self, step, stage=None):
        """The compiled function of a step: (values, images, z) → (new values, loss terms).

        The memory of the values that it is given takes the new ones.
        """
        due = due_objectives(self._objectives, step, stage)
        names = tuple(objective.name for objective in due)
        if names not in self._compiled:
            update = self._update if self._parts == 1 else self._update_by_parts
            self._compiled[names] = self._jitted(
                lambda values, batch, z: update(values, batch, z, due)
            )
        return self._compiled[names]

    def arguments(self, images, step):
        """Images and noise of a step, as `function` takes them."""
        z = None if self._noise is None else self._noise(step, int(images.shape[0]))
        share = self._replicas.share
        return share(np.asarray(images)), share(z)

    def values(self):
        """The present values of all variables."""
        return [variable.value for variable in self._variables]

    def assign(self, values):
        """Give all variables their new values."""
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)

    def _jitted(self, function):
        if self._replicas.count > 1:
            return self._replicas.jitted(function)
        return jax.jit(function, donate_argnums=0)  # the old values' memory takes the new ones

    @property
    def tracing_count(self):
        """How many functions were traced so far: a growing number is a performance defect."""
        return self._traced

    def _update(self, values, images, z, objectives):
        self._traced += 1
        state = _State(self._variables, values)
        batch, pull_back = self._run_forward(state, images, z)
        all_terms = {}
        for objective in objectives:
            terms, gradients = self._gradients(objective, state, batch, pull_back)
            self._apply(objective, state, gradients)
            all_terms.update(terms)
        return state.values, _in_float32(all_terms)

    def _update_by_parts(self, values, images, z, objectives):
        self._traced += 1
        state = _State(self._variables, values)
        parts = jax.tree.map(self._in_parts, (jax.numpy.asarray(images), z))
        all_terms = {}
        for objective in objectives:
            terms, gradients = self._mean_over_parts(objective, state, parts)
            self._apply(objective, state, gradients)
            all_terms.update(terms)
        return state.values, _in_float32(all_terms)

    def _in_parts(self, batch):
        return batch.reshape(self._parts, -1, *batch.shape[1:])

    def _mean_over_parts(self, objective, state, parts):
        """Loss terms and gradients of one objective, means over the parts of a batch."""

        def of_part(values, part):
            inner = _State(self._variables, values)
            batch, pull_back = self._run_forward(inner, *part)
            found = self._gradients(objective, inner, batch, pull_back)
            return inner.values, found  # the values with what this part did to the statistics

        def add_part(carried, part):
            values, sums = carried
            values, found = of_part(values, part)
            return (values, jax.tree.map(jax.numpy.add, sums, found)), None

        first = jax.tree.map(lambda batch: batch[0], parts)
        shapes = jax.eval_shape(of_part, state.values, first)[1]
        zeros = jax.tree.map(lambda shape: jax.numpy.zeros(shape.shape, shape.dtype), shapes)
        (state.values, sums), _ = jax.lax.scan(add_part, (state.values, zeros), parts)
        return jax.tree.map(lambda total: total / self._parts, sums)

    def _run_forward(self, state, images, z):
        """Run the generator once; return its `StepBatch` and what pulls gradients back to it."""
        inputs, targets = self._space.split(images)

        def forward(weights):
            with state.scope(self._generator.trainable_variables, weights) as scope:
                found = self._forward(inputs, z)
            return found, state.read(scope)

        weights = state.of(self._generator.trainable_variables)
        found, pull_back, after = jax.vjp(forward, weights, has_aux=True)
        state.adopt(after, except_for=self._generator.trainable_variables)
        return StepBatch(inputs, targets, *found), pull_back

    def _gradients(self, objective, state, batch, pull_back):
        """Loss terms of one objective, and gradients by its network's weights."""
        trainable = objective.network.trainable_variables
        optimizer = self._optimizers[objective.name]

        def loss(weights, found):
            with state.scope(trainable, weights) as scope:
                terms = objective.loss(StepBatch(batch.inputs, batch.targets, *found))
                total = optimizer.scale_loss(objective.total(terms))
            return total, (terms, state.read(scope))

        (gradients, of_found), (terms, after) = jax.grad(loss, argnums=(0, 1), has_aux=True)(
            state.of(trainable), (batch.outputs, batch.layers)
        )
        state.adopt(after, except_for=trainable)
        if objective.network is self._generator:
            (through_found,) = pull_back(of_found)
            gradients = jax.tree.map(jax.numpy.add, gradients, through_found)
        return terms, gradients

    def _apply(self, objective, state, gradients):
        optimizer, trainable = (
            self._optimizers[objective.name],
            objective.network.trainable_variables,
        )
        weights, slots = optimizer.stateless_apply(
            state.of(optimizer.variables), gradients, state.of(trainable)
        )
        state.set(trainable, weights)
        state.set(optimizer.variables, slots)


def _in_float32(terms):
    return {name: keras.ops.cast(value, "float32") for name, value in terms.items()}


class _State:
    """The values of all variables at one point of the step: what assignment is elsewhere."""

    def __init__(self, variables, values):
        self._variables, self.values = variables, list(values)
        self._position = {id(variable): at for at, variable in enumerate(variables)}

    def of(self, variables):
        return [self.values[self._position[id(variable)]] for variable in variables]

    def set(self, variables, values):
        for variable, value in zip(variables, values, strict=True):
            self.values[self._position[id(variable)]] = value

    def scope(self, trainable, weights):
        """A scope in which every variable has its present value, and `trainable` has `weights`."""
        replaced = zip(trainable, weights, strict=True)
        present = zip(self._variables, self.values, strict=True)
        return keras.StatelessScope(state_mapping=[*present, *replaced])

    def read(self, scope):
        """The values of all variables at the end of a scope."""
        return [scope.get_current_value(variable) for variable in self._variables]

    def adopt(self, values, except_for):
        """Take over what a scope changed: statistics and seeds, not the weights it was given."""
        kept = self.of(except_for)
        self.values = list(values)
        self.set(except_for, kept)
