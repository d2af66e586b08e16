"""The parts of one training, built from a configuration and a data source, and connected."""

import functools
import math

from colorkeras.config.layers import chosen_layers
from colorkeras.data.augment import augmentation_of
from colorkeras.data.cached import cached
from colorkeras.data.pipeline import TrainingBatches
from colorkeras.data.subset import evenly_spaced
from colorkeras.diagnosis.alarms import TrainingAlarms
from colorkeras.evaluation.color_prior import write_prior
from colorkeras.evaluation.evaluator import (
    GAMUT,
    Evaluator,
    mean_chroma,
    protocol_for,
    summarize_all,
)
from colorkeras.evaluation.results_csv import append_evaluation, evaluation_csv, write_per_image
from colorkeras.evaluation.samples import Samples
from colorkeras.experiment.generator import count_fast
from colorkeras.experiment.loading import float32_model, plain_model, trainable_parameters
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import check_can_be_saved, save_model
from colorkeras.training.loop import Trainer
from colorkeras.training.memory import estimate_memory
from colorkeras.training.statistics import RunStatistics
from colorkeras.training.step import wire
from colorkeras.training.tensorboard import EventFiles
from colorkeras.training.training_records import FollowedRecords, TrainingRecords


class TrainingParts:
    """Networks, optimizers, loop and records of one run.

    Args:
        config: the resolved `Config`.
        source: the open data source.
        folder: the `RunFolder`.
        found: the `Backend` that `backend.set_up` returned.

    Attributes:
        trainer: the `Trainer`, at step 0.
        records: its `TrainingRecords`.
        parameters: number of trainable parameters by network.
        layers: for run.json: `train.layers`, the choice that was made (COLORKERAS_LAYERS may
            change it), and how many layers of `networks/fast` the networks have.
        statistics: the `RunStatistics`, which are recorded already.
        memory: a `MemoryEstimate` of each device.
        protocols: the `Protocol` of "val" and "test".
    """

    def __init__(self, config, source, folder, found):
        self._config, self._folder, self._replicas = config, folder, found.replicas
        self._train_set = cached(source.sets["train"], config.data.cache_mb)
        self.statistics = RunStatistics(self._train_set, folder, found.replicas)
        self._wiring = wiring = wire(
            config, found.precision, found.replicas, self.statistics.mean_over
        )
        self.statistics.record()
        self._experiment, self._model = wiring.experiment, wiring.model
        self._noise = wiring.noise
        check_can_be_saved(plain_model(self._experiment))  # before days of training
        self.parameters = trainable_parameters(wiring.networks)
        self.layers = _layers_of(config, wiring.networks)
        self.memory = estimate_memory(
            wiring, config.train.batch_size // (found.replicas.count * config.train.accumulate)
        )

        val = evenly_spaced(source.sets["val"], config.train.validation_images)
        self._sets = {"val": cached(val, config.data.cache_mb), "test": source.sets["test"]}
        self.protocols = {
            split: protocol_for(images, split, config.data.resize)
            for split, images in self._sets.items()
        }

    @functools.cached_property
    def trainer(self):
        wiring, train, replicas = self._wiring, self._config.train, self._replicas
        return Trainer(
            self._config,
            wiring.networks,
            wiring.optimizers,
            wiring.update,
            TrainingBatches(
                self._train_set,
                train.batch_size,
                train.seed,
                augmentation_of(self._config.data),
                replicas.rows(train.batch_size),
            ),
            self.records,
            self._folder.checkpoint,
            replicas,
            report_only=[name for o in wiring.objectives for name in o.report_only],
        )

    @functools.cached_property
    def _mean_ab(self):
        return mean_chroma(self._train_set)

    @functools.cached_property
    def records(self):
        own, replicas = None, self._replicas
        if replicas.is_chief:
            own = TrainingRecords(
                self._folder,
                self._model,
                self._evaluator("val"),
                self.protocols["val"],
                self._samples("val"),
                TrainingAlarms(self._folder.path, self._folder.info.get("alarms", ())),
                EventFiles(self._folder.path) if self._folder.info.get("tensorboard") else None,
            )
        return own if replicas.workers == 1 else FollowedRecords(own, replicas)

    def export_model(self):
        """Write the generator as it is now to model.h5, in float32, with its metadata."""
        info = self._folder.info
        metadata = {
            "experiment": self._config.experiment.name,
            "title": self._config.experiment.title,
            "preset": info["preset"],
            "seed": info["seed"],
            "parameters": self.parameters,
            "run": info["run"],
            "step": self.trainer.state.step,
            "commit": info["commit"],
            "versions": info["versions"],
            "data": info["data"],
            "resize": self._config.data.resize,
            "mean_ab": self._mean_ab,
            "noise": self._noise.record(),
        }
        model = float32_model(self._experiment, self._model)
        save_model(self._folder.model, model, self._experiment.space, metadata)

    def evaluate_test(self, progress=None):
        """Measure model.h5, as a user would load it, on the test set; write rows and images.

        Returns:
            The summary: dict by method of dicts by metric.
        """
        model = load_model(self._folder.model, max_memory=math.inf).model  # ours, whatever size
        samples = self._samples("test")
        samples.write_grid(model, self._folder.path / "samples" / "final.png")
        samples.write_files(model, self._folder.path / "samples" / "test")
        evaluator = self._evaluator("test")
        per_image = evaluator.run(model, with_diversity=True, progress=progress)
        summary = summarize_all(per_image)
        write_per_image(self._folder, self._sets["test"].names, per_image)
        write_prior(self._folder, evaluator.prior, self.protocols["test"])
        rows = append_evaluation(
            evaluation_csv(self._folder),
            self.trainer.state.step,
            self._config.train.epochs,
            summary,
            self.protocols["test"],
        )
        self.records.evaluated(rows)
        return summary

    def _evaluator(self, split):
        return Evaluator(
            self._experiment.space,
            self._noise,
            self._sets[split],
            self.protocols[split],
            self._mean_ab,
            self._config.train.evaluate_batch_size,
        )

    def _samples(self, split):
        count = self._config.train.sample_images
        return Samples(self._experiment.space, self._noise, self._sets[split], count, GAMUT)


def _layers_of(config, networks):
    requested = config.train.layers
    return {
        "requested": requested,
        "used": chosen_layers(requested),
        "fast": count_fast(networks.values()),
    }
