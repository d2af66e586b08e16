"""The first steps of one training in several number formats, from the same weights and images.

Each format trains a network of its own; the loss terms of each step are compared with those of
float32. Differences grow with the steps, as each step starts from weights that already differ.
"""

import math
from itertools import islice
from typing import NamedTuple

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from colorkeras.bench.measured_csv import write_measured
from colorkeras.config.stages import plan_stages
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.augment import augmentation_of
from colorkeras.data.open_source import open_source
from colorkeras.data.pipeline import TrainingBatches
from colorkeras.devices import backend
from colorkeras.devices.precision import POLICIES, loss_scale

REFERENCE = "float32"
STEPS = 10
_LEAST = 1e-6  # smaller losses count as this: a ratio of two rounding errors says nothing


class Deviation(NamedTuple):
    """The difference of a loss term from the reference's.

    Attributes:
        precision, term: the format and the name.
        first, last: its values at the first and the last step.
        largest: over the steps, of |value - reference| / |reference|.
        at: the step of that.
        infinite_from: the first step where it is not finite; None where it always is.
    """

    precision: str
    term: str
    first: float
    last: float
    largest: float
    at: int
    infinite_from: int | None


class PrecisionCheck:
    """Trains a few steps in each format.

    Args:
        config: the resolved `Config`.
        steps: how many.
        formats: names of number formats; the reference is always among them.
    """

    def __init__(self, config, steps=STEPS, formats=tuple(POLICIES)):
        self._config, self._steps = config, steps
        self._formats = tuple(dict.fromkeys((REFERENCE, *formats)))
        self._gpus = ()
        self.terms = {}
        self.loss_scales, self.skipped = {}, {}

    def run(self):
        """Train; afterwards `terms` has (steps,) losses by format and name, `loss_scales` and
        `skipped` the scale after each step and how many steps an overflow skipped, by format."""
        batches = self._batches()
        total = len(self._formats) * self._steps
        with ProgressReport("training", total, unit="step") as progress:
            for number, name in enumerate(self._formats):
                done = number * self._steps
                self._train(name, batches, lambda step, done=done: progress.update(done + step))

    def _train(self, name, batches, report):
        train = self._config.train
        self._gpus = backend.set_up(name, train.seed, train.deterministic).gpus
        from colorkeras.training.step import wire

        wiring = wire(self._config, name)
        stage = plan_stages(self._config)[-1]
        optimizers = wiring.optimizers.values()
        found, scales, skipped = {}, [], 0
        last = [loss_scale(each) or 1.0 for each in optimizers]
        for step, images in enumerate(batches, start=1):
            for term, value in wiring.update(images, step, stage).items():
                found.setdefault(term, []).append(float(value))
            now = [loss_scale(each) or 1.0 for each in optimizers]
            skipped += any(one < other for one, other in zip(now, last, strict=True))
            scales.append(min(now))
            last = now
            report(step)
        self.terms[name], self.loss_scales[name], self.skipped[name] = found, scales, skipped

    def _batches(self):
        train, images = self._config.train, open_source(self._config.data).sets["train"]
        changes = augmentation_of(self._config.data)
        batches = TrainingBatches(images, min(train.batch_size, len(images)), train.seed, changes)
        return [np.asarray(batch) for batch in islice(batches(1), self._steps)]

    def deviations(self):
        """Return a `Deviation` for each format but the reference and each term."""
        return [
            _deviation(name, term, values, self.terms[REFERENCE][term])
            for name in self._formats
            if name != REFERENCE
            for term, values in self.terms[name].items()
        ]

    def print_report(self):
        """Print the table to standard output."""
        title = f"{self._config.experiment.title}: {self._steps} steps from the same weights"
        table = Table(title=Text(printable(title)), title_justify="left", box=SIMPLE_HEAD)
        columns = ("precision", "term", "at step 1", f"at step {self._steps}", "largest difference")
        for column in (*columns, "at step"):
            table.add_column(column, justify="left" if column in columns[:2] else "right")
        for term, values in self.terms[REFERENCE].items():
            table.add_row(REFERENCE, term, f"{values[0]:.5f}", f"{values[-1]:.5f}", "", "")
        for row in self.deviations():
            far = f"{100 * row.largest:.3g} %"
            if row.infinite_from is not None:
                far = f"not finite from step {row.infinite_from}"
            cells = (f"{row.first:.5f}", f"{row.last:.5f}", far, str(row.at))
            table.add_row(row.precision, row.term, *cells)
        console = Console(highlight=False)
        console.print(table)
        for name, scales in self.loss_scales.items():
            if scales[0] != 1.0:
                console.print(
                    f"{name}: loss scale {scales[0]:g} at step 1, {scales[-1]:g} at last; "
                    f"{self.skipped[name]} of {self._steps} steps skipped, as gradients overflowed"
                )

    def write_csv(self, path, argv):
        """Write every term of every step, with the command, commit and machine."""
        header = ("precision", "step", "term", "value", "loss_scale")
        write_measured(path, header, self._csv_rows(), argv, self._gpus)

    def _csv_rows(self):
        for name, terms in self.terms.items():
            for term, values in terms.items():
                for step, value in enumerate(values, start=1):
                    scale = self.loss_scales[name][step - 1]
                    yield name, step, term, f"{value:.8g}", f"{scale:g}"


def _deviation(name, term, values, reference):
    found, expected = np.array(values), np.array(reference)
    relative = np.abs(found - expected) / np.maximum(np.abs(expected), _LEAST)
    finite = np.isfinite(relative)
    at = int(np.where(finite, relative, -1.0).argmax())
    broken = np.flatnonzero(~np.isfinite(found))
    return Deviation(
        name,
        term,
        float(found[0]),
        float(found[-1]),
        float(relative[at]) if finite.any() else math.inf,
        at + 1,
        int(broken[0]) + 1 if len(broken) else None,
    )
