"""A generator as the core handles it: how it is called, its noise, and how its layers are walked.

Noise makes one luminance give several colorings, reproducible from numbers alone: it is drawn by
NumPy from a key (run seed and step, or image and sample) and not from a running state, so that a
resumed run, another backend and another batch size see the same z.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

# First part of every key, so that no two uses share a stream.
_TRAINING, _SAMPLING = 1, 2


@dataclass(frozen=True)
class Noise:
    """What is random in a generator.

    Attributes:
        source: "none", "input" (a second input z) or "dropout" (dropout that stays on).
        distribution: of z: "normal" (mean 0, deviation 1) or "uniform" in [-1, 1).
        shape: of z without the batch axis; () unless the source is "input".
    """

    source: str = "none"
    distribution: str = "normal"
    shape: tuple[int, ...] = ()

    @classmethod
    def of(cls, model: Any, source: str, distribution: str) -> "Noise":
        """Return the noise of a Keras model, whose second input (if it has one) gives the shape."""
        shape = tuple(model.inputs[1].shape[1:]) if len(model.inputs) > 1 else ()
        return cls(source, distribution, shape)

    @property
    def is_random(self) -> bool:
        """Whether two samples of one image differ."""
        return self.source != "none"

    def for_step(self, seed: int, step: int, batch_size: int) -> np.ndarray | None:
        """Draw z of one training step: (batch_size, *shape) float32; None without such an input."""
        if self.source != "input":
            return None
        return self._draw((_TRAINING, seed, step), batch_size)

    def for_images(self, keys: Iterable[int], sample: int) -> np.ndarray | None:
        """Draw z of some images: (images, *shape) float32; None without such an input.

        Args:
            keys: one whole number ≥ 0 per image; the same key gives the same z.
            sample: number of the coloring, from 0.
        """
        if self.source != "input":
            return None
        return np.concatenate([self._draw((_SAMPLING, key, sample), 1) for key in keys])

    def _draw(self, key: tuple[int, ...], count: int) -> np.ndarray:
        generator = np.random.default_rng(key)
        shape = (count, *self.shape)
        if self.distribution == "uniform":
            return generator.uniform(-1.0, 1.0, shape).astype(np.float32)
        return generator.standard_normal(shape, dtype=np.float32)

    def record(self) -> dict[str, str]:
        """Return what a saved model must record so that its samples can be drawn again."""
        return {"source": self.source, "distribution": self.distribution}


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


def input_shapes(height: int, width: int, noise_shape: tuple | None = None) -> tuple | list[tuple]:
    """Return the input shapes that a generator must have, as Keras reports them."""
    luminance = (None, height, width, 1)
    return luminance if noise_shape is None else [luminance, (None, *noise_shape)]
