"""A trained generator as a function of images: the same in evaluation, samples and `colorize`.

sRGB → `split` → generator (with noise, where it has some) → chroma, or `merge` → sRGB.
"""

import contextlib
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.console.errors import PredictionError
from colorkeras.devices.compiled import compiled as compile_function
from colorkeras.experiment.generator import Noise, all_layers, generate


class Predictor:
    """Predictions and samples of one generator, compiled once per shape of the batch.

    Args:
        model: the generator.
        space: its `ColorSpace`.
        noise: its `Noise`.
        gamut: how `merge` treats colors outside sRGB; None leaves the chroma unmerged.
        compiled: False for a few images, where compiling would take longer than predicting.
    """

    def __init__(
        self,
        model: keras.Model,
        space: ColorSpace,
        noise: Noise,
        gamut: str | None = None,
        compiled: bool = True,
    ) -> None:
        self._model, self._space, self._noise, self._gamut = model, space, noise, gamut
        self._predict, self._sample = (
            compile_function(function, model) if compiled else function
            for function in (self._run, functools.partial(self._run, with_dropout=True))
        )

    @property
    def is_random(self) -> bool:
        """Whether `sample` gives different colorings."""
        return self._noise.is_random

    def __call__(self, images: Any, keys: Sequence[int]) -> Any:
        """Predict: with the first z of each image, or with dropout off.

        Args:
            images: (batch, height, width, 3) uint8 sRGB, of which only the luminance is used.
            keys: (batch,) whole numbers ≥ 0 that choose z; see `Noise.for_images`.

        Returns:
            (batch, height, width, 3) float32 sRGB in [0, 255], unrounded; without `gamut`
            (batch, height, width, 2) float32 normalised chroma. An image of which one value of
            chroma is not finite is NaN throughout: `merge` would turn infinity into a color.
        """
        return self._predict(images, self._noise.for_images(keys, 0))

    def sample(self, images: Any, keys: Sequence[int], number: int) -> Any:
        """Predict with the noise of sample `number`, from 0: another z, or dropout on.

        The arguments and the result are those of a call. Dropout is seeded by the first key and
        `number`; the generator's own seeds are given back afterwards.
        """
        if self._noise.source != "dropout":
            return self._predict(images, self._noise.for_images(keys, number))
        with _seeded_dropout(self._model, (int(keys[0]), number)):
            return self._sample(images, None)

    def _run(self, images: Any, z: Any, with_dropout: bool = False) -> Any:
        inputs, _ = self._space.split(images)
        z = None if z is None else keras.ops.convert_to_tensor(z)
        if with_dropout:
            with _statistics_fixed(self._model):
                chroma = generate(self._model, inputs, z, training=True)
        else:
            chroma = generate(self._model, inputs, z)
        result = chroma
        if self._gamut is not None:
            result = self._space.merge(inputs, chroma, gamut=self._gamut)
        is_finite = keras.ops.all(keras.ops.isfinite(chroma), axis=(1, 2, 3), keepdims=True)
        return keras.ops.where(is_finite, result, np.nan)


def check_finite(prediction: Any, model: str, names: Sequence[Any]) -> None:
    """Refuse predictions that are not finite (NaN or infinity).

    Args:
        prediction: (batch, …), of a `Predictor` or what was measured of it.
        model: what to call the model in the message.
        names: what to call the images; as many as there are, padding may follow.

    Raises:
        PredictionError: naming the model and the first such image.
    """
    is_finite = np.isfinite(np.asarray(prediction)[: len(names)])
    for name, finite in zip(names, is_finite.reshape(len(names), -1).all(axis=1), strict=True):
        if not finite:
            raise PredictionError(
                f"{model}: predicts values that are not finite (NaN or infinity) for {name}. Its "
                "weights are damaged, or its training went wrong: use another model."
            )


@contextlib.contextmanager
def _statistics_fixed(model: keras.Model) -> Iterator[None]:
    """Let `training=True` switch dropout on and leave batch normalisation as in inference.

    A BatchNormalization that is not trainable uses its moving statistics and keeps them.
    """
    layers = [x for x in all_layers(model) if isinstance(x, keras.layers.BatchNormalization)]
    were = [layer.trainable for layer in layers]
    for layer in layers:
        layer.trainable = False
    try:
        yield
    finally:
        for layer, was in zip(layers, were, strict=True):
            layer.trainable = was


@contextlib.contextmanager
def _seeded_dropout(model: keras.Model, key: tuple[int, ...]) -> Iterator[None]:
    """Give every dropout layer a seed that follows from `key`; put its own back at the end."""
    states = [
        layer.seed_generator.state
        for layer in all_layers(model)
        if isinstance(layer, keras.layers.Dropout) and layer.rate > 0
    ]
    were = [np.array(state) for state in states]
    for index, state in enumerate(states):
        fresh = np.random.SeedSequence((*key, index)).generate_state(len(were[index]))
        state.assign(fresh.astype(were[index].dtype))
    try:
        yield
    finally:
        for state, was in zip(states, were, strict=True):
            state.assign(was)
