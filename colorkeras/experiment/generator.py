"""A generator as the core handles it: how it is called, and how its layers are walked."""

from collections.abc import Iterable, Iterator
from typing import Any

import keras


def generate(model: keras.Model, inputs: Any, noise: Any = None, training: bool = False) -> Any:
    """Run a generator.

    Args:
        model: the generator.
        inputs: (batch, height, width, 1) float32 normalised luminance.
        noise: (batch, …) float32, for a generator with a second input; else None.
        training: as Keras's layers take it.

    Returns:
        (batch, height, width, 2) float32 normalised chroma.
    """
    return model(inputs if noise is None else [inputs, noise], training=training)


def all_layers(model: keras.Model) -> Iterator[keras.Layer]:
    """Yield every layer of a model, those of nested models too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)
        else:
            yield layer


def count_fast(networks: Iterable[keras.Model]) -> int:
    """Count the layers of `colorkeras.networks.fast` in some networks."""
    from colorkeras.networks.fast.switch import is_fast  # which only a training needs

    return sum(is_fast(layer) for network in networks for layer in all_layers(network))
