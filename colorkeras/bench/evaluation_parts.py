"""The parts of an evaluation that `python -m colorkeras.bench` measures."""

import numpy as np

from colorkeras.bench.loaders import count
from colorkeras.bench.part import Part
from colorkeras.data.cached import cached
from colorkeras.data.pipeline import evaluation_batches
from colorkeras.data.subset import Subset, evenly_spaced
from colorkeras.devices.compiled import fetched
from colorkeras.evaluation.evaluator import GAMUT, Evaluator, mean_chroma, protocol_for
from colorkeras.experiment.loading import float32_model
from colorkeras.inference.predictor import Predictor

EVALUATION_IMAGES = 32


class AsPhotographs(Subset):
    """Images without a best reachable prediction, like photographs.

    Painting that of a scene takes far longer than all that is measured here.
    """

    expected = None


def evaluation_parts(config, wiring, test_set):
    """Return the `Part`s: prediction, metrics, both.

    Args:
        config: the resolved `Config`.
        wiring: the `Wiring` of the training, whose generator is measured in float32.
        test_set: an `ImageSet`.
    """
    space, batch_size = wiring.experiment.space, config.train.evaluate_batch_size
    model = float32_model(wiring.experiment, wiring.model)
    images = evenly_spaced(cached(test_set, config.data.cache_mb), EVALUATION_IMAGES)
    images = AsPhotographs(images, range(len(images)))
    batch = next(evaluation_batches(images, batch_size))
    predictor, keys = Predictor(model, space, wiring.noise, GAMUT), range(count(batch))
    protocol = protocol_for(images, "test", config.data.resize)
    chroma = mean_chroma(images)
    evaluator = Evaluator(space, wiring.noise, images, protocol, chroma, batch_size)

    def predict():
        return count(np.asarray(predictor(batch, keys)))

    def metrics():
        fetched(
            evaluator.measure(batch, batch, with_baselines=True)
        )  # JAX returns before it is done
        return count(batch)

    def evaluate():
        evaluator.run(model)
        return len(images)

    of_metrics = "of the model and three baselines, without prediction"
    together = "prediction, metrics and baselines together"
    return [
        Part("prediction", "float32, without metrics", predict),
        Part("metrics", of_metrics, metrics, "prediction"),
        Part("evaluation", together, evaluate, "prediction"),
    ]
