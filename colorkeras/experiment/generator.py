"""A generator as the core handles it: how it is called, and how its layers are walked."""

import keras


def generate(model, inputs, noise=None, training=False):
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


def all_layers(model):
    """Yield every layer of a model, those of nested models too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)
        else:
            yield layer
