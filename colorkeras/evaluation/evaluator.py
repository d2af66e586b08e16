"""Model and trivial baselines through one protocol: sRGB in, metrics per image and in summary out.

Both are compiled, batch by batch; the last batch is padded so that nothing is compiled twice, and
the padding is cut from the result.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from colorkeras.color.classes import CLASSES
from colorkeras.color.space import ColorSpace, rgb_to_lab
from colorkeras.data.image_set import ImageSet
from colorkeras.data.pipeline import evaluation_batches
from colorkeras.devices.compiled import compiled, fetched
from colorkeras.experiment.generator import Noise
from colorkeras.inference.predictor import Predictor, check_finite
from colorkeras.metrics.definitions import DIVERSITY, DIVERSITY_SAMPLES
from colorkeras.metrics.image_metrics import (
    CLASS_COUNTS,
    baselines,
    complete,
    diversity,
    measure,
    summarize,
)
from colorkeras.metrics.protocol import Protocol

GAMUT = "clip"  # the field's custom in evaluation; `colorize` keeps the luminance instead
MODEL = "model"
BEST_REACHABLE = "best_reachable"
MEAN_CHROMA_IMAGES = 512
Table = dict[str, dict[str, Any]]  # by method and metric: a value of each image


def protocol_for(images: ImageSet, split: str, resize: str) -> Protocol:
    """Return the `Protocol` by which this suite measures an image set.

    Args:
        images: the image set.
        split: "train", "val", "test" or "all".
        resize: the rule by which its images came to their size.
    """
    height, width = images.size
    return Protocol(
        data=images.manifest_hash,
        num_images=len(images),
        height=height,
        width=width,
        split=split,
        resize=resize,
        gamut=GAMUT,
    )


class Evaluator:
    """Measures a model on an image set.

    Args:
        space: the model's `ColorSpace`.
        noise: the model's `Noise`; image number n of the set gets z number n.
        images: the `ImageSet`; where it knows the best prediction that luminance allows
            (`expected`), that is measured as one more baseline.
        protocol: the `Protocol` that says how.
        mean_ab: (2,) mean CIELAB a*, b* of the training set, for the mean-chroma baseline.
        batch_size: images per compiled call.

    Attributes:
        prior: (313,) int64, how many pixels of the images are of each color class: the prior of
            `auc_rebalanced`; zeros before the first run.
    """

    def __init__(
        self,
        space: ColorSpace,
        noise: Noise,
        images: ImageSet,
        protocol: Protocol,
        mean_ab: Sequence[float],
        batch_size: int,
    ) -> None:
        self._space, self._noise = space, noise
        self._images, self._protocol = images, protocol
        self._mean_ab = tuple(float(value) for value in mean_ab)
        self._batch_size = min(batch_size, len(images))
        self.prior = np.zeros(len(CLASSES), np.int64)
        # Once for all evaluations of a model under training: compiling takes seconds.
        self._predictor = functools.lru_cache(maxsize=1)(self._make_predictor)

    def run(
        self,
        model: keras.Model,
        with_baselines: bool = True,
        with_diversity: bool = False,
        progress: Callable[[int], None] | None = None,
        strict: str | None = None,
    ) -> Table:
        """Predict and measure every image once.

        Args:
            model: the generator.
            with_baselines: also measure the baselines, as the class says.
            with_diversity: also measure how far DIVERSITY_SAMPLES samples of each image lie
                apart, if the model has noise.
            progress: called with the number of images done.
            strict: what to call the model in the error that a prediction of NaN or infinity is
                then; without it, in the midst of a training, its metrics are NaN.

        Returns:
            Dict by method of dicts by metric of (images,) float arrays; `summarize_all` reduces
            them.

        Raises:
            PredictionError: see `strict`.
        """
        predictor, done = self._predictor(model), 0
        parts: list[Table] = []
        for begun, count in _one_ahead(self._begin(predictor, with_baselines, with_diversity)):
            part = keras.tree.map_structure(lambda x, n=count: x[:n], fetched(begun))
            if strict is not None:  # a prediction that is not finite has no metrics
                check_finite(part[MODEL]["mse"], strict, self._images.names[done : done + count])
            parts.append(part)
            done += count
            if progress:
                progress(done)
        table = keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)
        self.prior = table[MODEL][CLASS_COUNTS].sum(axis=0, dtype=np.int64)
        return {name: complete(values) for name, values in table.items()}

    def _begin(
        self, predictor: Predictor, with_baselines: bool, with_diversity: bool
    ) -> Iterator[tuple[Table, int]]:
        """Predict and measure batch by batch: what was measured, and how many are no padding."""
        done = 0
        for images in evaluation_batches(self._images, self._batch_size):
            count = int(images.shape[0])
            truth, keys = self._padded(images), range(done, done + self._batch_size)
            measured = self.measure(predictor(truth, keys), truth, with_baselines)
            if with_diversity and predictor.is_random:
                measured[MODEL][DIVERSITY] = _diversity(predictor, truth, keys)
            if with_baselines:
                measured |= self._best_reachable(truth, done, count)
            yield measured, count
            done += count

    def _padded(self, images: Any) -> Any:
        missing = self._batch_size - int(images.shape[0])
        return np.pad(images, [[0, missing], [0, 0], [0, 0], [0, 0]]) if missing else images

    def measure(self, prediction: Any, truth: Any, with_baselines: bool) -> Table:
        """Measure one batch of predictions, and of trivial ones beside it.

        Args:
            prediction: (batch, height, width, 3) float32 sRGB in [0, 255].
            truth: (batch, height, width, 3) uint8 sRGB.
            with_baselines: whether to measure grey, mean chroma and half-saturated truth.

        Returns:
            Dict by method of what `image_metrics.measure` returns.
        """
        candidates = {MODEL: prediction}
        if with_baselines:
            made = _compiled(baselines, mean_ab=self._mean_ab, gamut=self._protocol.gamut)
            candidates.update(made(truth))
        threshold = self._protocol.threshold
        return {name: _measure(image, truth, threshold) for name, image in candidates.items()}

    def _make_predictor(self, model: keras.Model) -> Predictor:
        return Predictor(model, self._space, self._noise, self._protocol.gamut)

    def _best_reachable(self, truth: Any, first: int, count: int) -> Table:
        """The best prediction that luminance allows, measured, where the images know it."""
        expected = self._images.expected
        if expected is None:
            return {}
        best = np.zeros(tuple(truth.shape), np.float32)
        for row in range(count):
            best[row] = expected(first + row)
        return {BEST_REACHABLE: _measure(best, truth, self._protocol.threshold)}


def _one_ahead(batches: Iterator[tuple[Table, int]]) -> Iterator[tuple[Table, int]]:
    """Yield each batch when the next one has been begun: a GPU computes on while we wait."""
    waiting = None
    for batch in batches:
        if waiting:
            yield waiting
        waiting = batch
    if waiting:
        yield waiting


@functools.cache
def _compiled(function: Callable[..., Any], **fixed: Any) -> Callable[..., Any]:
    """Compile with XLA, which fuses these long chains of small operations.

    Once per argument that is `fixed`, per process and shape, and one candidate at a time: a
    function of all candidates would run a little faster, but compile for seconds in each
    evaluation of another kind.
    """
    return compiled(functools.partial(function, **fixed), fused=True)


def _measure(prediction: Any, truth: Any, threshold: float) -> dict[str, Any]:
    return _compiled(measure, threshold=threshold)(prediction, truth)


def _diversity(predictor: Predictor, images: Any, keys: Sequence[int]) -> Any:
    samples = [predictor.sample(images, keys, number) for number in range(DIVERSITY_SAMPLES)]
    return _compiled(diversity)(ops.stack(samples))


def summarize_all(per_image: Table) -> dict[str, dict[str, float]]:
    """Reduce what `Evaluator.run` returned to one dict of metrics per method."""
    return {method: summarize(values) for method, values in per_image.items()}


def mean_chroma(images: ImageSet, batch_size: int = 16) -> list[float]:
    """Return the mean CIELAB (a*, b*) over the pixels of a training set, as two floats.

    At most MEAN_CHROMA_IMAGES images are read, evenly spaced, so the cost does not grow.
    """
    chosen = np.unique(np.linspace(0, len(images) - 1, MEAN_CHROMA_IMAGES).astype(int))
    mean_ab = compiled(lambda batch: ops.mean(rgb_to_lab(batch)[..., 1:], axis=(1, 2)))
    sums = np.zeros(2)
    for first in range(0, len(chosen), batch_size):
        batch = np.stack([images.read(int(index)) for index in chosen[first : first + batch_size]])
        sums += np.asarray(mean_ab(batch)).astype(np.float64).sum(axis=0)
    return [float(value) for value in sums / len(chosen)]
