"""Optimizers that the sources trained with: of earlier libraries, or by other rules than Keras 3's.

Each is a few lines on `keras.optimizers.Optimizer`, so that loss scaling, schedules, checkpoints
and both backends treat it as one of Keras's own. In the formulas g is the gradient, w the weight
and t the number of the step, from 1.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops


class RMSpropTF1(keras.optimizers.Optimizer):
    """RMSprop of TensorFlow 1: `tf.train.RMSPropOptimizer`, today under `tf.compat.v1`::

        s ← ρ s + (1 - ρ) g²,  s₀ = 1
        m ← μ m + rate · g / √(s + ε),  m₀ = 0
        w ← w - m

    Mean squares that begin at 1 keep the first steps small: the first one is at most rate · g / √ρ,
    where Keras 3's, which begins at 0, is rate / √(1 - ρ) whatever the gradient.

    Args:
        learning_rate: the rate.
        rho: ρ, which TensorFlow 1 calls `decay`.
        momentum: μ.
        epsilon: ε.
        options: those of every Keras optimizer.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-10,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **options)
        if not 0 <= momentum <= 1:  # refuses NaN too
            raise ValueError(f"momentum is {momentum}; expected a number between 0 and 1.")
        self.rho, self.momentum, self.epsilon = rho, momentum, epsilon

    def build(self, variables: Sequence[Any]) -> None:
        """Add mean squares of 1 and, with momentum, moments of 0."""
        if self.built:
            return
        super().build(variables)
        self._mean_squares = self.add_optimizer_variables(variables, "mean_square", "ones")
        # As Keras's own: without momentum they would be a copy of the last step.
        moments = self.add_optimizer_variables(variables, "momentum") if self.momentum else []
        self._moments = moments

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        rate, gradient = _in_dtype_of(variable, learning_rate, gradient)
        number = self._get_variable_index(variable)
        mean_square = _averaged(self, self._mean_squares[number], ops.square(gradient), self.rho)
        step = rate * gradient / ops.sqrt(mean_square + self.epsilon)
        if self.momentum:
            moment = self._moments[number]
            step = self.momentum * moment + step
            self.assign(moment, step)
        self.assign_sub(variable, step)

    def get_config(self) -> dict[str, Any]:
        """The options, with which `from_config` makes an equal optimizer."""
        own = {"rho": self.rho, "momentum": self.momentum, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


class RMSpropKeras2(keras.optimizers.Optimizer):
    """RMSprop of Keras 2: `keras.optimizers.RMSprop` of the versions before 3, without momentum::

        s ← ρ s + (1 - ρ) g²,  s₀ = 0
        w ← w - rate · g / (√s + ε)

    Keras 3 has ε under the root, where 10⁻⁷ counts as much as 3·10⁻⁴ does beside it: small
    gradients then move the weights less.

    Args:
        learning_rate: the rate.
        rho: ρ.
        epsilon: ε; 10⁻⁷ from Keras 2.1.3 on, 10⁻⁸ before.
        options: those of every Keras optimizer.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **options)
        self.rho, self.epsilon = rho, epsilon

    def build(self, variables: Sequence[Any]) -> None:
        """Add mean squares of 0."""
        if self.built:
            return
        super().build(variables)
        self._mean_squares = self.add_optimizer_variables(variables, "mean_square")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        rate, gradient = _in_dtype_of(variable, learning_rate, gradient)
        slot = self._mean_squares[self._get_variable_index(variable)]
        mean_square = _averaged(self, slot, ops.square(gradient), self.rho)
        self.assign_sub(variable, rate * gradient / (ops.sqrt(mean_square) + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """The options, with which `from_config` makes an equal optimizer."""
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}


class AdamPyTorch(keras.optimizers.Optimizer):
    """Adam of PyTorch: `torch.optim.Adam`, which is algorithm 1 of Kingma and Ba, 2015::

        m ← β₁ m + (1 - β₁) g,  m₀ = 0
        v ← β₂ v + (1 - β₂) g²,  v₀ = 0
        w ← w - rate · m / (1 - β₁ᵗ) / (√v / √(1 - β₂ᵗ) + ε)

    Keras adds ε to √v itself, so that in the first step its ε is 1 / √(1 - β₂), about 32, times
    as large.

    Args:
        learning_rate: the rate.
        beta_1, beta_2: β₁ and β₂, PyTorch's `betas`, each below 1.
        epsilon: ε, PyTorch's `eps`.
        options: those of every Keras optimizer.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **options)
        for name, value in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0 <= value < 1:  # refuses NaN too
                raise ValueError(f"{name} is {value}; expected a number from 0 to below 1.")
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables: Sequence[Any]) -> None:
        """Add both averages of 0."""
        if self.built:
            return
        super().build(variables)
        self._moments, self._mean_squares = self.add_optimizer_variables(
            variables, ["momentum", "mean_square"]
        )

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        rate, gradient, step = _in_dtype_of(variable, learning_rate, gradient, self.iterations + 1)
        number = self._get_variable_index(variable)
        moment = _averaged(self, self._moments[number], gradient, self.beta_1)
        slot = self._mean_squares[number]
        mean_square = _averaged(self, slot, ops.square(gradient), self.beta_2)
        root = ops.sqrt(mean_square / _one_minus_power(self.beta_2, step))
        rate = rate / _one_minus_power(self.beta_1, step)
        self.assign_sub(variable, rate * moment / (root + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """The options, with which `from_config` makes an equal optimizer."""
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


_OURS = {
    "rmsprop_tf1": RMSpropTF1,
    "rmsprop_keras2": RMSpropKeras2,
    "adam_pytorch": AdamPyTorch,
}


def optimizer_named(name: str, options: Mapping[str, Any]) -> keras.optimizers.Optimizer:
    """Return an optimizer, not yet built.

    Args:
        name: from `OPTIMIZERS` of the configuration: one of those above, or of Keras.
        options: keyword arguments of its class.

    Raises:
        ValueError: when the optimizer refuses a value.
    """
    if name in _OURS:
        return _OURS[name](**options)
    return keras.optimizers.get({"class_name": name, "config": dict(options)})


def _in_dtype_of(variable: Any, *values: Any) -> list[Any]:
    return [ops.cast(value, variable.dtype) for value in values]


def _one_minus_power(base: float, exponent: Any) -> Any:
    """1 - base ^ exponent, of a base below 1, without cancellation.

    In float32, 1 - 0.999 is wrong in its fifth digit. PyTorch computes it in float64.
    """
    logarithm = math.log(base) if base else -math.inf
    return -ops.expm1(exponent * logarithm)


def _averaged(optimizer: keras.optimizers.Optimizer, slot: Any, value: Any, share: float) -> Any:
    """Move a running average to `share` of itself and the rest of a new value; return it."""
    average = slot + (value - slot) * (1 - share)
    optimizer.assign(slot, average)
    return average
