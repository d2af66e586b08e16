"""The measurements behind `python -m colorkeras.bench`.

All parts are measured in turn, round after round, so that a machine whose speed drifts slows all
of them alike; a ratio is the median of the rounds' own ratios.
"""

import contextlib
import csv
import dataclasses
import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from colorkeras import environment, scenes
from colorkeras.atomic import replacing
from colorkeras.data import open_source
from colorkeras.data.cached import cached
from colorkeras.data.folder import open_folder
from colorkeras.data.pipeline import TrainingBatches, evaluation_batches
from colorkeras.data.subset import evenly_spaced
from colorkeras.evaluation import (
    GAMUT,
    Evaluator,
    mean_chroma,
    protocol_for,
)
from colorkeras.experiment import float32_model
from colorkeras.prediction import Predictor
from colorkeras.progress import ProgressReport
from colorkeras.stages import plan_stages
from colorkeras.step import wire

# Which part each ratio is taken against.
_REFERENCES = {
    "training": "step",
    "training from files": "step",
    "metrics": "prediction",
    "evaluation": "prediction",
}
_CSV_HEADER = ("part", "images_per_second", "lowest", "highest", "ratio", "meaning")
JPEG_HEIGHT, JPEG_WIDTH, JPEG_COUNT = 480, 640, 96
EVALUATION_IMAGES = 32
CACHED_IMAGES = 128


@dataclasses.dataclass
class Part:
    """One thing measured: images per second, round by round."""

    name: str
    meaning: str
    work: object  # () → number of images handled
    rates: list = dataclasses.field(default_factory=list)

    def measure(self, seconds):
        """Repeat the work for about `seconds` and note the rate."""
        started = time.monotonic()
        images = self.work()
        while time.monotonic() - started < seconds:
            images += self.work()
        self.rates.append(images / (time.monotonic() - started))


class Benchmark:
    """All parts of one experiment.

    Args:
        config: the resolved `Config`.
        found: the `Backend` of this process.
        seconds: length of one measurement.
        rounds: how often each is repeated.
    """

    def __init__(self, config, found, seconds, rounds):
        self._config, self._found = config, found
        self._seconds, self._rounds = seconds, rounds
        self._parts = []

    def run(self):
        """Build everything, warm it up, and measure round after round."""
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self._parts = [*self._loader_parts(folder), *self._training_parts()]
            self._parts += self._evaluation_parts()
            total = len(self._parts) * (self._rounds + 1)
            progress = stack.enter_context(ProgressReport("measuring", total, unit="part"))
            for part in self._parts:  # compiles, and fills caches
                part.work()
            progress.update(len(self._parts), "warmed up")
            for number in range(self._rounds):
                for position, part in enumerate(self._parts, start=1):
                    part.measure(self._seconds)
                    progress.update((number + 1) * len(self._parts) + position, part.name)

    def _loader_parts(self, folder):
        data = self._config.data
        _write_jpegs(folder)
        jpegs = open_folder(folder, height=data.height, width=data.width, resize=data.resize)
        self._jpeg_batches = self._endless(jpegs.sets["train"])
        source = open_source(data)
        self._train_set = cached(evenly_spaced(source.sets["train"], CACHED_IMAGES), data.cache_mb)
        for index in range(len(self._train_set)):  # as it is from the second epoch on
            self._train_set.read(index)
        self._test_set = source.sets["test"]
        uncached = self._endless(source.sets["train"])
        self._cached_batches = self._endless(self._train_set)
        return [
            Part("source", f"{data.source}, no cache", lambda: _count(next(uncached))),
            Part(
                "loader",
                f"{JPEG_WIDTH}x{JPEG_HEIGHT} JPEG → {data.width}x{data.height}, no cache",
                lambda: _count(next(self._jpeg_batches)),
            ),
        ]

    def _endless(self, images):
        train = self._config.train
        flip = self._config.data.horizontal_flip
        return TrainingBatches(images, min(train.batch_size, len(images)), train.seed, flip)(1)

    def _training_parts(self):
        wiring = wire(self._config, self._found.precision, self._found.replicas)
        self._space, self._noise = wiring.experiment.space, wiring.noise
        stage = plan_stages(self._config)[-1]
        self._model = float32_model(wiring.experiment, wiring.model)
        batch = next(self._cached_batches)
        steps = itertools.count(1)

        def train(images):
            terms = wiring.update(images, next(steps), stage)
            for value in terms.values():
                float(value)
            return _count(images)

        used = f"batch {self._config.train.batch_size}, {self._found.precision}"
        used += f", stage {stage.name}" if stage.name else ""
        return [
            Part("step", f"the compiled update alone, {used}", lambda: train(batch)),
            Part(
                "training",
                "cached source and step together",
                lambda: train(next(self._cached_batches)),
            ),
            Part(
                "training from files",
                "JPEG loader and step together",
                lambda: train(next(self._jpeg_batches)),
            ),
        ]

    def _evaluation_parts(self):
        train = self._config.train
        images = evenly_spaced(
            cached(self._test_set, self._config.data.cache_mb), EVALUATION_IMAGES
        )
        batch = next(evaluation_batches(images, train.evaluate_batch_size))
        predictor = Predictor(self._model, self._space, self._noise, GAMUT)
        keys = range(_count(batch))
        evaluator = Evaluator(
            self._space,
            self._noise,
            images,
            protocol_for(images, "test", self._config.data.resize),
            mean_chroma(images),
            train.evaluate_batch_size,
        )

        def metrics():
            evaluator.measure(batch, batch, with_baselines=True)
            return _count(batch)

        def evaluate():
            evaluator.run(self._model)
            return len(images)

        return [
            Part(
                "prediction",
                "float32, without metrics",
                lambda: _count(np.asarray(predictor(batch, keys))),
            ),
            Part("metrics", "of the model and three baselines, without prediction", metrics),
            Part("evaluation", "prediction, metrics and baselines together", evaluate),
        ]

    def table(self):
        """Return rows (part, median, lowest, highest rate, share of the reference, meaning)."""
        rates = {part.name: part.rates for part in self._parts}
        rows = []
        for part in self._parts:
            share = ""
            if part.name in _REFERENCES:
                reference = rates[_REFERENCES[part.name]]
                ratio = statistics.median(
                    one / other for one, other in zip(part.rates, reference, strict=True)
                )
                share = f"{100 * ratio:.0f} % of {_REFERENCES[part.name]}"
            middle = statistics.median(part.rates)
            rows.append((part.name, middle, min(part.rates), max(part.rates), share, part.meaning))
        return rows

    def print_table(self):
        """Print the table to standard output."""
        config = self._config
        table = Table(
            title=f"{config.experiment.title}: images/s, median of {self._rounds} rounds of "
            f"{self._seconds:g} s",
            title_justify="left",
            box=SIMPLE_HEAD,
        )
        for title in ("part", "images/s", "lowest", "highest", "ratio", "what"):
            table.add_column(title, justify="left" if title in ("part", "what") else "right")
        for name, middle, low, high, share, meaning in self.table():
            table.add_row(name, f"{middle:.1f}", f"{low:.1f}", f"{high:.1f}", share, meaning)
        Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)

    def write_csv(self, path, argv):
        """Write the table with the command, commit and machine that made it."""
        facts = environment.origin("colorkeras.bench", argv, self._found.gpus)
        with replacing(path) as temporary, temporary.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow((*_CSV_HEADER, *environment.ORIGIN))
            for name, middle, low, high, share, meaning in self.table():
                rates = (f"{rate:.2f}" for rate in (middle, low, high))
                writer.writerow((name, *rates, share, meaning, *facts))


def _count(images):
    return int(images.shape[0])


def _write_jpegs(folder):
    """Rendered scenes as JPEG files of quality 90, the size of a small web photograph."""
    for index in range(JPEG_COUNT):
        image = scenes.render("mixture", index=index, height=JPEG_HEIGHT, width=JPEG_WIDTH)
        Image.fromarray(image).save(folder / f"{index:03d}.jpg", quality=90)
