"""The measurements behind `python -m colorkeras.bench`.

All parts are measured in turn, round after round, so that changes of the machine's speed affect
all of them alike; a ratio is the median of the rounds' own ratios.
"""

import contextlib
import itertools
import sys
import tempfile

import keras
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from colorkeras.bench.evaluation_parts import evaluation_parts
from colorkeras.bench.loaders import Loaders, count
from colorkeras.bench.measured_csv import write_measured
from colorkeras.bench.part import Part, Waiting
from colorkeras.config.stages import plan_stages
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.cached import cached
from colorkeras.data.open_source import open_source
from colorkeras.data.subset import evenly_spaced
from colorkeras.devices.compiled import fetched
from colorkeras.training.step import wire

_CSV_HEADER = (
    "part",
    "images_per_second",
    "lowest",
    "highest",
    "ratio",
    "images_per_cpu_second",
    "cpu_ratio",
    "waiting",
    "meaning",
)
CACHED_IMAGES = 128


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
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            self._wiring = wire(self._config, self._found.precision, self._found.replicas)
            loaders = Loaders(self._config, self._wiring.experiment.space, folder)
            self._parts = [*self._source_parts(loaders), *loaders.parts()]
            self._parts += [
                *self._training_parts(loaders),
                *evaluation_parts(self._config, self._wiring, self._test_set),
            ]
            total = len(self._parts) * (self._rounds + 1)
            progress = stack.enter_context(ProgressReport("measuring", total, unit="part"))
            for part in self._parts:  # compiles, and fills caches
                part.work()
            progress.update(len(self._parts), "warmed up")
            for number in range(self._rounds):
                for position, part in enumerate(self._parts, start=1):
                    part.measure(self._seconds)
                    progress.update((number + 1) * len(self._parts) + position, part.name)

    def _source_parts(self, loaders):
        data = self._config.data
        source = open_source(data)
        self._train_set = cached(evenly_spaced(source.sets["train"], CACHED_IMAGES), data.cache_mb)
        for index in range(len(self._train_set)):  # as it is from the second epoch on
            self._train_set.read(index)
        self._test_set = source.sets["test"]
        uncached = loaders.endless(source.sets["train"])
        return [Part("source", f"{data.source}, no cache", lambda: count(next(uncached)))]

    def _training_parts(self, loaders):
        wiring, train = self._wiring, self._config.train
        stage = plan_stages(self._config)[-1]
        cached_batches = loaders.endless(self._train_set)
        batch, steps = next(cached_batches), itertools.count(1)
        host_batch = np.asarray(batch)

        def update(images):
            terms = wiring.update(images, next(steps), stage)
            fetched(terms)
            return count(images)

        def to_device():
            placed = keras.ops.convert_to_tensor(host_batch)
            keras.ops.convert_to_numpy(placed[0, 0, 0])  # wait for it
            return len(host_batch)

        def training(name, meaning, batches):
            waiting = Waiting()
            work = lambda: update(waiting.next_of(batches))  # noqa: E731
            return Part(name, f"{meaning} and step together", work, "step", waiting=waiting)

        used = f"batch {train.batch_size}, {self._found.precision}"
        used += f", stage {stage.name}" if stage.name else ""
        if self._found.replicas.count > 1:
            used += f", {self._found.replicas.count} replicas"
        return [
            Part("host to device", "uint8 batches, copied alone", to_device),
            Part("step", f"the compiled update alone, {used}", lambda: update(batch)),
            training("training", "cached source", cached_batches),
            training("training from packed", "images.h5", loaders.packed_batches),
            training("training from files", "JPEG loader", loaders.jpeg_batches),
        ]

    def table(self):
        """Return a dict of cells by column for each part; see `Part.row`."""
        parts = {part.name: part for part in self._parts}
        return [part.row(parts) for part in self._parts]

    def print_table(self):
        """Print the table to standard output."""
        config = self._config
        table = Table(
            title=Text(
                printable(
                    f"{config.experiment.title}: images/s, median of {self._rounds} rounds of "
                    f"{self._seconds:g} s"
                )
            ),
            title_justify="left",
            box=SIMPLE_HEAD,
        )
        titles = ("part", "images/s", "lowest", "highest", "ratio", "per CPU s", "waiting", "what")
        for title in titles:
            justify = "left" if title in ("part", "what") else "right"
            table.add_column(title, justify=justify, no_wrap=title == "part")
        for row in self.table():
            rates = (f"{row[name]:.1f}" for name in _CSV_HEADER[1:4])
            waiting = "" if row["waiting"] is None else f"{100 * row['waiting']:.1f} %"
            of_cpu = f"{row['images_per_cpu_second']:.1f}"
            table.add_row(row["part"], *rates, row["ratio"], of_cpu, waiting, row["meaning"])
        Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)

    def write_csv(self, path, argv):
        """Write the table with the command, commit and machine that made it."""
        write_measured(path, _CSV_HEADER, map(_cells, self.table()), argv, self._found.gpus)


def _cells(row):
    rates = (f"{row[name]:.2f}" for name in _CSV_HEADER[1:4])
    waiting = "" if row["waiting"] is None else f"{row['waiting']:.4f}"
    of_cpu = (f"{row['images_per_cpu_second']:.2f}", row["cpu_ratio"])
    return row["part"], *rates, row["ratio"], *of_cpu, waiting, row["meaning"]
