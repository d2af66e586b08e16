"""A learning rate of their own for some layers: `learning_rate_factors` of an optimizer.

What they multiply is everything that an update takes from the learning rate, schedules and weight
decay included, so that an encoder with factor 0.1 trains as it would under a tenth of the rate.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import keras
from keras import ops

from colorkeras.console.errors import suggest


def set_learning_rates(
    optimizer: keras.optimizers.Optimizer, network: keras.Model, factors: Mapping[str, float]
) -> None:
    """Let a plain Keras optimizer multiply its learning rate for some layers of a network.

    Args:
        optimizer: not yet built.
        network: the model for whose trainable variables it will be built.
        factors: beginning of a layer's name → factor on the learning rate of that layer's weights.
            A nested model's name stands for all layers in it; of several beginnings the longest
            counts. Layers that are frozen may be named.

    Raises:
        ValueError: when a beginning is that of no layer with weights.
    """
    variables = network.trainable_variables
    found = _factors_of(network, factors)
    changed = [variable for variable in variables if id(variable) in found]
    if changed:
        decay = optimizer.weight_decay
        if decay is not None:
            # Keras's own decay knows one rate only; ours follows in `update_step`.
            optimizer.exclude_from_weight_decay(var_list=changed)
        _install(optimizer, [found.get(id(variable), 1.0) for variable in variables], decay)


def _install(
    optimizer: keras.optimizers.Optimizer, factors: list[float], decay: float | None
) -> None:
    """Let the optimizer multiply the rate of each variable, by its number."""
    update_step = optimizer.update_step

    def update_at_own_rate(gradient: Any, variable: Any, learning_rate: Any) -> None:
        # As Keras's optimizers find their slots: `variable` may be a replica's part of another.
        factor = factors[optimizer._get_variable_index(variable)]
        if factor != 1.0:
            learning_rate = ops.cast(learning_rate, variable.dtype) * factor
            if decay is not None:
                optimizer.assign_sub(variable, variable * decay * learning_rate)
        update_step(gradient, variable, learning_rate)

    optimizer.update_step = update_at_own_rate


def _factors_of(network: keras.Model, factors: Mapping[str, float]) -> dict[int, float]:
    """Return the factors of trainable variables, by their id; those of factor 1 are left out."""
    found: dict[int, float] = {}
    used: set[str] = set()
    seen: dict[str, None] = {}  # in the order of the network
    for names, layer in _layers(network):
        if not layer.weights:
            continue
        seen.update(dict.fromkeys(names))
        beginnings = [b for b in factors if any(name.startswith(b) for name in names)]
        used.update(beginnings)
        factor = factors[max(beginnings, key=len)] if beginnings else 1.0
        if factor != 1.0:
            found.update({id(variable): factor for variable in layer.trainable_variables})
    for beginning in factors:
        if beginning not in used:
            raise ValueError(
                f"learning_rate_factors: {beginning!r} begins the name of no layer with weights."
                f"{suggest(beginning, seen)}"
            )
    return found


def _layers(
    network: keras.Model, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], keras.Layer]]:
    """Yield every layer with its name and those of the nested models that it is in."""
    for layer in network.layers:
        names = (*above, layer.name)
        if isinstance(layer, keras.Model):
            yield from _layers(layer, names)
        else:
            yield names, layer
